"""What the front page tells: the essay's claims at a glance, what is worth a look, what moved, what came of it."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery

from forecasts import queries
from forecasts.crowd import METHODS
from forecasts.models import (
    ANSWERED,
    Claim,
    CrowdPoint,
    Estimate,
    Forecast,
    Forecaster,
    Source,
    Viewer,
)
from forecasts.queries import Filters
from tracker.models import Owner, Score
from tracker.services.scoring import RULES

from . import effects
from .effects import PairEffect

SOON = dt.timedelta(days=14)


@dataclass
class Cell:
    """One claim with its forecasts, and the effects of its pairs."""

    claim: Claim
    forecasts: list[Forecast] = field(default_factory=list)
    effects: list[PairEffect] = field(default_factory=list)
    states: Counter[str] = field(default_factory=Counter)

    @property
    def said(self) -> str:
        """Its forecasts counted by state, such as "1 yes, 3 open"."""
        return ", ".join(f"{n} {state}" for state, n in self.states.items()) or "no forecast yet"

    @property
    def effect(self) -> PairEffect | None:
        """The first that shows."""
        return next((each for each in self.effects if each.crowd), None)


@dataclass(frozen=True)
class Strip:
    """A source's claims in its order, as many as fit one look, and what closes next of it."""

    source: Source
    cells: list[Cell]
    following: list[Forecast]


def strip(*, user: Viewer, at: dt.datetime, most_claims: int = 40, most: int = 160, pairs: int = 12) -> Strip | None:
    """The scoreboard of the first source, in at most six queries."""
    source = Source.objects.order_by("id").first()
    if source is None:
        return None
    cells = {claim.pk: Cell(claim) for claim in source.claims.order_by("position")[:most_claims]}
    ids = Forecast.objects.filter(claim__in=list(cells)).order_by("claim__position", "position", "id")
    shown = queries.rows(list(ids.values_list("pk", flat=True)[:most]), user=user, at=at)
    for forecast in shown:
        cell = cells[forecast.claim_id or 0]
        cell.forecasts.append(forecast)
        cell.states[forecast.outcome or str(forecast.status_at(at))] += 1
    asked = list(dict.fromkeys(each.pair for each in shown if each.pair))
    whole = [pair for pair in asked if sum(each.pair_id == pair.pk for each in shown) == 2]
    for found in effects.effects(whole[:pairs], user=user, at=at):
        cells[found.given_yes.claim_id or 0].effects.append(found)
    waiting = sorted((each for each in shown if not each.outcome and each.closes_at > at), key=lambda f: f.closes_at)
    return Strip(source, list(cells.values()), waiting[:3])


@dataclass(frozen=True)
class Worth:
    """An open forecast without one's estimate, and why it is shown."""

    forecast: Forecast
    why: str


def worth_an_estimate(user: Viewer, *, at: dt.datetime, most: int = 6, latest: int = 200) -> list[Worth]:
    """First what closes soon, then branches of a condition that one answered lately, then what closes next."""
    answered = Estimate.objects.filter(forecaster=user.pk, made_at__lte=at).order_by("-made_at")
    hanging = queries.selected(Filters(status="open"), user=user, at=at).filter(
        ~queries.estimated(user), condition__in=answered.values("forecast")[:latest]
    )
    branches = list(hanging.order_by("closes_at", "id").values_list("pk", flat=True)[: most // 2])
    following = list(queries.unanswered(Filters(), user=user, at=at).values_list("pk", flat=True)[:most])
    found = {each.pk: each for each in queries.rows([*branches, *following], user=user, at=at)}
    soon = [id_ for id_ in following if found[id_].closes_at <= at + SOON]
    chosen = list(dict.fromkeys([*soon, *branches, *following]))[:most]
    return [Worth(found[id_], _why(found[id_], branches, at)) for id_ in chosen]


def _why(forecast: Forecast, branches: list[int], at: dt.datetime) -> str:
    if forecast.closes_at <= at + SOON:
        return "Closes soon, and you have not answered."
    if forecast.pk in branches:
        return "You answered what it depends on; this asks what would follow."
    # What closes next needs no reason: that is the order of the list.
    return ""


@dataclass(frozen=True)
class Move:
    """A crowd that moved after one's own estimate: what it said then, and what it says now."""

    forecast: Forecast
    own: float
    before: float
    after: float
    moved_at: dt.datetime


def moves(user: Viewer, *, at: dt.datetime, latest: int = 200, most: int = 5) -> list[Move]:
    """The largest moves since one's own estimate, among one's latest; all of these one may see."""
    newest = Estimate.objects.filter(forecaster=user.pk, made_at__lte=at).order_by("-made_at")
    own: dict[int, int] = {}
    for forecast_id, id_ in newest.values_list("forecast_id", "pk")[:latest]:
        own.setdefault(forecast_id, id_)
    points = CrowdPoint.objects.filter(forecast=OuterRef("forecast"), at__lte=OuterRef("made_at")).order_by("-at")
    moved: Any = (
        Estimate.objects.filter(pk__in=own.values(), probability__isnull=False, forecast__closes_at__gt=at)
        .exclude(expires_at__lte=at)
        .filter(forecast__resolution=None, forecast__crowd_state__moved_at__gt=F("made_at"))
        .annotate(
            before=Subquery(points.values("recency_weighted")[:1]),
            after=F("forecast__crowd_state__recency_weighted"),
            moved_at=F("forecast__crowd_state__moved_at"),
        )
        .select_related("forecast__claim")
    )
    found = [
        Move(each.forecast, each.probability, each.before, each.after, each.moved_at)
        for each in moved
        if each.before is not None and each.after is not None and abs(each.after - each.before) >= 0.01
    ]
    return sorted(found, key=lambda move: -abs(move.after - move.before))[:most]


@dataclass(frozen=True)
class Result:
    """A forecast that resolved, and how one did beside the crowd: one's score and the crowd's, None without one."""

    forecast: Forecast
    own: Score | None
    crowd: Score | None


def results(found: Iterable[Forecast], *, user: Viewer) -> list[Result]:
    """How one did on these, in two queries."""
    forecasts = list(found)
    rows = _counting().filter(forecast__in=forecasts)
    own = {row.forecast_id: row for row in rows.filter(forecaster=user.pk)} if user.pk else {}
    crowd = {row.forecast_id: row for row in rows.filter(owner=Owner.CROWD, method=METHODS[0])}
    return [Result(each, own.get(each.pk), crowd.get(each.pk)) for each in forecasts]


def _counting() -> QuerySet[Score]:
    return Score.objects.filter(run__current=True, run__rules=RULES, run__resolution=F("forecast__resolution"))


def resolved_lately(*, user: Viewer, at: dt.datetime, most: int = 5) -> list[Forecast]:
    """Those decided last; each outcome along the index of decisions."""
    ids: list[tuple[dt.datetime, int]] = []
    for outcome in ANSWERED:
        found = Forecast.objects.filter(simulated=False, resolution__outcome=outcome)
        ids += found.order_by("-resolution__decided_at").values_list("resolution__decided_at", "pk")[:most]
    return queries.rows([id_ for _, id_ in sorted(ids, reverse=True)[:most]], user=user, at=at)


def own_resolved(
    user: Forecaster, *, at: dt.datetime, most: int = 5, among: Sequence[int] = (50, 1000)
) -> list[Forecast]:
    """Those of one's own that were scored last, looked for among one's latest scores: further back where many of those
    count no more, as after a correction of a premise with all its branches.
    """
    ids: list[int] = []
    for length in among:
        latest = Score.objects.filter(forecaster=user).order_by("-id").values("pk")[:length]
        own = _counting().filter(pk__in=latest, forecast__simulated=user.simulated)
        ids = list(own.order_by("-run_id").values_list("forecast_id", flat=True)[:most])
        if len(ids) == most:
            break
    return queries.rows(ids, user=user, at=at)
