"""Jobs of the record: thin, by id, safe to run twice."""

from celery import shared_task
from django.utils import timezone

from .services import crowds


@shared_task
def refresh_crowd(forecast_id: int) -> None:
    crowds.refresh(forecast_id=forecast_id, at=timezone.now())


@shared_task
def refresh_crowds() -> None:
    """Find by query what a lost message left stale."""
    now = timezone.now()
    for forecast_id in crowds.stale(at=now):
        crowds.refresh(forecast_id=forecast_id, at=now)
