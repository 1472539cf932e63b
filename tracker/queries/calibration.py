"""Calibration: of what was given 70%, how much happened; per forecaster, per crowd, and for everyone in a scope."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
from django.db.models import QuerySet
from numpy.typing import NDArray
from scipy.special import expit, logit

from forecasts.crowd import METHODS
from forecasts.models import Forecaster, Outcome
from forecasts.refusals import Invalid
from tracker import scopes
from tracker.models import Owner, Score
from tracker.scopes import Scope
from tracker.scoring.recalibration import Recalibration, recalibration
from tracker.scoring.reliability import bin_of, bin_sizes, decomposition, reliability_bins, reliability_curve
from tracker.scoring.shares import GRID, WHOLE
from tracker.scoring.tally import Tally, mean_brier

from .counting import counting
from .leaderboards import MINIMUM, REFERENCES

# A slope this close to 1 is called about right.
NEAR = 0.1
VIEWS = {"time": "every probability, by how long it stood", "final": "the probability standing at the spot time"}


@dataclass(frozen=True)
class Bin:
    """[lower, upper), the last closed. n forecasts fell in it; n_eff of equal weight would weigh as much."""

    lower: float
    upper: float
    n: int
    n_eff: float
    weight: float
    mean_probability: float | None
    observed_frequency: float | None


@dataclass(frozen=True)
class Block:
    """Probabilities from start to end that isotonic regression recalibrates to one value."""

    start: float
    end: float
    recalibrated: float
    weight: float
    n: int


@dataclass(frozen=True)
class Calibration:
    """A reliability diagram in numbers. brier = miscalibration - discrimination + uncertainty, null while empty."""

    subject: str
    label: str
    scope: Scope
    view: str
    settled: bool
    provisional: bool
    n_forecasts: int
    weight: float
    sentence: str
    brier: float | None = None
    mean_probability: float | None = None
    base_rate: float | None = None
    miscalibration: float | None = None
    discrimination: float | None = None
    uncertainty: float | None = None
    intercept: float | None = None
    slope: float | None = None
    bins: tuple[Bin, ...] = ()
    curve: tuple[Block, ...] = ()


@dataclass(frozen=True, eq=False)
class Said:
    """Parallel arrays: which forecast, the cell said (in 0.0001), its weight in that forecast (0 to 1), the outcome."""

    forecast: NDArray[np.int64]
    cell: NDArray[np.int64]
    weight: NDArray[np.float64]
    outcome: NDArray[np.float64]

    def tally(self) -> Tally:
        cells, place = np.unique(self.cell, return_inverse=True)
        weight = np.bincount(place, self.weight, cells.size)
        yes = np.bincount(place, self.weight * self.outcome, cells.size)
        return Tally.of_cells(cells, weight, np.minimum(yes, weight))

    def n_within(self, lowest: float, highest: float) -> int:
        """Forecasts on which a probability from lowest to highest was said."""
        within = (self.cell >= round(lowest * GRID)) & (self.cell <= round(highest * GRID))
        return int(np.unique(self.forecast[within]).size)


def calibration(
    *,
    scope: Scope,
    forecaster: Forecaster | None = None,
    crowd: str = "",
    view: str = "time",
    settled: bool = True,
    at: dt.datetime,
) -> Calibration:
    """The calibration of one forecaster, of a crowd method, or of everyone; settled forecasts unless none are."""
    if view not in VIEWS:
        raise Invalid(f"Choose one of {', '.join(VIEWS)}.", field="view")
    if crowd and crowd not in METHODS:
        raise Invalid(f"Choose one of {', '.join(METHODS)}.", field="crowd")
    if crowd and forecaster:
        raise Invalid("Ask for a forecaster or for a crowd, not for both.", field="crowd")
    shown = scopes.view(scope, settled=settled, at=at)
    rows = counting(shown.forecasts)
    if crowd:
        rows, subject, label = rows.filter(owner=Owner.CROWD, method=crowd), crowd, REFERENCES[Owner.CROWD, crowd]
    elif forecaster:
        rows, subject, label = rows.filter(forecaster=forecaster), forecaster.username, forecaster.username
    else:
        rows, subject, label = rows.filter(owner=Owner.FORECASTER), "", "Everyone"
    said = _said(rows, final=view == "final")
    blank = Calibration(
        subject=subject,
        label=label,
        scope=scope,
        view=view,
        settled=shown.settled,
        provisional=shown.provisional,
        n_forecasts=int(np.unique(said.forecast).size),
        weight=float(said.weight.sum()),
        sentence="Nothing has resolved here yet, so there is nothing to say.",
    )
    return _measured(blank, said) if said.cell.size else blank


def _said(rows: QuerySet[Score], *, final: bool) -> Said:
    """What the rows contribute: time at each probability, or the one that stood at the spot time, if that came."""
    if final:
        found = rows.filter(final_cell__isnull=False, spot_early=False)
        picked: list[tuple[int, Sequence[int | None], Sequence[int], str]] = [
            (forecast, [cell], [WHOLE], outcome)
            for forecast, cell, outcome in found.values_list(
                "forecast_id", "final_cell", "forecast__resolution__outcome"
            )
        ]
    else:
        rows = rows.exclude(cells=[])
        picked = [*rows.values_list("forecast_id", "cells", "shares", "forecast__resolution__outcome")]
    sizes = [len(cells) for _, cells, _, _ in picked]
    return Said(
        np.repeat(np.array([row[0] for row in picked], dtype=np.int64), sizes),
        np.fromiter(chain.from_iterable(row[1] for row in picked), dtype=np.int64),
        np.fromiter(chain.from_iterable(row[2] for row in picked), dtype=np.float64) / WHOLE,
        np.repeat(np.array([row[3] == Outcome.YES for row in picked], dtype=np.float64), sizes),
    )


def _measured(blank: Calibration, said: Said) -> Calibration:
    tally = said.tally()
    parts = decomposition(tally)
    fit = recalibration(tally)
    return replace(
        blank,
        sentence=_sentence(blank, fit),
        brier=mean_brier(tally),
        mean_probability=tally.mean_probability,
        base_rate=tally.base_rate,
        miscalibration=parts.miscalibration,
        discrimination=parts.discrimination,
        uncertainty=parts.uncertainty,
        intercept=fit.intercept if fit else None,
        slope=fit.slope if fit else None,
        bins=_bins(said, tally),
        curve=_curve(said, tally),
    )


def _bins(said: Said, tally: Tally) -> tuple[Bin, ...]:
    p = said.cell / GRID
    bins = reliability_bins(tally, bin_sizes(said.forecast, p, said.weight))
    place = bin_of(p)
    return tuple(
        Bin(
            lower=float(bins.lower[k]),
            upper=float(bins.upper[k]),
            n=int(np.unique(said.forecast[place == k]).size),
            n_eff=float(bins.size[k]),
            weight=float(bins.weight[k]),
            mean_probability=_or_none(bins.mean_probability[k]),
            observed_frequency=_or_none(bins.observed_frequency[k]),
        )
        for k in range(bins.lower.size)
    )


def _curve(said: Said, tally: Tally) -> tuple[Block, ...]:
    curve = reliability_curve(tally)
    columns = (curve.lowest, curve.highest, curve.recalibrated, curve.weight)
    return tuple(
        Block(start, end, recalibrated, weight, said.n_within(start, end))
        for start, end, recalibrated, weight in zip(*(column.tolist() for column in columns), strict=True)
    )


def _or_none(value: np.float64) -> float | None:
    return None if np.isnan(value) else float(value)


def _sentence(shown: Calibration, fit: Recalibration | None) -> str:
    """What the recalibration line says in words. It describes; whether it could be chance is for a test to say."""
    if shown.n_forecasts < MINIMUM or fit is None:
        return f"{shown.n_forecasts} forecasts are too few to describe a tendency; it takes {MINIMUM}."
    happened = expit(fit.intercept + fit.slope * logit(np.array([0.1, 0.9])))
    if fit.slope < 1 - NEAR:
        tendency = "Probabilities were further from one half than what happened"
    elif fit.slope > 1 + NEAR:
        tendency = "Probabilities were closer to one half than what happened"
    else:
        tendency = "Probabilities were about as far from one half as what happened"
    return (
        f"{tendency}: of what was given 90%, about {happened[1]:.0%} came true, and of what was given 10%, about "
        f"{happened[0]:.0%}. This describes {shown.n_forecasts} forecasts; it is not a test against chance."
    )
