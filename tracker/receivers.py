"""What the reading does when the record has changed."""

from forecasts.signals import forecast_resolved


def connect() -> None:
    forecast_resolved.connect(_score, dispatch_uid="tracker.score")


def _score(resolution_id: int, **_: object) -> None:
    from .tasks import score_resolution

    score_resolution.delay(resolution_id)
