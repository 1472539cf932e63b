"""Writing notes on a forecast, withholding them, and showing them again."""

import datetime as dt

from django.db import IntegrityError, transaction

from forecasts.models import LONGEST_NOTE, Estimate, Forecast, Forecaster, Note, Withholding
from forecasts.refusals import Conflict, Invalid, NotAllowed

from . import checks, locks

LONGEST_REASON = 500
# What a repeated idempotency key must repeat.
SAID = ("forecast_id", "text", "is_private", "reply_to_id", "estimate_id")


@transaction.atomic
def write(
    *,
    forecast: Forecast,
    by: Forecaster,
    at: dt.datetime,
    text: str,
    is_private: bool = False,
    reply_to: int | None = None,
    estimate: int | None = None,
    idempotency_key: str | None = None,
) -> Note:
    """Put a note on record, also after the answer. A repeated idempotency key returns the note that it made."""
    note = Note(
        forecast=forecast,
        made_at=at,
        text=checks.text(text, field="text", required=True, most=LONGEST_NOTE),
        is_private=is_private,
        reply_to_id=reply_to,
        estimate_id=estimate,
        idempotency_key=checks.idempotency_key(idempotency_key),
    )
    # One at a time per author: of two requests with the same key the second finds what the first recorded.
    note.author = locks.forecaster(by.pk)
    if earlier := _same_key(note):
        return earlier
    _refuse_strangers(note.author, forecast)
    if reply_to is not None:
        _join_thread(note, reply_to)
    if estimate is not None and not _own_estimate(note, estimate):
        raise Invalid(f"You have no estimate {estimate} on this forecast. Name one of yours.", field="estimate")
    try:
        with transaction.atomic():
            note.save(force_insert=True)
    except IntegrityError as error:
        if "note_once_per_instant" in str(error):
            raise Conflict("You wrote a note here at this very instant already. Send it again.") from None
        raise
    return note


def withhold(*, note: Note, by: Forecaster, at: dt.datetime, reason: str = "") -> Withholding:
    """Let nobody but moderators read a public note from now on: its author withdraws it, a moderator says why."""
    return _decide(note, by=by, at=at, reason=reason, withheld=True)


def restore(*, note: Note, by: Forecaster, at: dt.datetime, reason: str = "") -> Withholding:
    """Show a withheld note again: its author what they withdrew themselves, a moderator what a moderator withheld."""
    return _decide(note, by=by, at=at, reason=reason, withheld=False)


def _same_key(note: Note) -> Note | None:
    if note.idempotency_key is None:
        return None
    earlier = Note.objects.filter(author=note.author_id, idempotency_key=note.idempotency_key).first()
    if earlier and any(getattr(earlier, name) != getattr(note, name) for name in SAID):
        raise Conflict("This idempotency key was used for another note. Use a new one.", field="Idempotency-Key")
    return earlier


def _refuse_strangers(by: Forecaster, forecast: Forecast) -> None:
    checks.may_take_part(by, simulated=forecast.simulated)
    if by.simulated:
        raise NotAllowed("A simulated forecaster writes no notes.")


def _join_thread(note: Note, reply_to: int) -> None:
    """A note that the author may not see is refused as one that is not there, so that the refusal tells nothing."""
    seen = Note.objects.visible_to(note.author, at=note.made_at).filter(forecast=note.forecast_id)
    answered = seen.filter(pk=reply_to, made_at__lte=note.made_at).first()
    if answered is None:
        raise Invalid(f"There is no note {reply_to} on this forecast to reply to.", field="reply_to")
    if answered.is_private:
        raise Invalid("That note is only for you: nobody could follow a reply. Write a new note.", field="reply_to")
    if answered.withholding:
        raise Conflict("That note is withheld. Reply to another, or write a new one.", field="reply_to")
    note.thread_id = answered.thread_id or answered.pk


def _own_estimate(note: Note, estimate: int) -> bool:
    own = Estimate.objects.filter(forecast=note.forecast_id, forecaster=note.author_id)
    return own.filter(pk=estimate).exists()


@transaction.atomic
def _decide(note: Note, *, by: Forecaster, at: dt.datetime, reason: str, withheld: bool) -> Withholding:
    by = locks.forecaster(by.pk)
    mine = by.pk == note.author_id
    if not by.takes_part:
        raise NotAllowed("This account is closed.")
    if not mine and not (by.may_moderate and not note.is_private):
        raise NotAllowed("Only its author and administrators withhold a note or show it again.")
    if note.is_private:
        raise Conflict("Only you see this note, so there is nothing to withhold.")
    latest = note.withholdings.order_by("-revision").first()
    _refuse_unless_it_changes(note, latest, mine=mine, withheld=withheld)
    row = Withholding(
        note=note,
        revision=(latest.revision if latest else 0) + 1,
        withheld=withheld,
        decided_by=by,
        decided_at=at,
        reason=checks.text(reason, field="reason", required=not mine, most=LONGEST_REASON),
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        if "withholding_revision_once" in str(error):
            raise Conflict("Somebody else decided about this note at the same moment. Look again.") from None
        raise
    return row


def _refuse_unless_it_changes(note: Note, latest: Withholding | None, *, mine: bool, withheld: bool) -> None:
    """A moderator may withhold what its author withdrew, who could show it again; nobody undoes what another did."""
    if latest is None or not latest.withheld:
        if not withheld:
            raise Conflict("This note is not withheld, so there is nothing to show again.")
        return
    by_author = latest.decided_by_id == note.author_id
    if withheld and (mine or not by_author):
        raise Conflict("This note is withheld already.")
    if not withheld and by_author and not mine:
        raise NotAllowed("Its author withdrew this note. Only they show it again.")
    if not withheld and mine and not by_author:
        raise NotAllowed("A moderator withheld this note. Only a moderator other than its author shows it again.")
