"""Putting a large catalogue on record by a job: all or nothing, once, whatever becomes of messages and workers."""

import datetime as dt
import hashlib
import logging
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Final

from django.db import IntegrityError, connection, transaction

from forecasts.catalog.entries import Catalog
from forecasts.catalog.faults import CatalogError
from forecasts.catalog.reading import read_text
from forecasts.models import Forecaster, Registration, RegistrationProgress
from forecasts.refusals import Invalid, Refused
from forecasts.signals import catalogue_asked

from . import cataloguing, registering

NAME: Final = Path("catalogue")
# Registering takes some 5 ms a forecast: beyond this somebody would wait for longer than a second or two.
AT_ONCE: Final = 200
# What a preview can go through while somebody waits, with what else a request needs.
MOST: Final = 1000
# A worker that dies of it each time must not die for ever; a database that is down is given some twenty minutes.
TRIES: Final = 5
PAUSES: Final = tuple(dt.timedelta(seconds=seconds) for seconds in (0, 15, 60, 240, 960))
STEP: Final = 20
LONGEST_SAID: Final = 500
log = logging.getLogger(__name__)


def refuse_size(catalog: Catalog) -> None:
    if len(catalog.forecasts) > MOST:
        raise Invalid(
            f"The catalogue has {len(catalog.forecasts):,} forecasts; at most {MOST:,} at a time. Cut it in two, each "
            "with the source, and keep branches with their conditions. Or have an administrator run manage.py register."
        )


@transaction.atomic
def ask(*, text: str, by: Forecaster, at: dt.datetime) -> Registration:
    """Have a catalogue registered by a job. The same text again, while it waits, is the same job."""
    registering.refuse_unless_curator(by)
    catalog = read_text(text, NAME)
    refuse_size(catalog)
    made = Registration(
        by=by,
        asked_at=at,
        digest=hashlib.sha256(text.encode()).hexdigest(),
        text=text,
        title=catalog.source.title,
        source=catalog.source.slug,
        n_forecasts=len(catalog.forecasts),
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
            RegistrationProgress.objects.create(registration=made)
    except IntegrityError:
        # Should it have ended in this very moment, the next time it is sent tells.
        return Registration.objects.filter(digest=made.digest).latest("pk")
    # After commit, or a worker could look too early. Robust: a frozen broker must not fail what is asked for.
    announce = partial(catalogue_asked.send, sender=Registration, registration_id=made.pk)
    transaction.on_commit(announce, robust=True)
    return made


def carry_out(*, registration_id: int, clock: Callable[[], dt.datetime]) -> bool:
    """Register what was asked for, unless that is done or somebody is at it; return whether it came to an end."""
    try:
        return _carry_out(registration_id, clock)
    except Exception as error:
        # Everything is taken back, and it waits: the next look tries again.
        log.exception("the catalogue of registration %d could not be registered", registration_id)
        said = f"{type(error).__name__}: {error}"[:LONGEST_SAID]
        RegistrationProgress.objects.filter(pk=registration_id).update(said=said)
        return False


def carry_out_waiting(*, clock: Callable[[], dt.datetime]) -> None:
    """Find by query what no message brought, and what a dead worker left; after each try a longer pause."""
    waiting = Registration.objects.filter(state=Registration.State.WAITING).order_by("pk")
    for registration_id, tries, told_at in list(waiting.values_list("pk", "progress__tries", "progress__told_at")):
        if told_at is None or clock() - told_at >= PAUSES[min(tries, len(PAUSES) - 1)]:
            carry_out(registration_id=registration_id, clock=clock)


@transaction.atomic
def _carry_out(registration_id: int, clock: Callable[[], dt.datetime]) -> bool:
    """The claim is a row lock: it dies with this transaction."""
    waiting = Registration.objects.filter(pk=registration_id, state=Registration.State.WAITING)
    row = waiting.select_for_update(skip_locked=True, no_key=True, of=("self",)).select_related("by").first()
    if row is None:
        return False
    at = clock()
    with _telling(row, clock) as (tries, tell):
        if tries > TRIES:
            said = RegistrationProgress.objects.get(pk=row.pk).said or "The worker ended each time."
            return _end(row, Registration.State.FAILED, clock(), faults=[said])
        try:
            # Taken back alone, so that the refusal can be put down.
            with transaction.atomic():
                report = cataloguing.apply(read_text(row.text, NAME), by=row.by, at=at, tell=tell)
        except CatalogError as error:
            return _end(row, Registration.State.REFUSED, clock(), faults=[str(fault) for fault in error.faults])
        except Refused as refused:
            return _end(row, Registration.State.REFUSED, clock(), faults=refused.message.splitlines())
    return _end(row, Registration.State.MADE, clock(), report=asdict(report))


def _end(row: Registration, state: Registration.State, at: dt.datetime, **said: object) -> bool:
    row.state, row.ended_at = state, max(at, row.asked_at)
    for name, value in said.items():
        setattr(row, name, value)
    row.save(update_fields=["state", "ended_at", *said])
    return True


@contextmanager
def _telling(row: Registration, clock: Callable[[], dt.datetime]) -> Iterator[tuple[int, Callable[[int], None]]]:
    """How often it has been begun, this time included, and a way to tell how far it is that others see at once."""
    with closing(connection.copy()) as aside, aside.cursor() as cursor:
        cursor.execute(
            "UPDATE forecasts_registrationprogress SET tries = tries + 1, done = 0, told_at = %s"
            " WHERE registration_id = %s RETURNING tries",
            [clock(), row.pk],
        )
        # In a test's transaction another connection sees no row yet.
        begun = cursor.fetchone()

        def tell(done: int) -> None:
            if done % STEP == 0:
                cursor.execute(
                    "UPDATE forecasts_registrationprogress SET done = %s, told_at = %s WHERE registration_id = %s",
                    [done, clock(), row.pk],
                )

        yield begun[0] if begun else 1, tell
