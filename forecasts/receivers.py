"""What the record does when it has changed."""

from .jobs import enqueue
from .signals import catalogue_asked, estimate_recorded


def connect() -> None:
    catalogue_asked.connect(_register_catalogue, dispatch_uid="forecasts.register_catalogue")
    estimate_recorded.connect(_refresh_crowd, dispatch_uid="forecasts.refresh_crowd")


def _refresh_crowd(forecast_id: int, **_: object) -> None:
    from .tasks import refresh_crowd, waiting_key

    # One job takes in every estimate before it, so one that waits is enough.
    enqueue(refresh_crowd, forecast_id, once=waiting_key(forecast_id))


def _register_catalogue(registration_id: int, **_: object) -> None:
    from .tasks import register_catalogue

    enqueue(register_catalogue, registration_id)
