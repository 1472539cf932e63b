"""Large catalogues that curators asked for: how far each is, whether or not a worker still lives."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

from forecasts.models import Registration

# The job that looks for what waits does so every 15 seconds; after so long nobody is at work.
QUIET = dt.timedelta(minutes=2)
# A worker holds the row of what it carries out: then the last transaction to lock it is still at it.
HELD = """
SELECT r.id FROM forecasts_registration r
WHERE r.id = ANY (%s) AND r.state = 'waiting'
    AND EXISTS (SELECT FROM pg_locks held WHERE held.locktype = 'transactionid' AND held.transactionid = r.xmax)
"""


@dataclass(frozen=True)
class Look:
    """A registration, whether a worker is at it, and since when nobody has told how far it is."""

    registration: Registration
    held: bool
    silent_since: dt.datetime

    @property
    def moving(self) -> bool:
        """Whether it is worth looking again in a moment."""
        return self.registration.state == Registration.State.WAITING

    @property
    def step(self) -> str:
        return "making" if self.held else self.registration.state

    def quiet(self, at: dt.datetime) -> bool:
        return self.moving and not self.held and at - self.silent_since > QUIET


def looks(registrations: Iterable[Registration]) -> list[Look]:
    """At each, in the order given; their progress is read with them."""
    wanted = list(registrations)
    with connection.cursor() as cursor:
        cursor.execute(HELD, [[row.pk for row in wanted]])
        held = {row[0] for row in cursor.fetchall()}
    return [Look(row, row.pk in held, row.progress.told_at or row.asked_at) for row in wanted]


def lately(most: int) -> list[Look]:
    """The newest first, without their texts."""
    found = Registration.objects.select_related("by", "progress").defer("text", "report", "faults")
    return looks(found.order_by("-asked_at", "-pk")[:most])
