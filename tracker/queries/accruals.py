"""How a forecaster's score on a forecast came about: what each estimate added, and what each moment did."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from forecasts.columns import estimate_columns
from forecasts.instants import instant, microseconds
from forecasts.models import ANSWERED, Forecast, Forecaster, Outcome
from tracker.scoring.accrual import Parts, Rates, moments, parts
from tracker.scoring.record import Estimates
from tracker.services.reading import schedule_of

# So many parts at either end are shown; what lies between becomes one row.
SHOWN: Final = 20


@dataclass(frozen=True)
class Part:
    """What came of some time standing: of one probability, or, where that is None, of `n` together."""

    start_at: dt.datetime
    end_at: dt.datetime
    n: int
    probability: float | None
    share: float
    baseline: float
    peer: float
    brier: float
    log_score: float


@dataclass(frozen=True)
class Moment:
    """What was earned from `at` on, were it always so; 0 while not standing."""

    at: dt.datetime
    baseline: float
    peer: float


@dataclass(frozen=True)
class Accrual:
    """A score taken apart. total adds up every part, shown or not; mean_baseline is while standing."""

    parts: list[Part]
    total: Part
    moments: list[Moment]

    @property
    def mean_baseline(self) -> float:
        return self.total.baseline / self.total.share


def accrual(forecast: Forecast, forecaster: Forecaster) -> Accrual | None:
    """None where they did not stand while it was open and its answer unknown. Only for an answered forecast."""
    resolution = forecast.resolution
    if resolution is None or resolution.outcome not in ANSWERED:
        return None
    columns = estimate_columns(forecast.pk)
    estimates = Estimates(columns.forecaster, columns.made_at, columns.probability, columns.expires_at)
    schedule, known_at, yes = (
        schedule_of(forecast),
        microseconds(resolution.known_at),
        resolution.outcome == Outcome.YES,
    )
    found = parts(estimates, schedule, known_at, outcome=yes, forecaster=forecaster.pk)
    if found.start.size == 0:
        return None
    rates = moments(estimates, schedule, known_at, outcome=yes, forecaster=forecaster.pk)
    return Accrual(list(_shown(found)), _together(found, slice(None)), list(_moments(rates)))


def _shown(found: Parts) -> Iterator[Part]:
    """The first and the last, and what lies between them in one row."""
    size = found.start.size
    middle = slice(SHOWN, size - SHOWN) if size > 2 * SHOWN + 1 else slice(size, size)
    yield from (_together(found, slice(place, place + 1)) for place in range(middle.start))
    if middle.stop > middle.start:
        yield _together(found, middle)
    yield from (_together(found, slice(place, place + 1)) for place in range(middle.stop, size))


def _together(found: Parts, some: slice) -> Part:
    probability = found.probability[some]
    return Part(
        start_at=instant(int(found.start[some][0])),
        end_at=instant(int(found.end[some][-1])),
        n=probability.size,
        probability=float(probability[0]) if probability.size == 1 else None,
        **{
            measure: float(getattr(found, measure)[some].sum())
            for measure in ("share", "baseline", "peer", "brier", "log_score")
        },
    )


def _moments(rates: Rates) -> Iterator[Moment]:
    """The last one closes the line where the time that counts ends."""
    baseline, peer = np.append(rates.baseline, rates.baseline[-1:]), np.append(rates.peer, rates.peer[-1:])
    for at, earned, ahead in zip(rates.at.tolist(), baseline.tolist(), peer.tolist(), strict=True):
        yield Moment(instant(at), earned, ahead)
