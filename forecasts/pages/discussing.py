"""The discussion of a forecast as its page shows it: threads page by page, or one alone with a form to reply."""

import datetime as dt
import secrets
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.core.paginator import Page
from django.db.models import QuerySet
from django.http import HttpRequest

from forecasts import queries
from forecasts.forms import NoteForm
from forecasts.models import Forecast, Note, Viewer, Withholding
from forecasts.queries import noting

from .paging import Newest

THREADS_PER_PAGE: Final = 20
REPLIES_SHOWN: Final = 200
DEEPEST: Final = 3


@dataclass(frozen=True)
class Said:
    """A note in its place: how deep, in reply to whose, and what of it the reader is shown and may do."""

    note: Note
    depth: int
    answered: Note | None
    text: str | None
    withholding: Withholding | None
    takes_replies: bool
    may_withhold: bool
    may_restore: bool


@dataclass(frozen=True)
class Discussion:
    notes: list[Said]
    form: NoteForm
    page: "Page[Note] | None" = None  # none where one thread is shown alone
    answering: int | None = None
    more_replies: bool = False


def discussion(
    request: HttpRequest, forecast: Forecast, *, at: dt.datetime, hidden: bool, form: NoteForm | None = None
) -> Discussion:
    """A form that was refused is shown in the thread that it replies to, as it was filled in."""
    seen = queries.notes(forecast, user=request.user, at=at)
    reply_to = str(form["reply_to"].value() or "") if form else request.GET.get("reply_to", "")
    asked = _named(seen, reply_to or request.GET.get("note", ""))
    answering = asked.pk if asked and reply_to and _takes_replies(asked, request.user) else None
    form = form or blank_note(forecast, answering)
    if asked:
        rows = list(noting.thread_of(seen, asked)[: REPLIES_SHOWN + 2])
        page, shown, more = None, rows[: REPLIES_SHOWN + 1], len(rows) > REPLIES_SHOWN + 1
        # What was asked for is there, however long the thread.
        shown += [] if asked in shown else [asked]
    else:
        # While others' notes are hidden, what one's own replied to may be: they are listed one by one.
        page = Newest(seen if hidden else noting.begun(seen), THREADS_PER_PAGE).get_page(request.GET.get("notes"))
        first = list(page)
        rows = [] if hidden else list(noting.answers(seen, first)[: REPLIES_SHOWN + 1])
        shown, more = first + rows[:REPLIES_SHOWN], len(rows) > REPLIES_SHOWN
    return Discussion(list(_placed(shown, request.user)), form, page, answering, more)


def blank_note(forecast: Forecast, answering: int | None) -> NoteForm:
    form = NoteForm(initial={"reply_to": answering, "token": secrets.token_urlsafe(16)}, own=_own(forecast))
    if answering:
        form.fields["text"].widget.attrs["autofocus"] = True
    return form


def _own(forecast: Forecast) -> float | None:
    return getattr(forecast, "own", None)


def _named(seen: QuerySet[Note], number: str) -> Note | None:
    """The note of that number, if there is one to be seen. Longer numbers are no ids."""
    given = number.isascii() and number.isdecimal() and len(number) < 19
    return seen.filter(pk=int(number)).first() if given else None


def _placed(notes: list[Note], user: Viewer) -> Iterator[Said]:
    """Each after what it answers, and after what was answered there before it."""
    by_id = {note.pk: note for note in notes}
    replies: dict[int | None, list[Note]] = defaultdict(list)
    for note in notes:
        replies[note.reply_to_id if note.reply_to_id in by_id else None].append(note)
    # No recursion: a thread may be deeper than Python's stack.
    waiting = [(note, 0) for note in reversed(replies[None])]
    while waiting:
        note, depth = waiting.pop()
        answered = by_id.get(note.reply_to_id) if note.reply_to_id else None
        yield Said(note, min(depth, DEEPEST), answered, note.text_for(user), note.withholding, **_deeds(note, user))
        waiting += [(reply, depth + 1) for reply in reversed(replies[note.pk])]


def _takes_replies(note: Note, user: Viewer) -> bool:
    return bool(user.is_authenticated) and not note.is_private and note.withholding is None


def _deeds(note: Note, user: Viewer) -> dict[str, Any]:
    """What is offered. The services decide."""
    held, mine = note.withholding, user.pk is not None and user.pk == note.author_id
    moderates = getattr(user, "may_moderate", False) and not mine
    by_author = held is not None and held.by_author
    return {
        "takes_replies": _takes_replies(note, user),
        "may_withhold": not note.is_private
        and ((mine and held is None) or (moderates and (held is None or by_author))),
        "may_restore": held is not None and (mine if by_author else moderates),
    }
