"""The discussion of a forecast: notes as somebody may see them."""

import datetime as dt

from django.db.models import Q, QuerySet

from forecasts.models import Forecast, Note, Viewer


def notes(forecast: Forecast, *, user: Viewer, at: dt.datetime) -> QuerySet[Note]:
    """The notes on a forecast that `user` may see, newest first, each with the withholding `in_force`."""
    return discussed(user=user, at=at).filter(forecast=forecast)


def discussed(*, user: Viewer, at: dt.datetime) -> QuerySet[Note]:
    """The same on all forecasts; narrow it to few, or to an author, before it is read."""
    seen = Note.objects.visible_to(user, at=at).select_related("author", "estimate").with_withholdings()
    return seen.order_by("-made_at", "-id")


def begun(seen: QuerySet[Note]) -> QuerySet[Note]:
    """Of these the notes that begin a thread."""
    return seen.filter(thread=None)


def answers(seen: QuerySet[Note], to: list[Note]) -> QuerySet[Note]:
    """Of these the replies in the threads that such notes began, oldest first."""
    return seen.filter(thread__in=to).order_by("made_at", "id")


def thread_of(seen: QuerySet[Note], note: Note) -> QuerySet[Note]:
    """Of these the whole thread in which a note stands, oldest first."""
    first = note.thread_id or note.pk
    return seen.filter(Q(pk=first) | Q(thread=first)).order_by("made_at", "id")
