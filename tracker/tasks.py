"""Jobs of the reading: thin, by id, safe to run twice."""

from celery import shared_task
from django.core.cache import cache

from forecasts.jobs import clock, enqueue

from .letters import sending
from .services import archives, folding, picturing, scoring
from .webhooks import finding
from .webhooks import sending as delivering

# Names the folding job that waits already.
FOLD_WAITS = "fold-waits"


@shared_task
def score_resolution(resolution_id: int) -> None:
    if scoring.score_resolution(resolution_id=resolution_id, at=clock()):
        enqueue(fold_scores, once=FOLD_WAITS)


@shared_task
def score_pending() -> None:
    """Find by query what has no current run, whatever became of its message."""
    scoring.score_pending(at=clock())


@shared_task
def fold_scores() -> None:
    """Bring the totals up to what has been scored, has settled, or was moved to other scopes."""
    # Before it reads: what is scored from here on asks for a job of its own.
    cache.delete(FOLD_WAITS)
    # The one that is at it takes what it finds; what it just missed, the beat finds.
    folding.fold(at=clock(), wait=False)


@shared_task
def send_letters() -> None:
    """Find by query which mailboxes are due; two of these at once share them."""
    sending.send_due(clock=clock)


@shared_task
def tell_webhooks() -> None:
    """Find by query what happened and what waits, and have it sent: a job for each webhook that has something."""
    finding.find(at=clock())
    for delivery_id in delivering.due(at=clock()):
        enqueue(deliver, delivery_id, once=f"delivery-waits:{delivery_id}")


@shared_task
def deliver(delivery_id: int) -> None:
    """Send one, then hand on the next of its webhook; two of these at once send it once."""
    following = delivering.send(delivery_id=delivery_id, clock=clock)
    if following:
        enqueue(deliver, following)


# A picture takes a tenth of a second. The engine cannot be interrupted, only ended together with its process.
@shared_task(time_limit=30)
def draw_picture(picture_id: int) -> None:
    from .charts.drawing import drawn  # the engine, which no web process needs

    picturing.draw(picture_id=picture_id, clock=clock, by=drawn)


@shared_task
def draw_pictures() -> None:
    """Find by query what was asked for and is not drawn, and forget what nobody asks for any more."""
    at = clock()
    picturing.sweep(at=at)
    for picture_id in picturing.due(at=at):
        announce_picture(picture_id)


def announce_picture(picture_id: int) -> bool:
    return enqueue(draw_picture, picture_id, once=f"picture-waits:{picture_id}")


@shared_task
def make_archive(archive_id: int) -> None:
    archives.carry_out(archive_id=archive_id, clock=clock)


@shared_task
def make_archives() -> None:
    """Find by query what was asked for and is not made, and sweep what nobody needs any more."""
    archives.sweep(at=clock())
    archives.carry_out_waiting(clock=clock)
