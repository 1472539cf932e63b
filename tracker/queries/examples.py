"""A measure worked out on one scored forecast: the reader's own latest, else the crowd's."""

import math
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from forecasts.crowd import METHODS
from forecasts.models import ANSWERED, Forecast, Outcome
from tracker.models import Counted, Owner, Score
from tracker.scoring.shares import GRID, WHOLE

from .measures import Measure
from .viewing import View

# Probabilities that an example goes through one by one; forecasts, the latest, among which the crowd's is sought.
MOST, RECENT = 4, 20
# A view of more forecasts is found by way of what its owner has, one of fewer by way of the forecasts.
WIDE = 500


@dataclass(frozen=True)
class Held:
    """A probability, the share of the scheduled time it was held for, what one moment at it scores, and so its part."""

    probability: float
    share: float
    at_once: float
    part: float


@dataclass(frozen=True)
class Example:
    """One row of scores taken apart. value is the score as it was stored, in the unit of the measure for one forecast.

    held is empty for scores that depend on what others held; ratio, for those alone, is how many times the probability
    that the others gave to what happened was given to it: their geometric mean.
    """

    own: bool
    forecast: Forecast
    measure: Measure
    value: float
    coverage: float
    contested: float
    held: list[Held]
    n_more: int
    ratio: float | None

    @property
    def least(self) -> bool:
        """Whether this is of one instant, the spot time."""
        return self.measure.of.startswith("spot")


def counting_in(shown: View) -> QuerySet[Score]:
    """The score rows that the totals of a view hold."""
    return Score.objects.filter(Exists(_holding(shown)))


def newest_in(shown: View) -> QuerySet[Score]:
    """The same, latest first, to take the first few of one owner.

    Of a wide view each row is asked about by itself, along the index of what the owner has: the database takes it for
    rare that a row's run counts, and would read the whole record to find a few.
    """
    if shown.n_forecasts <= WIDE:
        return counting_in(shown).order_by("-id")
    asked = Subquery(_holding(shown).values("run")[:1])
    return Score.objects.alias(held_by=asked).filter(held_by__isnull=False).order_by("-id")


def _holding(shown: View) -> QuerySet[Counted]:
    return shown.counted().filter(pk=OuterRef("forecast_id"), run=OuterRef("run_id"))


def open_to_all(rows: QuerySet[Score]) -> QuerySet[Score]:
    """Without those of forecasts that were reopened since the totals were folded: what resolved everybody may see."""
    return rows.filter(forecast__resolution__outcome__in=ANSWERED)


def example(shown: View, measure: Measure, *, reader: int | None) -> Example | None:
    """The reader's latest, else the crowd's; None where neither has one."""
    found = open_to_all(newest_in(shown)).filter(**{f"{measure.of}__isnull": False})
    if measure.of == "peer":
        found = found.filter(contested__gt=0)
    if measure.of.startswith("spot"):
        found = found.filter(spot_early=False, final_cell__isnull=False)
    found = found.select_related("forecast__claim", "forecast__resolution")
    own = found.filter(owner=Owner.FORECASTER, forecaster=reader).first() if reader else None
    if own is None:
        runs = list(shown.counted().order_by("-pk").values_list("run", flat=True)[:RECENT])
        found = found.filter(run__in=runs, owner=Owner.CROWD, forecaster=None, method=METHODS[0])
    row = own or found.first()
    return None if row is None else _taken_apart(row, measure, own=own is not None)


def _taken_apart(row: Score, measure: Measure, *, own: bool) -> Example:
    value = float(getattr(row, measure.of))
    time = 1.0 if measure.of == "spot_peer" else row.contested
    held = [] if measure.of.endswith("peer") else _held(row, measure.of)
    return Example(
        own=own,
        forecast=row.forecast,
        measure=measure,
        value=value,
        coverage=row.coverage,
        contested=row.contested,
        held=sorted(held, key=lambda each: -each.share)[:MOST],
        n_more=max(len(held) - MOST, 0),
        ratio=math.exp(value / 100 / time) if measure.of.endswith("peer") else None,
    )


def _held(row: Score, of: str) -> list[Held]:
    yes = row.forecast.outcome == Outcome.YES
    cells, shares = list(row.cells), list(row.shares)
    if of == "spot_baseline":
        cells, shares = [row.final_cell or 0], [WHOLE]
    # A mean is over the time standing, a sum over the scheduled time.
    whole = WHOLE if of.endswith("baseline") else max(sum(shares), 1)
    found = []
    for cell, share in zip(cells, shares, strict=True):
        p = cell / GRID
        at_once = moment_score(of, p if yes else 1 - p)
        found.append(Held(p, share / WHOLE, at_once, at_once * share / whole))
    return found


def moment_score(of: str, q: float) -> float:
    """What a moment at q, the probability given to what happened, scores.

    >>> [round(moment_score(of, 0.5), 3) for of in ("baseline", "brier", "log_score")]
    [0.0, 0.25, 0.693]
    """
    if of == "brier":
        return (1 - q) ** 2
    return -math.log(q) if of == "log_score" else 100 * (1 + math.log2(q))
