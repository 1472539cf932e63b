"""Jobs of the record: thin, by id, safe to run twice."""

from celery import shared_task
from django.core.cache import cache

from .jobs import clock
from .services import crowds, imports, registrations, sealing


def waiting_key(forecast_id: int) -> str:
    """Names the job of a forecast that waits already."""
    return f"crowd-waiting:{forecast_id}"


@shared_task
def refresh_crowd(forecast_id: int) -> None:
    # Before it reads: an estimate recorded from here on asks for a job of its own.
    cache.delete(waiting_key(forecast_id))
    crowds.refresh(forecast_id=forecast_id, at=clock())


@shared_task
def refresh_crowds() -> None:
    """Find by query what a lost message left stale."""
    crowds.refresh_stale(clock=clock)


@shared_task
def register_catalogue(registration_id: int) -> None:
    registrations.carry_out(registration_id=registration_id, clock=clock)


@shared_task
def register_catalogues() -> None:
    """Find by query what was asked for and is not done, whatever became of its message or its worker."""
    registrations.carry_out_waiting(clock=clock)


@shared_task
def seal_record() -> None:
    """Give every row that waits for one its leaf; of two of these at once one goes home."""
    sealing.seal(at=clock())


@shared_task
def bring_import(import_id: int) -> None:
    imports.carry_out(import_id=import_id, clock=clock)


@shared_task
def bring_imports() -> None:
    """Find by query which records from elsewhere wait, and drop the files that were looked at and left."""
    imports.carry_out_waiting(clock=clock)
    imports.drop_stale(at=clock())
