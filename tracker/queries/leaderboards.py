"""Leaderboards: who did how well on a scope, by a measure, with intervals, ranges of ranks, and references beside."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecasts.models import Forecaster
from forecasts.refusals import Invalid
from tracker.models import Owner
from tracker.scopes import Scope
from tracker.scoring import boards

from .hindsight import base_rate
from .measures import MEASURES, REFERENCES, Measure
from .rows import Row
from .standings import WHO, Columns, Standings, standing_of, standings
from .viewing import View, or_none, view

# Rows of people on a page of a board, and how many on either side of one's own row are shown beside it.
PAGE, NEIGHBOURS = 100, 2


@dataclass(frozen=True)
class Board:
    """Ranked rows best first, then those under the minimum, then reference rows without a rank.

    All of them, or those of a page: n_ranked and n_people count all. [least, most] holds the intervals of all ranked
    rows and the references; of all that are unranked where nobody is ranked.
    """

    scope: Scope
    measure: Measure
    year: int | None
    years: list[int]
    who: str
    settled: bool
    provisional: bool
    n_forecasts: int
    attainable: float
    minimum: int
    minimum_upsets: int
    ranked: list[Row]
    unranked: list[Row]
    references: list[Row]
    n_ranked: int
    n_people: int
    distinguishable: bool
    least: float
    most: float


@dataclass(frozen=True)
class Own:
    """Where the reader stands on a board: on which page, and their row with its neighbours, in order."""

    page: int
    row: Row
    around: list[Row]


def leaderboard(
    *, scope: Scope, measure: str = "peer", year: int | None = None, settled: bool = True, who: str = "everyone"
) -> Board:
    """The board of a scope. A scope in which nothing has settled yet shows all that resolved, marked provisional.

    People or programs apart are ranked among themselves; their scores are those of the board of everyone.
    """
    chosen, shown = _measure(measure), view(scope, settled=settled, year=year)
    found = standings(shown, chosen, _known(who))
    return _board(shown, chosen, found, _rows(found.people), start=0, who=who)


def leaderboard_page(
    *,
    scope: Scope,
    measure: str = "peer",
    year: int | None = None,
    settled: bool = True,
    who: str = "everyone",
    page: int = 1,
    reader: int | None = None,
) -> tuple[Board, Own | None]:
    """One page of the board, the last one if there are fewer, and where `reader` stands on it.

    It costs what its rows cost: the order of all is worked out once for the same totals.
    """
    chosen, shown = _measure(measure), view(scope, settled=settled, year=year)
    found = standings(shown, chosen, _known(who))
    start = PAGE * (min(page, n_pages(found.people.size)) - 1)
    place = found.place_of(reader)
    first = 0 if place is None else max(place - NEIGHBOURS, 0)
    around = range(first, min(first + 2 * NEIGHBOURS + 1, found.people.size)) if place is not None else range(0)
    places = [*range(start, min(start + PAGE, found.people.size)), *around]
    rows = _rows(found.people.at(places))
    board = _board(shown, chosen, found, rows[: len(rows) - len(around)], start=start, who=who)
    if place is None:
        return board, None
    near = rows[len(rows) - len(around) :]
    return board, Own(page=place // PAGE + 1, row=near[place - first], around=near)


def n_pages(people: int) -> int:
    return max(-(-people // PAGE), 1)


def scores_of(forecaster: Forecaster, *, scope: Scope, year: int | None = None, settled: bool = True) -> dict[str, Row]:
    """A forecaster's row on every board of a scope, by measure, without ranks; empty where nothing counts."""
    shown = view(scope, settled=settled, year=year)
    found = standing_of(forecaster.pk, shown, list(MEASURES.values()))
    return {name: _row(columns, 0, forecaster) for name, columns in found.items()}


def _measure(name: str) -> Measure:
    if name not in MEASURES:
        raise Invalid(f"Choose one of {', '.join(MEASURES)}.", field="measure")
    return MEASURES[name]


def _known(who: str) -> str:
    if who not in WHO:
        raise Invalid(f"Choose one of {', '.join(WHO)}.", field="who")
    return who


def _board(shown: View, measure: Measure, found: Standings, rows: Sequence[Row], *, start: int, who: str) -> Board:
    ranked = max(found.n_ranked - start, 0)
    least, most = _span(found)
    return Board(
        scope=shown.scope,
        measure=measure,
        year=shown.year,
        years=shown.years,
        who=who,
        settled=shown.settled,
        provisional=shown.provisional,
        n_forecasts=shown.n_forecasts,
        attainable=shown.attainable,
        minimum=boards.MINIMUM_FORECASTS,
        minimum_upsets=boards.minimum_upsets(measure.name),
        ranked=list(rows[:ranked]),
        unranked=list(rows[ranked:]),
        references=_references(shown, measure, found),
        n_ranked=found.n_ranked,
        n_people=found.people.size,
        distinguishable=found.distinguishable,
        least=least,
        most=most,
    )


def _span(found: Standings) -> tuple[float, float]:
    """From the intervals of those ranked and the references: a handful of forecasts may lie anywhere."""
    people = found.people.at(slice(found.n_ranked)) if found.n_ranked else found.people
    ends = [each for columns in (people, found.references) for each in (columns.low, columns.score, columns.high)]
    seen = np.concatenate(ends)
    seen = seen[~np.isnan(seen)]
    return float(seen.min(initial=0.0)), float(seen.max(initial=0.0))


def _references(shown: View, measure: Measure, found: Standings) -> list[Row]:
    """The rows of the crowd, the author and always one half, and beside these always the base rate."""
    rows = _rows(found.references)
    one_half = next((row for row in rows if row.owner == Owner.CONSTANT), None)
    hindsight = base_rate(shown, measure, one_half) if one_half else None
    sign = 1 if measure.better == "lower" else -1
    return sorted([*rows, *([hindsight] if hindsight else [])], key=lambda row: (sign * row.score, row.name))


def _rows(columns: Columns) -> list[Row]:
    people = Forecaster.objects.in_bulk([id_ for id_ in columns.forecaster.tolist() if id_])
    return [_row(columns, place, people.get(id_)) for place, id_ in enumerate(columns.forecaster.tolist())]


def _row(columns: Columns, place: int, person: Forecaster | None) -> Row:
    owner, method = Owner(str(columns.owner[place])), str(columns.method[place])
    return Row(
        owner=owner,
        name=person.username if person else method,
        label=person.username if person else REFERENCES.get((owner, method), method),
        is_bot=bool(person and person.is_bot),
        simulated=bool(person and person.simulated),
        n=int(columns.n[place]),
        upsets=float(columns.upsets[place]),
        coverage=float(columns.coverage[place]),
        contested=float(columns.contested[place]),
        attainable=float(columns.attainable[place]),
        score=float(columns.score[place]),
        crowd=or_none(columns.crowd[place]),
        low=or_none(columns.low[place]),
        high=or_none(columns.high[place]),
        rank=int(columns.rank[place]) or None,
        rank_best=int(columns.rank_best[place]) or None,
        rank_worst=int(columns.rank_worst[place]) or None,
    )
