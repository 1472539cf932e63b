"""A source's scoreboard as its page draws it: what became of each claim, what is due next, what hangs on what."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from forecasts.models import ANSWERED, Claim, Forecast, Outcome
from tracker.queries.sources import ClaimBoard, Condition, Question, Scoreboard

# What may have become of a forecast, seen from its claim; in this order everywhere.
FATES = {
    "true": "borne out",
    "false": "not borne out",
    "aside": "answered, not foretold",
    "annulled": "annulled",
    "open": "without an answer",
}
# Dates that are shown as the next ones.
NEXT = 5


@dataclass(frozen=True)
class Mark:
    """A forecast in the strip: what became of it, as one of FATES."""

    forecast: Forecast
    fate: str

    @property
    def said(self) -> str:
        return FATES[self.fate]


@dataclass(frozen=True)
class Line:
    """A claim in the strip."""

    claim: Claim
    marks: list[Mark]

    @property
    def said(self) -> str:
        """Such as “2 borne out, 1 without an answer”."""
        return _counted(mark.fate for mark in self.marks) or "no forecast yet"


@dataclass(frozen=True)
class Strip:
    lines: list[Line]

    @property
    def said(self) -> str:
        return _counted(mark.fate for line in self.lines for mark in line.marks)


@dataclass(frozen=True)
class Event:
    """The next thing to happen to a forecast: it opens, it closes, or its answer is due; `late` if it was."""

    forecast: Forecast
    at: dt.datetime
    what: str
    late: bool = False


@dataclass(frozen=True)
class Node:
    """A forecast and what hangs on it: on a yes, and on a no."""

    forecast: Forecast
    on_yes: list["Node"]
    on_no: list["Node"]


@dataclass(frozen=True)
class Root:
    """A condition that hangs on nothing else of the source, and the tree that grows from it."""

    condition: Condition
    node: Node


def fate(forecast: Forecast, *, foretold: bool = True) -> str:
    """One of FATES. A premise is not foretold, and neither is an event in the world without the condition."""
    if forecast.outcome in ANSWERED:
        if not foretold:
            return "aside"
        return "true" if forecast.outcome == forecast.predicts else "false"
    return "annulled" if forecast.outcome == Outcome.ANNULLED else "open"


def strip(board: Scoreboard) -> Strip:
    """Every claim in the source's order, with what became of its forecasts."""
    return Strip([Line(each.claim, list(_marks(each))) for each in board.claims])


def next_dates(board: Scoreboard, *, at: dt.datetime) -> list[Event]:
    """What happens next, soonest first; what is overdue comes before all that is to come."""
    waiting = [f for each in board.claims for f in _forecasts(each.questions) if fate(f) == "open"]
    events = [_next(forecast, at) for forecast in waiting]
    return sorted(events, key=lambda event: (event.at, event.forecast.pk))[:NEXT]


def roots(board: Scoreboard) -> list[Root]:
    """The conditions that hang on none of this source, each with all below it."""
    below: dict[int, list[Forecast]] = {each.forecast.pk: each.branches for each in board.conditions}
    among = {branch.pk for branches in below.values() for branch in branches}
    return [Root(each, _node(each.forecast, below)) for each in board.conditions if each.forecast.pk not in among]


def _node(forecast: Forecast, below: dict[int, list[Forecast]]) -> Node:
    branches = below.get(forecast.pk, [])
    on = {
        outcome: [_node(branch, below) for branch in branches if branch.condition_outcome == outcome]
        for outcome in ANSWERED
    }
    return Node(forecast, on[Outcome.YES], on[Outcome.NO])


def _marks(board: ClaimBoard) -> Iterator[Mark]:
    for question in board.questions:
        yield Mark(question.forecast, fate(question.forecast, foretold=not board.claim.premise))
        if question.twin is not None:
            yield Mark(question.twin, fate(question.twin, foretold=False))


def _forecasts(questions: Iterable[Question]) -> Iterator[Forecast]:
    for question in questions:
        yield question.forecast
        if question.twin is not None:
            yield question.twin


def _next(forecast: Forecast, at: dt.datetime) -> Event:
    if forecast.opens_at > at:
        return Event(forecast, forecast.opens_at, "opens")
    if forecast.closes_at > at:
        return Event(forecast, forecast.closes_at, "closes")
    return Event(forecast, forecast.resolve_by, "due", late=forecast.resolve_by <= at)


def _counted(fates: Iterable[str]) -> str:
    found = Counter(fates)
    return ", ".join(f"{found[name]} {said}" for name, said in FATES.items() if found[name])
