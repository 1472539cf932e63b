"""Keeping account of how far scoring has come, and of what failed."""

from collections.abc import Iterable, Sequence

from django.db.models import F
from django.db.models.functions import Now

from forecasts.models import Forecast, Resolution
from tracker.models import Backlog, Failure

# The one row.
ROW = 1
LONGEST = 500


def looked(*, waiting: Sequence[int]) -> None:
    """Note what a look found still to do, now, by the database's clock: these resolutions, the oldest first."""
    in_force = Forecast.objects.exclude(resolution=None).count()
    since = Resolution.objects.filter(pk=waiting[0]).values("decided_at") if waiting else None
    seen = {"looked_at": Now(), "in_force": in_force, "waiting": len(waiting)}
    Backlog.objects.update_or_create(pk=ROW, defaults=seen | {"waits_since": since and since.get()["decided_at"]})


def failed(stage: str, forecast_id: int, error: Exception) -> None:
    said = f"{type(error).__name__}: {error}"[:LONGEST]
    failure, made = Failure.objects.get_or_create(
        stage=stage, forecast=forecast_id, defaults={"said": said, "first_at": Now(), "last_at": Now()}
    )
    if not made:
        Failure.objects.filter(pk=failure.pk).update(said=said, times=F("times") + 1, last_at=Now())


def succeeded(stage: str, forecast_ids: Iterable[int]) -> None:
    Failure.objects.filter(stage=stage, forecast__in=list(forecast_ids)).delete()
