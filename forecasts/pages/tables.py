"""What is on one forecast, as CSV: what the crowd, people and evidence said, as far as the reader may see it."""

import datetime as dt

from django.http import Http404, HttpRequest

from forecasts import queries, spreadsheets
from forecasts.models import Forecast
from forecasts.spreadsheets import MOST, Table, columns, same

# Rows that are read at a time: rationales may be long.
AT_A_TIME = 500


@spreadsheets.page
def crowd(request: HttpRequest, *, slug: str, at: dt.datetime) -> Table:
    """Every point, the newest first; none while the crowd is hidden."""
    points = queries.crowd_points(_found(slug), user=request.user, at=at).order_by("-at")[:MOST]
    of = columns("at", "n", "recency_weighted", "median", "mean_log_odds")
    return Table(f"crowd-{slug}", same(forecast=slug) | of, points.iterator(AT_A_TIME))


@spreadsheets.page
def estimates(request: HttpRequest, *, slug: str, at: dt.datetime) -> Table:
    """Newest first: the reader's own, and others' once those are visible."""
    found = queries.estimates(_found(slug), user=request.user, at=at)[:MOST]
    of = columns("made_at", "probability", "expires_at", "rationale", "crowd_seen", "via")
    whose = columns(forecaster="forecaster.username", is_bot="forecaster.is_bot", wording="wording.version")
    cited = {"evidence": lambda made: sorted(str(piece.pk) for piece in made.evidence.all())}
    return Table(f"estimates-{slug}", same(forecast=slug) | whose | of | cited, found.iterator(AT_A_TIME))


@spreadsheets.page
def evidence(request: HttpRequest, *, slug: str, at: dt.datetime) -> Table:
    """In the order that the page is in."""
    asked = request.GET.get("evidence", "")
    ordering = asked if asked in queries.EVIDENCE_ORDERINGS else "newest"
    found = queries.evidence(_found(slug), user=request.user, at=at, ordering=ordering)[:MOST]
    of = columns("id", "added_at", "title", "url", "summary", "published_on", "direction", "likelihood_ratio")
    more = columns("n_useful", "n_citations", added_by="added_by.username")
    return Table(f"evidence-{slug}", same(forecast=slug) | of | more, found.iterator(AT_A_TIME))


@spreadsheets.page
def notes(request: HttpRequest, *, slug: str, at: dt.datetime) -> Table:
    """The discussion as the reader may see it, newest first; of a note that was withheld only that it was there."""
    found = queries.notes(_found(slug), user=request.user, at=at)[:MOST]
    of = columns("id", "made_at", "is_private", author="author.username", reply_to="reply_to_id")
    said = {"text": lambda note: note.text_for(request.user)}
    return Table(f"notes-{slug}", same(forecast=slug) | of | said, found.iterator(AT_A_TIME))


def _found(slug: str) -> Forecast:
    forecast = Forecast.objects.filter(slug=slug).first()
    if forecast is None:
        raise Http404(f"There is no forecast “{slug}”.")
    return forecast
