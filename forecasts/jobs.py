"""Handing jobs to the workers, without waiting on a queue that does not answer; and the clock that they go by."""

import datetime as dt
import logging
import time
from typing import Any, Protocol

from django.core.cache import cache
from django.db import connection

log = logging.getLogger(__name__)
QUIET = 15.0  # seconds; by then the beat's jobs have found by query what was not announced
_silent_until = float("-inf")


class Job(Protocol):
    name: str

    def delay(self, *args: Any) -> Any: ...


def enqueue(job: Job, *ids: int, once: str = "") -> bool:
    """Announce a job; not again while another waits that named the same `once`, which the job clears as it begins.
    Return whether one is announced.

    After a failure none is announced for a while: one request may have dozens to announce, and a frozen broker holds
    each for a second. What is lost costs latency only.
    """
    global _silent_until  # noqa: PLW0603  one broker per process, so one memory of it
    if time.monotonic() < _silent_until:
        return False
    # The key of a job that was lost expires; by then a query has found its work.
    if once and not cache.add(once, 1, timeout=QUIET):
        return True
    try:
        job.delay(*ids)
    except Exception:
        _silent_until = time.monotonic() + QUIET
        log.warning("the queue did not take %s%s; it will be found by query", job.name, ids, exc_info=True)
        return False
    return True


def clock() -> dt.datetime:
    """The database's, which all machines share: one whose own is wrong must not settle early, or look too late."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: dt.datetime = cursor.fetchone()[0]
        return now
