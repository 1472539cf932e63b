"""What the record does when it has changed."""

from collections.abc import Sequence
from typing import Final

from .jobs import enqueue
from .signals import catalogue_asked, estimate_recorded, estimates_recorded, import_asked

# So many crowds have a job each; of more one job looks for all.
FEW: Final = 20


def connect() -> None:
    catalogue_asked.connect(_register_catalogue, dispatch_uid="forecasts.register_catalogue")
    estimate_recorded.connect(_refresh_crowd, dispatch_uid="forecasts.refresh_crowd")
    estimates_recorded.connect(_refresh_crowds, dispatch_uid="forecasts.refresh_crowds")
    import_asked.connect(_bring_import, dispatch_uid="forecasts.bring_import")


def _refresh_crowd(forecast_id: int, **_: object) -> None:
    from .tasks import refresh_crowd, waiting_key

    # One job takes in every estimate before it, so one that waits is enough.
    enqueue(refresh_crowd, forecast_id, once=waiting_key(forecast_id))


def _refresh_crowds(forecast_ids: Sequence[int], **_: object) -> None:
    from .tasks import refresh_crowds

    if len(forecast_ids) > FEW:
        # The job that finds by query what is stale, now and not at its next turn.
        enqueue(refresh_crowds)
        return
    for forecast_id in forecast_ids:
        _refresh_crowd(forecast_id)


def _register_catalogue(registration_id: int, **_: object) -> None:
    from .tasks import register_catalogue

    enqueue(register_catalogue, registration_id)


def _bring_import(import_id: int, **_: object) -> None:
    from .tasks import bring_import

    enqueue(bring_import, import_id)
