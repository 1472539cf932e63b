"""Jobs of the reading: thin, by id, safe to run twice."""

from celery import shared_task
from django.core.cache import cache
from django.utils import timezone

from forecasts.jobs import enqueue

from .letters import sending
from .services import folding, scoring

# Names the folding job that waits already.
FOLD_WAITS = "fold-waits"


@shared_task
def score_resolution(resolution_id: int) -> None:
    if scoring.score_resolution(resolution_id=resolution_id, at=timezone.now()):
        enqueue(fold_scores, once=FOLD_WAITS)


@shared_task
def score_pending() -> None:
    """Find by query what has no current run, whatever became of its message."""
    scoring.score_pending(at=timezone.now())


@shared_task
def fold_scores() -> None:
    """Bring the totals up to what has been scored, has settled, or was moved to other scopes."""
    # Before it reads: what is scored from here on asks for a job of its own.
    cache.delete(FOLD_WAITS)
    # The one that is at it takes what it finds; what it just missed, the beat finds.
    folding.fold(at=timezone.now(), wait=False)


@shared_task
def send_letters() -> None:
    """Find by query which mailboxes are due; two of these at once share them."""
    sending.send_due(clock=timezone.now)
