"""Jobs of the reading: thin, by id, safe to run twice."""

from celery import shared_task
from django.utils import timezone

from .services import scoring


@shared_task
def score_resolution(resolution_id: int) -> None:
    scoring.score_resolution(resolution_id=resolution_id, at=timezone.now())


@shared_task
def score_pending() -> None:
    """Find by query what has no current run, whatever became of its message."""
    scoring.score_pending(at=timezone.now())
