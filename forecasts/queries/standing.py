"""What somebody stands on, read from the end of their record, so that a long one costs no more."""

import datetime as dt
from typing import Final

from django.db.models import Exists, OuterRef, Q

from forecasts.models import Estimate, Forecaster

LATEST: Final = 300


def stood_on(account: Forecaster, *, at: dt.datetime) -> list[int]:
    """The ids of the forecasts on which an estimate of theirs stands, of their LATEST estimates; in one query."""
    newest = Estimate.objects.filter(forecaster=account.pk, made_at__lte=at).order_by("-made_at")
    last: dict[int, bool] = {}
    for forecast_id, probability, expires_at in newest.values_list("forecast_id", "probability", "expires_at")[:LATEST]:
        # A forecast is met with its last estimate first, which alone can stand.
        last.setdefault(forecast_id, probability is not None and (expires_at is None or expires_at > at))
    return [forecast_id for forecast_id, stands in last.items() if stands]


def stands(account: Forecaster, *, at: dt.datetime) -> Exists:
    """Whether an estimate of theirs stands on a forecast: the last, when it is not withdrawn and has not lapsed."""
    said = Estimate.objects.filter(forecaster=account.pk, made_at__lte=at)
    later = said.filter(forecast=OuterRef("forecast"), made_at__gt=OuterRef("made_at"))
    lasting = Q(expires_at__isnull=True) | Q(expires_at__gt=at)
    return Exists(said.filter(lasting, ~Exists(later), forecast=OuterRef("pk"), probability__isnull=False))
