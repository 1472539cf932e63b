"""The sums over forecasts that inference of calibration needs: a forecast is one trial, however often answered."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, logit

from tracker.scoring.arrays import Floats, require_parallel, sums
from tracker.scoring.reliability import BINS, bin_of, effective_size
from tracker.scoring.tally import LOG_ODDS_CLIP, Tally


@dataclass(frozen=True, slots=True, eq=False)
class Clusters:
    """Sums over forecasts of one view, in natural units (a weight is a part of a forecast, 1 the whole of it).

    With c a forecast's total weight, u its weight in a bin, and s = sum w (y - p)(1, x), x = logit p, over everything
    said on it (pooled: by everybody):

    forecasts: how many there are; weight = sum c; squares = sum c^2; scores = sum s s' and
    spread = sum c sum w p (1 - p)(1, x)(1, x)', symmetric 2 x 2 matrices; bin_forecasts and bin_squares: in each of the
    ten bins how many forecasts had some weight, and sum u^2.

    What is said on one forecast errs together, and s s' <= c sum w (y - p)^2 (1, x)(1, x)' (Jensen), so that a
    calibrated forecaster's sum s has at most the covariance `spread`, whatever the revisions and however many people.

    In the service these come from running totals; `Clusters.of` takes them from single rows.
    """

    forecasts: int
    weight: float
    squares: float
    scores: Floats
    spread: Floats
    bin_forecasts: Floats
    bin_squares: Floats

    @classmethod
    def of(cls, forecast: ArrayLike, probability: ArrayLike, outcome: ArrayLike, weight: ArrayLike) -> Self:
        """Add up parallel rows in any order; all rows of one forecast (a whole number) are one cluster.

        Probabilities are first moved into [1e-6, 1 - 1e-6], where log odds exist. Raises ValueError for unequal
        lengths.

        >>> clusters = Clusters.of([1, 1, 2], [0.5, 0.72, 0.5], [1, 1, 0], [0.5, 0.25, 1.0])
        >>> clusters.forecasts, clusters.weight, clusters.squares, clusters.bin_squares[[5, 7]]
        (2, 1.75, 1.5625, array([1.25  , 0.0625]))
        """
        which, p, w = np.asarray(forecast), np.asarray(probability, np.float64), np.asarray(weight, np.float64)
        require_parallel(forecast=which, probability=p, weight=w)
        ids, place = np.unique(which, return_inverse=True)
        c = sums(place, w, ids.size)
        cells, cell = np.unique(place * BINS + bin_of(p), return_inverse=True)
        u, bins = sums(cell, w, cells.size), cells % BINS
        return cls(
            forecasts=ids.size,
            weight=float(c.sum()),
            squares=float(c @ c),
            scores=score_products(which, p, outcome, w),
            spread=information(p, w * c[place]),
            bin_forecasts=sums(bins, (u > 0).astype(np.float64), BINS),
            bin_squares=sums(bins, u**2, BINS),
        )

    @property
    def size(self) -> float:
        """The effective number of forecasts, (sum c)^2 / sum c^2 (Kish 1965); 0 where there are none."""
        return float(effective_size(np.array([self.weight]), np.array([self.squares]))[0])

    def bin_sizes(self, tally: Tally) -> Floats:
        """Return the effective number of trials in each bin of the tally of the same rows, as `reliability_bins` takes.

        >>> clusters = Clusters.of([1, 1, 2], [0.72, 0.75, 0.78], [1, 1, 0], [0.5, 0.5, 1.0])
        >>> clusters.bin_sizes(Tally.of([0.72, 0.75, 0.78], [1, 1, 0], [0.5, 0.5, 1.0]))
        array([0., 0., 0., 0., 0., 0., 0., 2., 0., 0.])
        """
        return effective_size(sums(bin_of(tally.probability), tally.weight, BINS), self.bin_squares)


def information(probability: Floats, weight: Floats) -> Floats:
    """Return sum w p (1 - p)(1, x)(1, x)', x = logit p: the covariance of sum w (y - p)(1, x) over single trials.

    A symmetric 2 x 2 matrix; w counts trials. Probabilities are first moved into [1e-6, 1 - 1e-6].

    >>> information(np.array([0.5]), np.array([8.0]))
    array([[2., 0.],
           [0., 0.]])
    """
    p = np.clip(probability, LOG_ODDS_CLIP, 1 - LOG_ODDS_CLIP)
    design = np.array([np.ones_like(p), logit(p)])
    matrix: Floats = (design * (weight * p * (1 - p))) @ design.T
    return matrix


def score_products(
    forecast: ArrayLike,
    probability: ArrayLike,
    outcome: ArrayLike,
    weight: ArrayLike,
    *,
    intercept: float = 0.0,
    slope: float = 1.0,
) -> Floats:
    """Return sum s s' over forecasts, s = sum w (y - m)(1, x), m = expit(intercept + slope x), x = logit p.

    At 0 and 1, the default, scores are taken where everybody is calibrated; at a fitted recalibration this is the
    middle of the usual sandwich. A symmetric 2 x 2 matrix; parallel rows as in `Clusters.of`.

    >>> score_products([1, 1], [0.5, 0.5], [1, 1], [0.5, 0.5])
    array([[0.25, 0.  ],
           [0.  , 0.  ]])
    """
    which, p = np.asarray(forecast), np.asarray(probability, dtype=np.float64)
    y, w = np.asarray(outcome, dtype=np.float64), np.asarray(weight, dtype=np.float64)
    require_parallel(forecast=which, probability=p, outcome=y, weight=w)
    ids, place = np.unique(which, return_inverse=True)
    x = logit(np.clip(p, LOG_ODDS_CLIP, 1 - LOG_ODDS_CLIP))
    surplus = w * (y - expit(intercept + slope * x))
    scores = np.array([sums(place, surplus, ids.size), sums(place, surplus * x, ids.size)])
    products: Floats = scores @ scores.T
    return products
