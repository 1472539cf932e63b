"""What the record does when it has changed."""

from .jobs import enqueue
from .signals import estimate_recorded


def connect() -> None:
    estimate_recorded.connect(_refresh_crowd, dispatch_uid="forecasts.refresh_crowd")


def _refresh_crowd(forecast_id: int, **_: object) -> None:
    from .tasks import refresh_crowd, waiting_key

    # One job takes in every estimate before it, so one that waits is enough.
    enqueue(refresh_crowd, forecast_id, once=waiting_key(forecast_id))
