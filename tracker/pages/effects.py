"""Where the effects of pairs stand on one axis, and what they say together."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from forecasts.models import Forecast
from tracker.queries.effects import PairEffect

# An axis ends at one of these, in differences of probability; all pairs on it share it.
SPANS = (0.1, 0.2, 0.3, 0.5, 1.0)


@dataclass(frozen=True)
class Drawn:
    """A pair and where its marks stand on the axis, 0 to 1, no difference at 0.5; None for what is not drawn."""

    read: PairEffect
    median: float | None
    low: float | None
    high: float | None
    own: float | None


@dataclass(frozen=True)
class Tally:
    """How many of the effects shown point which way, and of those with an interval, how many wholly.

    With or against is as the claims foretell: more likely with the condition, unless what they predict is a no.
    """

    shown: int
    more: int
    less: int
    bounded: int
    wholly_with: int
    wholly_against: int

    @property
    def same(self) -> int:
        return self.shown - self.more - self.less

    @property
    def undecided(self) -> int:
        return self.bounded - self.wholly_with - self.wholly_against


@dataclass(frozen=True)
class Chart:
    """The pairs on one condition, in the order given, and the end of the axis that they share."""

    condition: Forecast
    rows: list[Drawn]
    span: float
    tally: Tally

    @property
    def least(self) -> float:
        return -self.span

    @property
    def hidden(self) -> int:
        return sum(not row.read.revealed for row in self.rows)

    @property
    def turned(self) -> int:
        """Pairs whose claim is borne out by a no."""
        return sum(row.read.given_yes.predicts == "no" for row in self.rows)

    @property
    def own(self) -> bool:
        return any(row.own is not None for row in self.rows)

    @property
    def stopped(self) -> bool:
        return any(row.read.stopped for row in self.rows)


def charts(found: Iterable[PairEffect]) -> list[Chart]:
    """One chart for each condition."""
    by_condition: dict[Forecast, list[PairEffect]] = defaultdict(list)
    for read in found:
        by_condition[read.condition].append(read)
    return [_chart(condition, reads) for condition, reads in by_condition.items()]


def _chart(condition: Forecast, reads: list[PairEffect]) -> Chart:
    largest = max((abs(value) for read in reads for value in _values(read) if value is not None), default=0.0)
    # What sums in binary leave behind must not widen the axis.
    span = next(span for span in SPANS if round(largest, 9) <= span)
    rows = [Drawn(read, *(_place(value, span) for value in _values(read))) for read in reads]
    return Chart(condition, rows, span, _tally(reads))


def _values(read: PairEffect) -> tuple[float | None, float | None, float | None, float | None]:
    own = read.own.difference if read.own else None
    if read.effect is None:
        return None, None, None, own
    median = read.effect.difference
    return median.value, median.low, median.high, own


def _place(value: float | None, span: float) -> float | None:
    return None if value is None else (1 + value / span) / 2


def _tally(reads: list[PairEffect]) -> Tally:
    shown = [(read.effect.difference, read.given_yes.predicts) for read in reads if read.effect]
    bounded = [(m.low, m.high, predicts) for m, predicts in shown if m.low is not None and m.high is not None]
    right = [predicts for low, _, predicts in bounded if low > 0]
    left = [predicts for _, high, predicts in bounded if high < 0]
    wholly_with = right.count("yes") + left.count("no")
    return Tally(
        shown=len(shown),
        more=sum(median.value > 0 for median, _ in shown),
        less=sum(median.value < 0 for median, _ in shown),
        bounded=len(bounded),
        wholly_with=wholly_with,
        wholly_against=len(right) + len(left) - wholly_with,
    )
