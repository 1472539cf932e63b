"""Putting a large catalogue on record by a job: all or nothing, once, whatever becomes of messages and workers."""

import datetime as dt
import hashlib
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Final

from django.db import IntegrityError, transaction

from forecasts.catalog.entries import Catalog
from forecasts.catalog.faults import CatalogError
from forecasts.catalog.reading import read_text
from forecasts.models import Forecaster, Registration, RegistrationProgress
from forecasts.refusals import Invalid, Refused
from forecasts.signals import catalogue_asked

from . import cataloguing, registering
from .carrying import Carrier, Clock, Tell

NAME: Final = Path("catalogue")
# Registering takes some 5 ms a forecast: beyond this somebody would wait for longer than a second or two.
AT_ONCE: Final = 200
# What a preview can go through while somebody waits, with what else a request needs.
MOST: Final = 1000


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


def carry_out(*, registration_id: int, clock: Clock) -> bool:
    """Register what was asked for, unless that is done or somebody is at it; return whether it came to an end."""
    return CARRIER.carry_out(registration_id, clock)


def carry_out_waiting(*, clock: Clock) -> None:
    CARRIER.carry_out_waiting(clock)


def _attempt(row: Registration, clock: Clock, tell: Tell) -> None:
    try:
        # Taken back alone, so that the refusal can be put down.
        with transaction.atomic():
            report = cataloguing.apply(read_text(row.text, NAME), by=row.by, at=clock(), tell=tell)
    except CatalogError as error:
        _end(row, Registration.State.REFUSED, clock(), faults=[str(fault) for fault in error.faults])
    except Refused as refused:
        _end(row, Registration.State.REFUSED, clock(), faults=refused.message.splitlines())
    else:
        _end(row, Registration.State.MADE, clock(), report=asdict(report))


def _give_up(row: Registration, clock: Clock, said: str) -> None:
    _end(row, Registration.State.FAILED, clock(), faults=[said])


def _end(row: Registration, state: Registration.State, at: dt.datetime, **said: object) -> None:
    row.state, row.ended_at = state, max(at, row.asked_at)
    for name, value in said.items():
        setattr(row, name, value)
    row.save(update_fields=["state", "ended_at", *said])


CARRIER: Final = Carrier(
    rows=Registration.objects,
    progress=RegistrationProgress.objects,
    told_in="forecasts_registrationprogress",
    of="registration_id",
    attempt=_attempt,
    give_up=_give_up,
    step=20,
)
