"""Lists of the reading as CSV: sources, scores, records, pairs, what waits for a resolver and for a worker."""

import datetime as dt
from collections.abc import Iterator
from itertools import islice

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from forecasts import queries, spreadsheets
from forecasts.links import absolute
from forecasts.models import Forecast, Forecaster, Resolution, Source
from forecasts.pages.listing import of_forecasts, yours
from forecasts.spreadsheets import MOST, Table, columns, same
from tracker.forms import QueueForm, RecordForm, ScopedForm
from tracker.models import Owner, Score
from tracker.queries import effects, records
from tracker.queries import queue as queued
from tracker.queries import scores as scored
from tracker.queries.measures import REFERENCES
from tracker.queries.progress import Progress, progress
from tracker.queries.sources import Listed, listed
from tracker.scopes import Scope

from .scoreboards import FATES, fate

# Rows that are worked out at a time.
AT_A_TIME = 500
SCORES = columns(
    *("brier", "log_score", "baseline", "peer", "spot_baseline", "spot_peer", "spot_early"),
    *("coverage", "contested", "attainable"),
)


@spreadsheets.page
def sources(_: HttpRequest, *, at: dt.datetime) -> Table:
    of = columns(
        *("n_claims", "n_settled"),
        **{name: f"source.{name}" for name in ("title", "author", "publisher", "url", "published_on", "summary")},
    )
    place = {"address": lambda row: absolute(row.source.get_absolute_url())}
    return Table(f"sources-{at:%Y-%m-%d}", columns(source="source.slug") | of | place, _sources())


def _sources() -> Iterator[Listed]:
    found = Source.objects.order_by("title", "pk")
    for first in range(0, MOST, AT_A_TIME):
        rows = listed(list(found[first : first + AT_A_TIME]))
        yield from rows
        if len(rows) < AT_A_TIME:
            return


@spreadsheets.page
def scoreboard(request: HttpRequest, *, slug: str, at: dt.datetime) -> Table:
    """Every forecast of a source in the order of its claims, with what the claim says and what became of it."""
    source = get_object_or_404(Source, slug=slug)
    found = Forecast.objects.filter(claim__source=source).select_related(
        "claim__source", "resolution", "condition", "pair"
    )
    rows = queries.with_crowd(found, user=request.user, at=at).order_by("claim__position", "position", "id")[:MOST]
    of_claim = columns(
        "predicts",
        **{name: f"claim.{name}" for name in ("author", "restated", "hedge_word", "hedge_low", "hedge_high")},
    )
    of = of_forecasts(at) | of_claim | {"became": _became} | yours(request.user)
    return Table(f"source-{slug}", of, rows.iterator(AT_A_TIME))


def _became(forecast: Forecast) -> str:
    """What the strip on the page says of it."""
    without_it = forecast.pair_id is not None and forecast.condition_outcome == "no"
    return FATES[fate(forecast, foretold=not without_it and not (forecast.claim and forecast.claim.premise))]


@spreadsheets.page
def scores(_: HttpRequest, *, slug: str, at: dt.datetime) -> Table:
    """Everybody's on one forecast, references last; none before it is scored."""
    forecast = get_object_or_404(Forecast.objects.select_related("resolution"), slug=slug)
    whose = columns("owner", is_bot="forecaster.is_bot", simulated="forecaster.simulated") | {"name": _name}
    of = same(forecast=slug, outcome=forecast.outcome, settled=forecast.settles_at <= at)
    return Table(f"scores-{slug}", of | whose | SCORES, _scores(forecast))


def _scores(forecast: Forecast) -> Iterator[Score]:
    if scored.scoring_of(forecast).state == "scored":
        yield from scored.references(forecast)
        yield from scored.people(forecast)[:MOST].iterator(AT_A_TIME)


def _name(score: Score) -> str:
    if score.forecaster:
        return score.forecaster.username
    return REFERENCES.get((Owner(score.owner), score.method), score.method)


@spreadsheets.page
def record(request: HttpRequest, *, name: str, at: dt.datetime) -> Table:
    """A forecaster's score on each forecast, the one scored last first."""
    person = get_object_or_404(Forecaster, username="" if "\x00" in name else name)
    form = RecordForm(request.GET)
    asked = form.asked()
    spreadsheets.refuse(form.errors)
    scope = asked["scope"] if request.GET.get("scope") else records.own_scope(person)
    found = records.every(person, scope=scope, year=asked.get("year"), settled=asked["settled"])[:MOST]
    of = columns(
        forecast="forecast.slug",
        question="forecast.question",
        outcome="forecast.outcome",
        source="forecast.claim.source.slug",
        claim="forecast.claim.key",
    )
    chosen = same(forecaster=person.username, scope=str(scope), settled=asked["settled"], year=asked.get("year"))
    place = {"address": lambda row: absolute(row.forecast.get_absolute_url())}
    return Table(f"scores-of-{person.username}", chosen | of | SCORES | place, found.iterator(AT_A_TIME))


@spreadsheets.page
def pairs(request: HttpRequest, *, at: dt.datetime) -> Table:
    """The effect of each pair of a scope, as far as the reader may see it, in the API's names."""
    form = ScopedForm(request.GET)
    scope: Scope = form.asked()["scope"]
    spreadsheets.refuse(form.errors)
    of = columns(
        *("at", "stopped", "revealed"),
        pair="pair.slug",
        title="pair.title",
        condition="condition.slug",
        given_yes="given_yes.slug",
        given_no="given_no.slug",
        predicts="given_yes.predicts",
        n="effect.n",
        n_more="effect.n_more",
        n_less="effect.n_less",
        crowd_given_yes="crowd.given_yes",
        crowd_given_no="crowd.given_no",
    )
    sizes = {
        f"{name}{ending}": f"effect.{name}.{part}"
        for name in ("difference", "log_odds_ratio")
        for ending, part in (("", "value"), ("_low", "low"), ("_high", "high"))
    }
    own = columns(your_given_yes="own.given_yes", your_given_no="own.given_no") if request.user.pk else {}
    found = effects.pairs(scope)[:MOST]

    def rows() -> Iterator[effects.PairEffect]:
        waiting = found.iterator(AT_A_TIME)
        while some := list(islice(waiting, AT_A_TIME)):
            yield from effects.effects(some, user=request.user, at=at)

    return Table(f"pairs-{scope}".replace(":", "-"), same(scope=str(scope)) | of | columns(**sizes) | own, rows())


@spreadsheets.page
def queue(request: HttpRequest, *, at: dt.datetime) -> Table:
    """What waits for a resolver, the most overdue first."""
    form = QueueForm(request.GET)
    kind, source = form.asked()
    spreadsheets.refuse(form.errors)
    of = of_forecasts(at) | columns("n_evidence", "n_branches") | yours(request.user)
    return Table(f"to-resolve-{at:%Y-%m-%d}", of, queued.every(kind=kind, source=source, user=request.user, at=at))


@spreadsheets.page
def scoring(_: HttpRequest, *, at: dt.datetime) -> Table:
    """Every resolution, the latest first, and how far its scoring has come."""
    of = columns(
        *("step", "finished_at", "n_scores"),
        **{name: f"resolution.{name}" for name in ("revision", "outcome", "known_at", "decided_at", "reason")},
        forecast="resolution.forecast.slug",
        question="resolution.forecast.question",
        decided_by="resolution.decided_by.username",
    )
    return Table(f"scoring-{at:%Y-%m-%d}", of, _resolutions())


def _resolutions() -> Iterator[Progress]:
    found = Resolution.objects.select_related("forecast", "decided_by").order_by("-id")[:MOST].iterator(AT_A_TIME)
    while some := list(islice(found, AT_A_TIME)):
        yield from progress(some)
