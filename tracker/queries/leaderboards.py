"""Leaderboards: who did how well on a scope, by a measure, with intervals, ranges of ranks, and references beside."""

from dataclasses import dataclass, replace

import numpy as np
from django.db.models import Sum

from forecasts.models import Forecaster
from forecasts.refusals import Invalid
from tracker.models import MomentTotal, Owner
from tracker.scopes import Scope
from tracker.scoring import boards
from tracker.scoring.arrays import Flags
from tracker.scoring.moments import BILLIONTH, Moments
from tracker.scoring.shares import WHOLE

from .hindsight import base_rate
from .measures import MEASURES, REFERENCES, Measure
from .rows import Row
from .viewing import View, or_none, view

PRODUCTS = ("n", "c", "a", "cc", "ca", "aa", "ccc", "cca", "caa", "aaa")
SHARES = ("coverage", "contested", "attainable")
SUMS = (*PRODUCTS, *SHARES, "upsets", "beside")


@dataclass(frozen=True)
class Board:
    """Ranked rows best first, then those under the minimum, then reference rows without a rank."""

    scope: Scope
    measure: Measure
    year: int | None
    years: list[int]
    settled: bool
    provisional: bool
    n_forecasts: int
    attainable: float
    minimum: int
    minimum_upsets: int
    ranked: list[Row]
    unranked: list[Row]
    references: list[Row]

    @property
    def distinguishable(self) -> bool:
        """Whether the data put any ranked row wholly before another."""
        return any(row.rank_worst != len(self.ranked) or row.rank_best != 1 for row in self.ranked)


def leaderboard(*, scope: Scope, measure: str = "peer", year: int | None = None, settled: bool = True) -> Board:
    """The board of a scope. A scope in which nothing has settled yet shows all that resolved, marked provisional."""
    chosen = _measure(measure)
    shown = view(scope, settled=settled, year=year)
    rows, moments = _rows(shown, chosen)
    people = np.array([row.owner == Owner.FORECASTER for row in rows], dtype=bool)
    enough = people & _qualify(rows, chosen)
    return Board(
        scope=scope,
        measure=chosen,
        year=year,
        years=shown.years,
        settled=shown.settled,
        provisional=shown.provisional,
        n_forecasts=shown.n_forecasts,
        attainable=shown.attainable,
        minimum=boards.MINIMUM_FORECASTS,
        minimum_upsets=boards.minimum_upsets(chosen.name),
        ranked=_ranked(_chosen(rows, enough), moments.where(enough), chosen),
        unranked=_ordered(_chosen(rows, people & ~enough), chosen),
        references=_ordered(_references(shown, chosen, _chosen(rows, ~people)), chosen),
    )


def _references(shown: View, measure: Measure, rows: list[Row]) -> list[Row]:
    """The rows of the crowd, the author and always one half, and beside these always the base rate."""
    one_half = next((row for row in rows if row.owner == Owner.CONSTANT), None)
    hindsight = base_rate(shown, measure, one_half) if one_half else None
    return [*rows, hindsight] if hindsight else rows


def scores_of(forecaster: Forecaster, *, scope: Scope, settled: bool = True) -> dict[str, Row]:
    """A forecaster's row on every board of a scope, by measure, without ranks; empty where nothing counts."""
    shown = view(scope, settled=settled)
    found = {}
    for measure in MEASURES.values():
        rows, moments = _rows(shown, measure, forecaster=forecaster)
        if rows:
            found[measure.name] = _with_interval(rows, moments, measure)[0] if _qualify(rows, measure)[0] else rows[0]
    return found


def _measure(name: str) -> Measure:
    if name not in MEASURES:
        raise Invalid(f"Choose one of {', '.join(MEASURES)}.", field="measure")
    return MEASURES[name]


def _qualify(rows: list[Row], measure: Measure) -> Flags:
    upsets = [round(row.upsets * boards.UPSET) for row in rows]
    return boards.qualifies([row.n for row in rows], upsets, minimum=boards.minimum_upsets(measure.name))


def _rows(shown: View, measure: Measure, forecaster: Forecaster | None = None) -> tuple[list[Row], Moments]:
    """One row for each owner, and their moments in the same order."""
    mine = {"owner": Owner.FORECASTER, "forecaster": forecaster.pk} if forecaster else {}
    summed = (
        MomentTotal.objects.filter(shown.totals(**mine), measure=measure.of)
        .values_list("total__owner", "total__forecaster", "total__method")
        .annotate(**{f"sum_{name}": Sum(name) for name in SUMS})
        .order_by("total__owner", "total__forecaster", "total__method")
    )
    # Totals that were taken back leave a row of zeros; and less than a millionth of a schedule is nothing to divide by.
    found = [row for row in summed if row[3] > 0 and (measure.adds_up or row[4] > 0)]
    owners = [(Owner(owner), id_, method) for owner, id_, method, *_ in found]
    sums = dict(zip(SUMS, np.array([row[3:] for row in found], dtype=object).reshape(-1, len(SUMS)).T, strict=True))
    moments = Moments.of_totals(**{name: sums[name] for name in PRODUCTS})
    people = Forecaster.objects.in_bulk([id_ for _, id_, _ in owners if id_])
    shares = [(sums[name].astype(np.float64) / WHOLE / max(shown.n_forecasts, 1)).tolist() for name in SHARES]
    upsets = (sums["upsets"].astype(np.float64) / boards.UPSET).tolist()
    # Both sums are over the time standing, one in billionths and the other in millionths.
    crowds = (
        (sums["beside"].astype(np.float64) / sums["c"].astype(np.float64) * WHOLE / BILLIONTH).tolist()
        if measure.of == "brier"
        else [None] * len(owners)
    )
    scores = boards.INTERVALS[measure.name](moments).score.tolist()
    rows = [
        _row(owner, people.get(id_), method, n=int(n), upsets=upset, score=score, crowd=crowd, shares=parts)
        for (owner, id_, method), n, upset, score, crowd, *parts in zip(
            owners, sums["n"], upsets, scores, crowds, *shares, strict=True
        )
    ]
    return rows, moments


def _row(
    owner: Owner,
    person: Forecaster | None,
    method: str,
    *,
    n: int,
    upsets: float,
    score: float,
    crowd: float | None,
    shares: list[float],
) -> Row:
    return Row(
        owner=owner,
        name=person.username if person else method,
        label=person.username if person else REFERENCES.get((owner, method), method),
        is_bot=bool(person and person.is_bot),
        simulated=bool(person and person.simulated),
        n=n,
        upsets=upsets,
        score=score,
        crowd=crowd if person else None,
        coverage=shares[0],
        contested=shares[1],
        attainable=shares[2],
    )


def _chosen(rows: list[Row], which: Flags) -> list[Row]:
    return [row for row, is_chosen in zip(rows, which.tolist(), strict=True) if is_chosen]


def _with_interval(rows: list[Row], moments: Moments, measure: Measure) -> list[Row]:
    found = boards.INTERVALS[measure.name](moments)
    return [
        replace(row, low=or_none(low), high=or_none(high))
        for row, low, high in zip(rows, found.low.tolist(), found.high.tolist(), strict=True)
    ]


def _ranked(rows: list[Row], moments: Moments, measure: Measure) -> list[Row]:
    if not rows:
        return []
    lower = measure.better == "lower"
    ranks = boards.ranks([row.score for row in rows], lower_is_better=lower).tolist()
    wide = boards.INTERVALS[measure.name](moments, level=boards.simultaneous(len(rows)))
    best, worst = boards.rank_ranges(wide.low, wide.high, lower_is_better=lower)
    placed = [
        replace(row, rank=rank, rank_best=first, rank_worst=last)
        for row, rank, first, last in zip(
            _with_interval(rows, moments, measure), ranks, best.tolist(), worst.tolist(), strict=True
        )
    ]
    return _ordered(placed, measure)


def _ordered(rows: list[Row], measure: Measure) -> list[Row]:
    sign = 1 if measure.better == "lower" else -1
    return sorted(rows, key=lambda row: (sign * row.score, row.name))
