"""What the reading does when the record has changed."""

from forecasts.jobs import enqueue
from forecasts.signals import forecast_resolved


def connect() -> None:
    forecast_resolved.connect(_score, dispatch_uid="tracker.score")


def _score(resolution_id: int, **_: object) -> None:
    from .tasks import score_resolution

    enqueue(score_resolution, resolution_id)
