"""The effects of pairs: how much more likely an event is held if a condition comes true than if it does not."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from django.db.models import BigIntegerField, Exists, Func, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from numpy.typing import NDArray
from scipy.special import logit

from forecasts.crowd import METHODS, NEVER, points
from forecasts.instants import MICROSECOND, microseconds
from forecasts.models import ENDED, Estimate, Forecast, Pair, Viewer
from forecasts.models.visibility import revealed_to
from tracker.scopes import Scope
from tracker.scoring.effects import Effect, effect


@dataclass(frozen=True)
class Sides:
    """The probabilities of an event with its condition and without it, 0 to 1, and what lies between them."""

    given_yes: float
    given_no: float

    @property
    def difference(self) -> float:
        """-1 to 1; above 0 the event is more likely with the condition."""
        return self.given_yes - self.given_no

    @property
    def log_odds_ratio(self) -> float:
        return float(logit(self.given_yes) - logit(self.given_no))


@dataclass(frozen=True)
class PairEffect:
    """The effect of a pair at one instant, as far as the reader may see it.

    `at` is now, or once an answer is known that decides which branch counts, the last instant before: so the effect
    stays readable when one branch is annulled. effect and crowds are of the people who stood on both branches then:
    None and empty if nobody did, and while either branch is hidden from the reader, which is then not `revealed`.
    """

    pair: Pair
    condition: Forecast
    given_yes: Forecast
    given_no: Forecast
    at: dt.datetime
    stopped: bool
    revealed: bool
    effect: Effect | None
    crowds: dict[str, Sides]
    own: Sides | None

    @property
    def crowd(self) -> Sides | None:
        """By the method that leads everywhere."""
        return self.crowds.get(METHODS[0])


def pairs(scope: Scope, *, source: str = "") -> QuerySet[Pair]:
    """The pairs of a scope that have both branches, by source, claim and place in it."""
    branch = Forecast.objects.filter(pair=OuterRef("pk"))
    given_yes, given_no = branch.filter(condition_outcome="yes"), branch.filter(condition_outcome="no")
    within = scope.forecasts()
    if source:
        within = within.filter(claim__source__slug=source)
    return (
        Pair.objects.filter(Exists(given_yes), Exists(given_no), Exists(within.filter(pair=OuterRef("pk"))))
        .annotate(
            by_source=Subquery(given_yes.values("claim__source_id")[:1]),
            by_claim=Subquery(given_yes.values("claim__position")[:1]),
            by_place=Subquery(given_yes.values("position")[:1]),
        )
        .order_by("by_source", "by_claim", "by_place", "id")
    )


def effects(found: Iterable[Pair], *, user: Viewer, at: dt.datetime) -> list[PairEffect]:
    """The effects of these pairs in their order, in two queries beside the one that finds them."""
    asked = list(found)
    branches = (
        Forecast.objects.filter(pair__in=[pair.pk for pair in asked])
        .select_related("claim__source", "condition__claim", "condition__resolution", "resolution")
        .annotate(revealed=Coalesce(revealed_to(user, at=at), False))
    )
    by_pair: dict[int, dict[str, Forecast]] = defaultdict(dict)
    for branch in branches:
        by_pair[branch.pair_id or 0][branch.condition_outcome] = branch
    stops = {pair.pk: _stop(by_pair[pair.pk].values()) for pair in asked}
    instants = {key: min(stop or at, at) for key, stop in stops.items()}
    standing = _standing(by_pair, instants, user=user, at=at)
    return [
        _read(pair, by_pair[pair.pk], standing, instants[pair.pk], stopped=stops[pair.pk] is not None, user=user)
        for pair in asked
    ]


def of_source(slug: str, *, user: Viewer, at: dt.datetime, most: int | None = None) -> list[PairEffect]:
    """The effects of all pairs of a source, or of the first so many, in its order."""
    return effects(pairs(Scope("source", slug))[:most], user=user, at=at)


def _stop(branches: Iterable[Forecast]) -> dt.datetime | None:
    """The last instant before the first answer to the condition or to a branch was knowable."""
    deciding = {forecast for branch in branches for forecast in (branch.condition, branch) if forecast}
    known = [f.resolution.known_at for f in deciding if f.resolution and f.resolution.outcome in ENDED]
    return min(known) - MICROSECOND if known else None


@dataclass(frozen=True, eq=False)
class Standing:
    """Who stands on a branch, ascending by id: with what probability, and since when, in microseconds."""

    forecaster: NDArray[np.int64]
    probability: NDArray[np.float64]
    since: NDArray[np.int64]

    def at(self, places: NDArray[np.int64]) -> "Standing":
        return Standing(self.forecaster[places], self.probability[places], self.since[places])

    def crowds(self) -> dict[str, float]:
        """What the crowd would say if it were these people alone, by each method."""
        # Up to the instant at which the last of them joined: there the crowd is complete.
        made = points(self.forecaster, self.since, self.probability, since=int(self.since.max()) - 1)
        return {method: float(getattr(made, method)[-1]) for method in METHODS}

    def of(self, user: Viewer) -> float | None:
        mine = self.probability[self.forecaster == (user.pk or 0)]
        return float(mine[0]) if mine.size else None


NOBODY = Standing(np.empty(0, np.int64), np.empty(0), np.empty(0, np.int64))


def _standing(
    by_pair: dict[int, dict[str, Forecast]], instants: dict[int, dt.datetime], *, user: Viewer, at: dt.datetime
) -> dict[int, Standing]:
    """By branch, the estimates that stand at its pair's instant, as far as `user` may see them."""
    instant_of = {branch.pk: instants[key] for key, branches in by_pair.items() for branch in branches.values()}
    made = Q(pk__in=())
    for instant in set(instant_of.values()):
        made |= Q(forecast__in=[pk for pk, its in instant_of.items() if its == instant], made_at__lte=instant)
    latest = (
        Estimate.objects.visible_to(user, at=at)
        .filter(made)
        .annotate(since=Microseconds("made_at"), until=Coalesce(Microseconds("expires_at"), Value(NEVER)))
        .order_by("forecast_id", "forecaster_id", "-made_at")
        .distinct("forecast_id", "forecaster_id")
        .values_list("forecast_id", "forecaster_id", "probability", "since", "until")
    )
    columns = list(zip(*latest, strict=True)) or [()] * 5
    forecast, forecaster, since, until = (np.array(columns[place], dtype=np.int64) for place in (0, 1, 3, 4))
    # A null, which withdraws, becomes NaN.
    found = Standing(forecaster, np.array(columns[2], dtype=np.float64), since)
    branch_ids, first = np.unique(forecast, return_index=True)
    standing = {}
    # Where nothing was found, split still gives one empty part.
    for branch, places in zip(branch_ids.tolist(), np.split(np.arange(forecast.size), first[1:]), strict=False):
        unexpired = until[places] > microseconds(instant_of[branch])
        standing[branch] = found.at(places[unexpired & ~np.isnan(found.probability[places])])
    return standing


class Microseconds(Func):
    """An instant as the arithmetic counts it, made by the database, so that no datetime is made per row."""

    template = "(extract(epoch FROM %(expressions)s) * 1000000)::bigint"
    output_field = BigIntegerField()


def _read(
    pair: Pair,
    branches: dict[str, Forecast],
    standing: dict[int, Standing],
    at: dt.datetime,
    *,
    stopped: bool,
    user: Viewer,
) -> PairEffect:
    given_yes, given_no = branches["yes"], branches["no"]
    one, other = standing.get(given_yes.pk, NOBODY), standing.get(given_no.pk, NOBODY)
    revealed = bool(given_yes.revealed and given_no.revealed)  # type: ignore[attr-defined]  # annotated in `effects`
    p, r = one.of(user), other.of(user)
    _, in_one, in_other = np.intersect1d(one.forecaster, other.forecaster, assume_unique=True, return_indices=True)
    both = (one.at(in_one), other.at(in_other))
    shown = revealed and in_one.size > 0
    return PairEffect(
        pair=pair,
        condition=given_yes.condition or pair.condition,
        given_yes=given_yes,
        given_no=given_no,
        at=at,
        stopped=stopped,
        revealed=revealed,
        effect=effect(both[0].probability, both[1].probability) if shown else None,
        crowds=_sides(both[0].crowds(), both[1].crowds()) if shown else {},
        own=None if p is None or r is None else Sides(p, r),
    )


def _sides(given_yes: dict[str, float], given_no: dict[str, float]) -> dict[str, Sides]:
    return {method: Sides(given_yes[method], given_no[method]) for method in METHODS}
