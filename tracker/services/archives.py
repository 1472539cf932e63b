"""Archives asked for on a page: made by a job, kept in the database for a day, since web and workers share no disk.

The record is read in one snapshot that nothing can write in, so the parts go out on a connection of their own. That one
holds a lock which dies with it: whoever has it is the only one at work.
"""

import datetime as dt
import hashlib
import logging
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import IntegrityError, connection, transaction

from forecasts.models import Forecaster
from forecasts.refusals import NotAllowed
from tracker.models import Archive

from . import archiving

PART: Final = 1 << 20
KEPT: Final = dt.timedelta(days=1)
# A worker that dies of it each time must not die for ever; a database that is down is given some minutes.
TRIES: Final = 3
PAUSES: Final = tuple(dt.timedelta(seconds=seconds) for seconds in (0, 60, 240))
LONGEST_SAID: Final = 500
# The class of our advisory locks; the other half of the key is the archive.
LOCK: Final = 6_001
LARGEST_LOCK: Final = 2**31
log = logging.getLogger(__name__)


def refuse_unless_allowed(by: Forecaster) -> None:
    if not by.may_archive:
        raise NotAllowed("Only an administrator may take out the whole record: it holds what is hidden from others.")


def ask(*, by: Forecaster, at: dt.datetime) -> Archive:
    """Have an archive made by a job. While one waits, that is the one."""
    refuse_unless_allowed(by)
    try:
        with transaction.atomic():
            return Archive.objects.create(by=by, asked_at=at)
    except IntegrityError:
        # Should it have ended in this very moment, the latest is the one.
        return Archive.objects.latest("pk")


def carry_out(*, archive_id: int, clock: Callable[[], dt.datetime]) -> bool:
    """Make what was asked for, unless that is done or somebody is at it; return whether it came to an end."""
    with closing(connection.copy()) as aside, aside.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK, archive_id % LARGEST_LOCK])
        if not cursor.fetchone()[0]:
            return False
        cursor.execute(
            "UPDATE tracker_archive SET tries = tries + 1, told_at = %s, file = '', n_files = 0, n_rows = 0"
            " WHERE id = %s AND state = 'waiting' RETURNING tries, said",
            [clock(), archive_id],
        )
        begun = cursor.fetchone()
        if begun is None:
            return False
        cursor.execute("DELETE FROM tracker_archivepart WHERE archive_id = %s", [archive_id])
        if begun[0] > TRIES:
            return _end(cursor, archive_id, clock(), "failed", said=begun[1] or "The worker ended each time.")
        try:
            parts = _made(cursor, archive_id, clock)
        except Exception as error:
            log.exception("archive %d could not be made", archive_id)
            said = f"{type(error).__name__}: {error}"[:LONGEST_SAID]
            cursor.execute("UPDATE tracker_archive SET said = %s WHERE id = %s", [said, archive_id])
            return False
        return _end(cursor, archive_id, clock(), "made", size=parts.size, sha256=parts.digest.hexdigest(), said="")


def carry_out_waiting(*, clock: Callable[[], dt.datetime]) -> None:
    """Find by query what no message brought, and what a dead worker left; after each try a longer pause."""
    waiting = Archive.objects.filter(state=Archive.State.WAITING)
    for archive_id, tries, told_at in list(waiting.values_list("pk", "tries", "told_at")):
        if told_at is None or clock() - told_at >= PAUSES[min(tries, len(PAUSES) - 1)]:
            carry_out(archive_id=archive_id, clock=clock)


@transaction.atomic
def sweep(*, at: dt.datetime) -> int:
    """Forget the bytes of those made long ago; that they were asked for, and by whom, stays."""
    old = Archive.objects.filter(state=Archive.State.MADE, ended_at__lte=at - KEPT).select_for_update()
    swept = list(old)
    for archive in swept:
        archive.parts.all().delete()
        Archive.objects.filter(pk=archive.pk).update(state=Archive.State.GONE)
    return len(swept)


def content(archive: Archive) -> Iterator[bytes]:
    """Its bytes, a part at a time."""
    number = 0
    while part := archive.parts.filter(number=number).values_list("content", flat=True).first():
        yield bytes(part)
        number += 1


@dataclass
class Parts:
    """What a ZIP is written to: keeps each part as it fills. It cannot be sought in, and has no need to be."""

    keep: Callable[[int, bytes], None]
    digest: Any = field(default_factory=hashlib.sha256)
    size: int = 0
    number: int = 0
    _pending: bytearray = field(default_factory=bytearray)

    def write(self, written: bytes) -> int:
        self.digest.update(written)
        self.size += len(written)
        self._pending += written
        while len(self._pending) >= PART:
            self._put(PART)
        return len(written)

    def flush(self) -> None:
        """A part is kept once it is full."""

    def close(self) -> None:
        if self._pending:
            self._put(len(self._pending))

    def _put(self, length: int) -> None:
        self.keep(self.number, bytes(self._pending[:length]))
        del self._pending[:length]
        self.number += 1


def _made(cursor: Any, archive_id: int, clock: Callable[[], dt.datetime]) -> Parts:
    def keep(number: int, part: bytes) -> None:
        cursor.execute(
            "INSERT INTO tracker_archivepart (archive_id, number, content) VALUES (%s, %s, %s)",
            [archive_id, number, part],
        )

    done: dict[str, int] = {}

    def tell(file: str, rows: int) -> None:
        """Files come one after another; the one that is told of last is being written."""
        done[file] = rows
        cursor.execute(
            "UPDATE tracker_archive SET file = %s, n_files = %s, n_rows = %s, told_at = %s WHERE id = %s",
            [file, len(done) - 1, sum(done.values()), clock(), archive_id],
        )

    parts = Parts(keep)
    archiving.pack(parts, at=clock(), progress=tell)
    parts.close()
    return parts


def _end(cursor: Any, archive_id: int, at: dt.datetime, state: str, **said: object) -> bool:
    """Never before it was asked for, whatever a worker's clock says."""
    told = "".join(f", {name} = %s" for name in said)
    cursor.execute(
        f"UPDATE tracker_archive SET state = %s, ended_at = greatest(%s, asked_at){told} WHERE id = %s",  # noqa: S608
        [state, at, *said.values(), archive_id],
    )
    return True
