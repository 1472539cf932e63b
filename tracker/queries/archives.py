"""Archives that were asked for: how far each is, whether or not a worker still lives."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

from tracker.models import Archive
from tracker.services.archives import KEPT, LARGEST_LOCK, LOCK

# The job that looks for what waits does so every 15 seconds, after a failure four minutes later.
QUIET = dt.timedelta(minutes=6)
# A worker holds a lock by the archive's id for as long as it is at it.
HELD = """
SELECT objid FROM pg_locks
WHERE locktype = 'advisory' AND classid = %s AND objsubid = 2 AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


@dataclass(frozen=True)
class Look:
    """An archive, and whether a worker is at it."""

    archive: Archive
    held: bool

    @property
    def moving(self) -> bool:
        return self.archive.state == Archive.State.WAITING

    @property
    def step(self) -> str:
        return "making" if self.moving and self.held else self.archive.state

    @property
    def silent_since(self) -> dt.datetime:
        return self.archive.told_at or self.archive.asked_at

    @property
    def kept_until(self) -> dt.datetime | None:
        return self.archive.ended_at and self.archive.ended_at + KEPT

    def quiet(self, at: dt.datetime) -> bool:
        return self.moving and not self.held and at - self.silent_since > QUIET


def looks(archives: Iterable[Archive]) -> list[Look]:
    with connection.cursor() as cursor:
        cursor.execute(HELD, [LOCK])
        held = {row[0] for row in cursor.fetchall()}
    return [Look(archive, archive.pk % LARGEST_LOCK in held) for archive in archives]


def lately(most: int) -> list[Look]:
    """The newest first."""
    return looks(Archive.objects.select_related("by")[:most])
