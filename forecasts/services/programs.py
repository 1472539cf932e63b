"""Programs: which accounts are, and which crowds are of people alone."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from forecasts.models import UNANSWERED, CrowdState, Estimate, Forecast, Forecaster
from forecasts.refusals import NotAllowed

from . import locks, sweeps


@transaction.atomic
def mark(*, account: Forecaster, is_bot: bool, by: Forecaster) -> None:
    """Mark an account as a program, or take the mark back. Everybody may say it of themselves, and not unsay it.

    What has ended stays as it is, as below: nobody leaves a crowd once the answer is known.
    """
    if not (by.may_moderate or (by.takes_part and by.pk == account.pk and is_bot)):
        raise NotAllowed("Its holder marks an account as a program, and only an administrator takes that back.")
    locks.programs()
    held = locks.forecaster(account.pk)
    if held.is_bot == is_bot:
        return
    Forecaster.objects.filter(pk=held.pk).update(is_bot=is_bot)
    answered = Estimate.objects.filter(forecaster=held).values("forecast")
    without = Forecast.objects.filter(UNANSWERED, programs_in_crowd=False, pk__in=answered)
    _work_out_anew(without.values_list("pk", flat=True))


@transaction.atomic
def count(*, forecasts: QuerySet[Forecast], in_crowd: bool, by: Forecaster) -> int:
    """Let programs into the crowds of these or keep them out, and return how many that changed.

    What has ended stays as it is: its crowd has been scored.
    """
    if not by.may_moderate:
        raise NotAllowed("Only an administrator says whether programs count in a crowd.")
    locks.programs()
    wanted = Forecast.objects.filter(UNANSWERED, pk__in=forecasts.values("pk"), programs_in_crowd=not in_crowd)
    ids = list(wanted.order_by("pk").select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))
    Forecast.objects.filter(pk__in=ids).update(programs_in_crowd=in_crowd)
    _work_out_anew(ids)
    return len(ids)


def _work_out_anew(forecast_ids: Iterable[int]) -> None:
    """Leave a state from which `crowds.refresh` begins again, and which the beat finds."""
    states = [
        CrowdState(forecast_id=id_, through_at=sweeps.EVER, read_at=timezone.now(), next_expiry_at=sweeps.EVER)
        for id_ in sorted(forecast_ids)
    ]
    # Where there is one, up to when it was worked out stays: what lies before it no longer has its number.
    CrowdState.objects.bulk_create(
        states,
        batch_size=5000,
        update_conflicts=True,
        unique_fields=["forecast"],
        update_fields=["n_estimates", "next_expiry_at"],
    )
