"""What the reading does when the record has changed."""

from forecasts.jobs import enqueue
from forecasts.signals import account_closed, forecast_resolved


def connect() -> None:
    forecast_resolved.connect(_score, dispatch_uid="tracker.score")
    account_closed.connect(_end_webhooks, dispatch_uid="tracker.end_webhooks")


def _score(resolution_id: int, **_: object) -> None:
    from .tasks import score_resolution

    enqueue(score_resolution, resolution_id)


def _end_webhooks(account_id: int, **_: object) -> None:
    from .webhooks import registering

    registering.forget(owner_id=account_id)
