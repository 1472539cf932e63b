"""A board in columns: everybody's numbers in their order, worked out once for the same totals.

Ranges of ranks rest on the intervals of all ranked rows, so that a page of a board needs the whole of it.
"""

import hashlib
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Self

import numpy as np
from django.core.cache import cache
from django.db.models import Sum
from numpy.typing import NDArray

from forecasts.models import Forecaster
from tracker.models import MomentTotal, Owner
from tracker.scoring import boards
from tracker.scoring.arrays import Flags, Floats
from tracker.scoring.moments import BILLIONTH, Moments
from tracker.scoring.shares import WHOLE

from .measures import Measure
from .viewing import View

PRODUCTS = ("n", "c", "a", "cc", "ca", "aa", "ccc", "cca", "caa", "aaa")
SHARES = ("coverage", "contested", "attainable")
SUMS = (*PRODUCTS, *SHARES, "upsets", "beside")
# Who is ranked: people and programs together, or either apart.
WHO = {"everyone": "Everyone", "people": "People", "programs": "Programs"}
# How long worked-out standings are kept, in seconds, and how they are laid out: another layout is another number.
KEPT, LAYOUT = 86_400, 1


@dataclass(frozen=True, eq=False)
class Columns:
    """One element for each owner: their id or method, and what `Row` says of it. NaN is none; a rank of 0 is none."""

    owner: NDArray[np.str_]
    method: NDArray[np.str_]
    forecaster: NDArray[np.int64]
    n: NDArray[np.int64]
    upsets: Floats
    coverage: Floats
    contested: Floats
    attainable: Floats
    score: Floats
    crowd: Floats
    low: Floats
    high: Floats
    rank: NDArray[np.int64]
    rank_best: NDArray[np.int64]
    rank_worst: NDArray[np.int64]

    def at(self, places: Any) -> Self:
        return type(self)(*(column[places] for column in vars(self).values()))

    @property
    def size(self) -> int:
        return int(self.n.size)


@dataclass(frozen=True, eq=False)
class Standings:
    """People, the n_ranked with a rank first, best first, then those under the minimum; and the references."""

    people: Columns
    references: Columns
    n_ranked: int

    @property
    def distinguishable(self) -> bool:
        """Whether the data put any ranked row wholly before another."""
        ranked = self.people.at(slice(self.n_ranked))
        return bool(((ranked.rank_worst != self.n_ranked) | (ranked.rank_best != 1)).any())

    def place_of(self, forecaster: int | None) -> int | None:
        """Where somebody stands in the order, from 0."""
        found = np.flatnonzero(self.people.forecaster == (forecaster or 0))
        return int(found[0]) if found.size else None


def standings(shown: View, measure: Measure, who: str = "everyone") -> Standings:
    """Everybody on a board, from the cache where the totals are as they were; `who` is one of WHO."""
    programs = frozenset[int]() if who == "everyone" else _programs()
    apart = hashlib.sha256(repr(sorted(programs)).encode()).hexdigest()
    key = f"board:{LAYOUT}:{shown.version}:{measure.name}:{shown.year}:{shown.settled}:{who}:{apart}"
    kept: Standings | None = cache.get(key)
    if kept is None:
        rows = _summed(shown, [measure.of]).get(measure.of, [])
        if who != "everyone":
            rows = [row for row in rows if not row[1] or (row[1] in programs) == (who == "programs")]
        kept = _ordered(rows, shown, measure)
        cache.set(key, kept, timeout=KEPT)
    return kept


def _programs() -> frozenset[int]:
    return frozenset(Forecaster.objects.filter(is_bot=True).values_list("pk", flat=True))


def standing_of(forecaster: int, shown: View, measures: list[Measure]) -> dict[str, Columns]:
    """One forecaster's numbers by measure, without ranks, in one query; nothing where nothing counts."""
    summed = _summed(shown, sorted({measure.of for measure in measures}), forecaster=forecaster)
    found = {}
    for measure in measures:
        people = _ordered(summed.get(measure.of, []), shown, measure, placed=False).people
        if people.size:
            found[measure.name] = people
    return found


def _summed(shown: View, of: list[str], *, forecaster: int | None = None) -> dict[str, list[tuple[Any, ...]]]:
    """By moments, for each owner who they are and SUMS."""
    mine = {"owner": Owner.FORECASTER, "forecaster": forecaster} if forecaster else {}
    rows = (
        MomentTotal.objects.filter(shown.totals(**mine), measure__in=of)
        .values_list("measure", "total__owner", "total__forecaster", "total__method")
        .annotate(**{f"sum_{name}": Sum(name) for name in SUMS})
        .order_by("measure", "total__owner", "total__forecaster", "total__method")
    )
    return {name: [row[1:] for row in mine] for name, mine in groupby(rows, key=lambda row: row[0])}


def _ordered(rows: list[tuple[Any, ...]], shown: View, measure: Measure, *, placed: bool = True) -> Standings:
    # Totals that were taken back leave a row of zeros; and less than a millionth of a schedule is nothing to divide by.
    found = [row for row in rows if row[3] > 0 and (measure.adds_up or row[4] > 0)]
    columns, moments = _columns(found, shown, measure)
    people: Flags = columns.owner == Owner.FORECASTER.value
    upsets = np.rint(columns.upsets * boards.UPSET)
    enough = people & boards.qualifies(columns.n, upsets, minimum=boards.minimum_upsets(measure.name))
    _draw(columns, moments, enough, measure, placed=placed)
    lower = measure.better == "lower"
    # Of equal scores the older account comes first.
    order = np.lexsort((columns.forecaster, columns.score if lower else -columns.score, ~enough))
    in_order = columns.at(order)
    of_people = in_order.owner == Owner.FORECASTER.value
    return Standings(in_order.at(of_people), in_order.at(~of_people), int(enough.sum()))


def _columns(rows: list[tuple[Any, ...]], shown: View, measure: Measure) -> tuple[Columns, Moments]:
    sums = dict(zip(SUMS, np.array([row[3:] for row in rows], dtype=object).reshape(-1, len(SUMS)).T, strict=True))
    moments = Moments.of_totals(**{name: sums[name] for name in PRODUCTS})
    floats = {name: sums[name].astype(np.float64) for name in (*SHARES, "upsets", "beside", "c")}
    whole = WHOLE * max(shown.n_forecasts, 1)
    none, nobody = np.full(len(rows), np.nan), np.zeros(len(rows), dtype=np.int64)
    # Both sums are over the time standing, one in billionths and the other in millionths.
    beside = floats["beside"] / floats["c"] * WHOLE / BILLIONTH if measure.of == "brier" else none
    columns = Columns(
        owner=np.array([row[0] for row in rows], dtype=np.str_),
        method=np.array([row[2] for row in rows], dtype=np.str_),
        forecaster=np.array([row[1] for row in rows], dtype=np.int64),
        n=moments.n,
        upsets=floats["upsets"] / boards.UPSET,
        coverage=floats["coverage"] / whole,
        contested=floats["contested"] / whole,
        attainable=floats["attainable"] / whole,
        score=boards.INTERVALS[measure.name](moments).score,
        crowd=np.where([row[0] == Owner.FORECASTER for row in rows], beside, np.nan),
        low=none.copy(),
        high=none.copy(),
        rank=nobody.copy(),
        rank_best=nobody.copy(),
        rank_worst=nobody.copy(),
    )
    return columns, moments


def _draw(columns: Columns, moments: Moments, enough: Flags, measure: Measure, *, placed: bool) -> None:
    """Fill in the intervals, and with `placed` the ranks, of those with enough for them."""
    if not enough.any():
        return
    lower, theirs = measure.better == "lower", moments.where(enough)
    interval = boards.INTERVALS[measure.name](theirs)
    columns.low[enough], columns.high[enough] = interval.low, interval.high
    if placed:
        wide = boards.INTERVALS[measure.name](theirs, level=boards.simultaneous(int(enough.sum())))
        columns.rank[enough] = boards.ranks(columns.score[enough], lower_is_better=lower)
        best, worst = boards.rank_ranges(wide.low, wide.high, lower_is_better=lower)
        columns.rank_best[enough], columns.rank_worst[enough] = best, worst
