"""Everything that is said of a file of probabilities and outcomes, rows of one forecast being no separate trials."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from tracker.scoring.arrays import Floats, Integers, require_parallel, sums
from tracker.scoring.clusters import score_products
from tracker.scoring.recalibration import Recalibration, recalibration
from tracker.scoring.reliability import (
    BINS,
    Bins,
    Curve,
    Decomposition,
    bin_of,
    bin_sizes,
    decomposition,
    effective_size,
    reliability_bins,
    reliability_curve,
)
from tracker.scoring.tally import Tally, auc, mean_brier, mean_log_score

# At the fit the scores add up to 0 in both coefficients: two clusters say nothing of its errors.
FEWEST_CLUSTERS: Final = 3


@dataclass(frozen=True, slots=True, eq=False)
class Sizes:
    """How many forecasts there are, and how many equal forecasts would weigh as much: over all, and in each bin."""

    n_clusters: int
    n_effective: float
    in_bins: Floats
    effective_in_bins: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """The scores of a file. `sizes` is None where its rows are taken as independent."""

    tally: Tally
    brier: float
    log_score: float
    auc: float | None
    decomposition: Decomposition
    recalibration: Recalibration | None
    bins: Bins
    curve: Curve
    sizes: Sizes | None


def evaluate(probability: Floats, rows: Integers, yes: Integers, forecast: Integers | None = None) -> Evaluation:
    """Return every score of a file from counts of its rows.

    Parallel arrays: a probability in [0, 1], the number of rows that say it, and how many of those came out yes; pairs
    may come more than once. With forecast (whole numbers, 0 or more) the rows of one forecast are one trial: intervals
    of the bins rest on effective sizes and errors of the recalibration on clusters. Raises ValueError as Tally does.

    >>> said, rows = np.array([0.2, 0.8, 0.8]), np.array([1, 1, 1])
    >>> found = evaluate(said, rows, yes=np.array([0, 1, 0]), forecast=np.array([0, 1, 2]))
    >>> round(found.brier, 2), found.auc, found.sizes.n_clusters, found.sizes.n_effective
    (0.24, 0.75, 3, 3.0)
    """
    distinct, place = np.unique(probability, return_inverse=True)
    tally = Tally(distinct, *(sums(place, amount, distinct.size) for amount in (rows, yes)))
    sizes = None if forecast is None else cluster_sizes(forecast, probability, rows)
    fit = recalibration(tally)
    if fit is not None and forecast is not None:
        errors = clustered_errors(fit, forecast=forecast, probability=probability, rows=rows, yes=yes)
        fit = replace(fit, intercept_se=errors[0], slope_se=errors[1])
    return Evaluation(
        tally=tally,
        brier=mean_brier(tally),
        log_score=mean_log_score(tally),
        auc=auc(tally),
        decomposition=decomposition(tally),
        recalibration=fit,
        bins=reliability_bins(tally, None if sizes is None else sizes.effective_in_bins),
        curve=reliability_curve(tally),
        sizes=sizes,
    )


def cluster_sizes(forecast: Integers, probability: Floats, rows: Integers) -> Sizes:
    """Return how many forecasts the rows are about, and Kish's effective number of them: (sum m)^2 / sum m^2.

    m is the number of rows of a forecast, in all or in the bin. The effective number lies between 1 and the number of
    forecasts, which it reaches where all have as many rows. Source: Kish, Survey Sampling, 1965.

    >>> found = cluster_sizes(np.array([0, 0, 1]), np.array([0.72, 0.75, 0.3]), np.array([1, 2, 1]))
    >>> found.n_clusters, found.n_effective, found.in_bins[7:8], found.effective_in_bins[7:8]
    (2, 1.6, array([1.]), array([1.]))
    """
    require_parallel(forecast=forecast, probability=probability, rows=rows)
    which, place = np.unique(forecast, return_inverse=True)
    m = sums(place, rows, which.size)
    n_effective = effective_size(m.sum(keepdims=True), (m**2).sum(keepdims=True))
    pairs = np.unique(place * BINS + bin_of(probability))
    return Sizes(
        n_clusters=which.size,
        n_effective=float(n_effective[0]),
        in_bins=np.bincount(pairs % BINS, minlength=BINS).astype(np.float64),
        effective_in_bins=bin_sizes(place, probability, rows),
    )


def clustered_errors(
    fit: Recalibration, *, forecast: Integers, probability: Floats, rows: Integers, yes: Integers
) -> tuple[float, float]:
    """Return standard errors of intercept and slope that hold however alike the rows of one forecast are.

    The sandwich of `recalibration` with the scores s = sum over a forecast's rows of (y - m)(1, x) taken at the fitted
    values m = expit(a + b x), times G / (G - 1) for G forecasts. NaN below three forecasts, and easily too small below
    a hundred. Source: Liang and Zeger, Biometrika 1986.

    >>> said, rows, yes = np.tile([0.3, 0.6], 40), np.full(80, 5), np.tile([0, 0, 5, 5, 5, 0, 0, 5], 10)
    >>> fit = recalibration(Tally.of(said, yes / rows, rows))
    >>> robust = clustered_errors(fit, forecast=np.arange(80), probability=said, rows=rows, yes=yes)
    >>> round(fit.slope_se, 3), round(robust[1], 3)
    (0.16, 0.359)
    """
    require_parallel(forecast=forecast, probability=probability, rows=rows, yes=yes)
    clusters, outcome = np.unique(forecast).size, yes / rows
    if clusters < FEWEST_CLUSTERS:
        return np.nan, np.nan
    scores = score_products(forecast, probability, outcome, rows, intercept=fit.intercept, slope=fit.slope)
    robust = recalibration(Tally.of(probability, outcome, rows), scores=scores * clusters / (clusters - 1))
    return (np.nan, np.nan) if robust is None else (robust.intercept_se, robust.slope_se)
