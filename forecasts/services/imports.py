"""Bringing along a record from elsewhere: a file is looked at, then brought by a job, once, whatever happens to it."""

import datetime as dt
import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from functools import partial
from typing import Any, Final

from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.db.models import Q

from forecasts.importing.formats import FORMATS
from forecasts.importing.records import NobodyThere, Reading, Unreadable
from forecasts.models import (
    Forecaster,
    Import,
    ImportProgress,
)
from forecasts.refusals import Busy, Conflict, Invalid, NotAllowed, TooOften
from forecasts.signals import import_asked

from . import bringing, imported, locks
from .carrying import Carrier, Clock, Tell
from .imported import drop_rows

LARGEST: Final = 20 * 2**20
MOST: Final = 200_000
# Reading and bringing take some 0.1 ms an estimate: beyond this somebody would wait for longer than a second.
AT_ONCE: Final = 5_000
# Files that somebody has looked at and neither brought nor dropped: the oldest give way, and a day ends them all.
KEPT: Final = 3
KEPT_FOR: Final = dt.timedelta(days=1)
# A report may be as large as the file.
REPORTED_FOR: Final = dt.timedelta(days=90)
# Of one person, before the oldest give way.
REPORTS: Final = 20
# Files that somebody may have looked at within an hour: a large one keeps a processor busy for seconds.
HOURLY: Final = 60
HOUR: Final = 3600
LONGEST_NAME: Final = 200
# A hostile file may take most of a gigabyte while it is read, so a process reads one at a time. Seconds to wait for it.
PATIENCE: Final = 5.0
_reading = threading.Lock()
# Bytes of a file up to which other formats are tried on it.
TRIED: Final = 2**20
GONE: Final = "It is no longer here: a file that nobody confirms is dropped after a day. Send it again."
_State = Import.State


def read(content: bytes, *, origin: str, whose: str = "") -> Reading:
    """What a file says, or a refusal that says why it cannot be read."""
    if origin not in FORMATS:
        raise Invalid(f"Choose one of {', '.join(FORMATS)}.", field="format")
    if len(content) > LARGEST:
        raise Invalid(
            f"The file has {len(content):,} bytes; at most {LARGEST:,} can be brought at a time.", field="file"
        )
    if not content:
        raise Invalid("The file is empty.", field="file")
    if len(whose) > LONGEST_NAME:
        raise Invalid(f"A name has at most {LONGEST_NAME} characters.", field="whose")
    try:
        reading = FORMATS[origin].read(content, whose=whose)
    except Unreadable as unreadable:
        if isinstance(unreadable, NobodyThere):
            raise Invalid(str(unreadable), field="whose") from None
        raise Invalid(f"{unreadable}{_another(content, origin)}", field="file") from None
    if (n := _size(reading)) > MOST:
        raise Invalid(f"The file has {n:,} estimates; at most {MOST:,} can be brought at a time. Cut it.", field="file")
    return reading


@contextmanager
def _turn() -> Iterator[None]:
    if not _reading.acquire(timeout=PATIENCE):
        raise Busy("Another file is being read just now. Send yours again in a minute.", field="file")
    try:
        yield
    finally:
        _reading.release()


def _another(content: bytes, origin: str) -> str:
    """A remedy where another format reads the file; large ones are not tried, since each try takes its time."""
    if len(content) > TRIED:
        return ""
    for other in FORMATS.values():
        with suppress(Unreadable):
            if other.name != origin and other.read(content, whose="").n_rows:
                return f" It reads as {other.label}: choose that."
    return ""


def count(by: Forecaster) -> None:
    """Count a file that somebody sends, and refuse it where they sent too many within the hour."""
    key = f"imports:{by.pk}"
    try:
        n = 1 if cache.add(key, 1, timeout=HOUR) else cache.incr(key)
    except ValueError:  # it expired in between
        return
    if n > HOURLY:
        raise TooOften(f"You have sent {HOURLY} files within an hour. Wait until it is over.")


def foresee(
    *, by: Forecaster, origin: str, content: bytes, file_name: str = "", whose: str = "", at: dt.datetime
) -> Import:
    """A file with what bringing it would do; nothing of it is kept."""
    _refuse_unless_taking_part(by)
    with _turn():
        reading = read(content, origin=origin, whose=whose)
        report = bringing.preview(reading, owner=by, origin=origin, at=at)
    row = Import(
        by=by,
        asked_at=at,
        format=origin,
        whose=whose,
        file_name=file_name.replace("\x00", "")[-200:],
        digest=hashlib.sha256(content).hexdigest(),
        size=len(content),
        content=content,
        n_estimates=_size(reading),
        report=asdict(report),
    )
    row.progress = ImportProgress(of=row)
    return row


def look(*, by: Forecaster, at: dt.datetime, **given: Any) -> Import:
    """Keep a file for its owner to confirm, with what it would do. Of many kept the oldest give way."""
    return _kept(foresee(by=by, at=at, **given))


@transaction.atomic
def _kept(row: Import) -> Import:
    locks.forecaster(row.by_id)
    mine = Import.objects.filter(by=row.by_id).order_by("-asked_at", "-pk").values_list("pk", flat=True)
    drop_rows([*mine.filter(state=_State.PREVIEWED)[KEPT - 1 :], *mine.filter(ended_at__isnull=False)[REPORTS:]])
    row.save(force_insert=True)
    ImportProgress.objects.create(of=row)
    return row


def look_again(*, import_id: int, by: Forecaster, whose: str, at: dt.datetime) -> Import:
    """Look at a file that is kept once more, now that somebody says whose record of it is meant."""
    kept = Import.objects.filter(by=by, pk=import_id, state=_State.PREVIEWED)
    row = kept.first()
    if row is None:
        raise Conflict(GONE)
    if not whose:
        raise Invalid("Choose the name that is yours.", field="whose")
    seen = foresee(by=by, origin=row.format, content=bytes(row.content), whose=whose, at=at)
    told = {name: getattr(seen, name) for name in ("whose", "n_estimates", "report")}
    # The same row, so that the way back in a browser leads to it; unless it was confirmed while it was read.
    if not kept.update(**told):
        raise Conflict(GONE)
    for name, value in told.items():
        setattr(row, name, value)
    return row


@transaction.atomic
def confirm(*, import_id: int, by: Forecaster, shows: bool | None = None, at: dt.datetime) -> Import:
    """Have a file that was looked at brought along by a job; a second time, the same job. One waits for each person."""
    _refuse_unless_taking_part(locks.forecaster(by.pk))
    row = Import.objects.select_for_update(no_key=True).filter(by=by, pk=import_id).first()
    if row is None:
        raise Conflict(GONE)
    if row.state != _State.PREVIEWED:
        return row
    if row.report and len(row.report["names"]) > 1 and not row.whose:
        raise Invalid("The file names several people. Say whose record to bring.", field="whose")
    row.state, row.shows = _State.WAITING, shows
    try:
        with transaction.atomic():
            row.save(update_fields=["state", "shows"])
    except IntegrityError:
        raise Conflict("Another file of yours waits to be brought along. Wait until that is done.") from None
    # After commit, or a worker could look too early. Robust: a frozen broker must not fail what is asked for.
    # A small one is brought by whoever confirms it, before a worker could say that it is at it; else the beat finds it.
    if row.n_estimates > AT_ONCE:
        transaction.on_commit(partial(import_asked.send, sender=Import, import_id=row.pk), robust=True)
    return row


def ask(*, by: Forecaster, shows: bool | None = None, at: dt.datetime, **given: Any) -> Import:
    """Have a file brought along without a preview: `look` and `confirm` in one, or nothing."""
    seen = foresee(by=by, at=at, **given)
    with transaction.atomic():
        return confirm(import_id=_kept(seen).pk, by=by, shows=shows, at=at)


@transaction.atomic
def drop(*, import_id: int, by: Forecaster) -> bool:
    """Forget a file that was looked at and not confirmed; whether there was one."""
    found = Import.objects.filter(by=by, pk=import_id, state=_State.PREVIEWED).values_list("pk", flat=True)
    return drop_rows(list(found.select_for_update()))


@transaction.atomic
def drop_stale(*, at: dt.datetime) -> None:
    """Forget files that nobody confirmed, and reports on those that came to an end long ago."""
    left = Q(state=_State.PREVIEWED, asked_at__lt=at - KEPT_FOR) | Q(ended_at__lt=at - REPORTED_FOR)
    stale = Import.objects.filter(left).select_for_update(skip_locked=True)
    drop_rows(list(stale.values_list("pk", flat=True)))


def carry_out(*, import_id: int, clock: Clock) -> bool:
    """Bring what was asked for, unless that is done or somebody is at it; return whether it came to an end."""
    return CARRIER.carry_out(import_id, clock)


def carry_out_waiting(*, clock: Clock) -> None:
    CARRIER.carry_out_waiting(clock)


def _attempt(row: Import, clock: Clock, tell: Tell) -> None:
    try:
        with _turn():
            reading = read(bytes(row.content), origin=row.format, whose=row.whose)
            report = bringing.bring(reading, owner=row.by, origin=row.format, at=clock(), tell=tell)
    except Invalid as refused:
        return _end(row, _State.REFUSED, clock(), faults=refused.message.splitlines())
    if row.shows is not None:
        imported.show(owner=row.by, origin=row.format, is_public=row.shows)
    return _end(row, _State.MADE, clock(), report=asdict(report))


def _give_up(row: Import, clock: Clock, said: str) -> None:
    _end(row, _State.FAILED, clock(), faults=[said])


def _end(row: Import, state: str, at: dt.datetime, **said: Any) -> None:
    row.state, row.ended_at, row.content = state, max(at, row.asked_at), b""
    for name, value in said.items():
        setattr(row, name, value)
    row.save(update_fields=["state", "ended_at", "content", *said])


CARRIER: Final = Carrier(
    rows=Import.objects,
    progress=ImportProgress.objects,
    told_in="forecasts_importprogress",
    of="of_id",
    attempt=_attempt,
    give_up=_give_up,
    step=1,
)


def _refuse_unless_taking_part(by: Forecaster) -> None:
    if not by.takes_part:
        raise NotAllowed("This account is closed or not active.")


def _size(reading: Reading) -> int:
    return sum(len(each.estimates) for each in reading.forecasts)
