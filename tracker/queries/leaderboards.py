"""Leaderboards: who did how well on a scope, by a measure, with the reference rows beside."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from forecasts.models import Forecaster
from forecasts.refusals import Invalid
from tracker.models import Owner
from tracker.scopes import Scope, View, view
from tracker.scoring import boards

from .counting import counting

# Below this many forecasts a score says little: the row is listed without a rank.
MINIMUM = 20


@dataclass(frozen=True)
class Measure:
    """What a board ranks by."""

    name: str
    label: str
    unit: str
    better: str
    explanation: str


MEASURES = {
    measure.name: measure
    for measure in (
        Measure(
            "peer",
            "Total peer score",
            "points",
            "higher",
            "How much more probability than the others a forecaster gave to what happened, moment by moment, while "
            "they stood together. Adds up over forecasts; 0 is as good as the others, and absence is 0.",
        ),
        Measure(
            "baseline",
            "Total baseline score",
            "points",
            "higher",
            "How much better than always saying one half. Adds up over forecasts; 0 is one half, and absence is 0.",
        ),
        Measure(
            "brier",
            "Brier score",
            "0 to 1",
            "lower",
            "The squared distance between probability and outcome (1 for yes, 0 for no), averaged over the time "
            "standing. 0 is best; always one half gets 0.25.",
        ),
        Measure(
            "log_score",
            "Log score",
            "nats",
            "lower",
            "The negative logarithm of the probability given to what happened, averaged over the time standing. "
            "0 is best; always one half gets 0.693.",
        ),
    )
}

REFERENCES = {
    (Owner.CROWD, "recency_weighted"): "Crowd, recency-weighted median",
    (Owner.CROWD, "median"): "Crowd, median",
    (Owner.CROWD, "mean_log_odds"): "Crowd, mean of log odds",
    (Owner.AUTHOR, "hedge_midpoint"): "The author's words, translated",
    (Owner.CONSTANT, "one_half"): "Always one half",
}


@dataclass(frozen=True)
class Row:
    """One row of a board. coverage is the share of all scheduled time, 0 to 1, on the board's forecasts."""

    owner: Owner
    name: str
    label: str
    is_bot: bool
    simulated: bool
    rank: int | None
    n: int
    coverage: float
    contested: float
    score: float


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
    ranked: list[Row]
    unranked: list[Row]
    references: list[Row]


def leaderboard(
    *, scope: Scope, measure: str = "peer", year: int | None = None, settled: bool = True, at: dt.datetime
) -> Board:
    """The board of a scope. A scope in which nothing has settled yet shows all that resolved, marked provisional."""
    if measure not in MEASURES:
        raise Invalid(f"Choose one of {', '.join(MEASURES)}.", field="measure")
    shown = view(scope, settled=settled, at=at, year=year)
    n_forecasts = shown.forecasts.count()
    rows = _rows(shown, measure, n_forecasts)
    people = [row for row in rows if row.owner == Owner.FORECASTER]
    references = [row for row in rows if row.owner != Owner.FORECASTER]
    one_half = next((row.coverage for row in references if row.owner == Owner.CONSTANT), 0.0)
    return Board(
        scope=scope,
        measure=MEASURES[measure],
        year=year,
        years=shown.years,
        settled=shown.settled,
        provisional=shown.provisional,
        n_forecasts=n_forecasts,
        # One who always stood: the constant does.
        attainable=one_half,
        minimum=MINIMUM,
        ranked=_ranked([row for row in people if row.n >= MINIMUM], MEASURES[measure]),
        unranked=_ordered([row for row in people if row.n < MINIMUM], MEASURES[measure]),
        references=_ordered(references, MEASURES[measure]),
    )


def scores_of(forecaster: Forecaster, *, scope: Scope, settled: bool, at: dt.datetime) -> dict[str, Row]:
    """A forecaster's row on every board of a scope, by measure; empty where nothing counts."""
    shown = view(scope, settled=settled, at=at)
    n_forecasts = shown.forecasts.count()
    rows = {measure: _rows(shown, measure, n_forecasts, forecaster=forecaster) for measure in MEASURES}
    return {measure: row[0] for measure, row in rows.items() if row}


def _rows(shown: View, measure: str, n_forecasts: int, forecaster: Forecaster | None = None) -> list[Row]:
    found = counting(shown.forecasts).filter(coverage__gt=0)
    if forecaster is not None:
        found = found.filter(forecaster=forecaster)
    if measure == "peer":
        # Standing alone is no average performance.
        found = found.filter(contested__gt=0)
    scores = list(found.values_list("owner", "forecaster_id", "method", *COLUMNS))
    if not scores:
        return []
    owners = sorted({(owner, forecaster_id or 0, method) for owner, forecaster_id, method, *_ in scores})
    place = {owner: number for number, owner in enumerate(owners)}
    numbers = np.array([row[3:] for row in scores], dtype=np.float64)
    summed = boards.board(
        forecaster=[place[owner, forecaster_id or 0, method] for owner, forecaster_id, method, *_ in scores],
        **dict(zip(COLUMNS, numbers.T, strict=True)),
    )
    people = Forecaster.objects.in_bulk([id_ for _, id_, _ in owners if id_])
    return [
        _row(Owner(owners[number][0]), people.get(owners[number][1]), owners[number][2], numbers_of_row, n_forecasts)
        for number, *numbers_of_row in zip(
            summed.forecaster.tolist(),
            summed.forecasts.tolist(),
            summed.coverage.tolist(),
            summed.contested.tolist(),
            getattr(summed, measure).tolist(),
            strict=True,
        )
    ]


COLUMNS = ("coverage", "contested", "brier", "log_score", "peer", "baseline")


def _row(owner: Owner, person: Forecaster | None, method: str, numbers: list[float], n_forecasts: int) -> Row:
    n, coverage, contested, score = numbers
    return Row(
        owner=owner,
        name=person.username if person else method,
        label=person.username if person else REFERENCES.get((owner, method), method),
        is_bot=bool(person and person.is_bot),
        simulated=bool(person and person.simulated),
        rank=None,
        n=int(n),
        coverage=coverage / n_forecasts,
        contested=contested / n_forecasts,
        score=score,
    )


def _ordered(rows: Iterable[Row], measure: Measure) -> list[Row]:
    sign = 1 if measure.better == "lower" else -1
    return sorted(rows, key=lambda row: (sign * row.score, row.name))


def _ranked(rows: list[Row], measure: Measure) -> list[Row]:
    if not rows:
        return []
    ranks = boards.ranks([row.score for row in rows], lower_is_better=measure.better == "lower").tolist()
    return _ordered([replace(row, rank=rank) for row, rank in zip(rows, ranks, strict=True)], measure)
