"""A collection of probabilities with their outcomes, pooled where they are equal; and its mean scores."""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import ArrayLike

from tracker.scoring.arrays import Floats, require_parallel, sums
from tracker.scoring.shares import GRID, to_cells

LOG_SCORE_CLIP: Final = 1e-9
LOG_ODDS_CLIP: Final = 1e-6
# Cases at a time: few enough for what is worked out on the way to stay in the processor's cache.
_BLOCK: Final = 2**15


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """Distinct probabilities, ascending, the weight said at each, and the part of that weight that came out yes.

    Serves a file of single cases (weights 1) and running totals on the grid (W = sum w, Y = sum w y) alike. All three
    are float64 of one length; probability in [0, 1], weight above 0, yes in [0, weight].

    Raises ValueError for anything else, and when there is nothing to tally.

    >>> Tally.of(probability=[0.2, 0.7, 0.2], outcome=[0, 1, 1])
    Tally(probability=array([0.2, 0.7]), weight=array([2., 1.]), yes=array([1., 1.]))
    """

    probability: Floats
    weight: Floats
    yes: Floats

    @classmethod
    def of(cls, probability: ArrayLike, outcome: ArrayLike, weight: ArrayLike | None = None) -> Self:
        """Pool single cases: probabilities, outcomes (1 yes, 0 no), and weights, 1 each unless given."""
        p, y = np.asarray(probability, dtype=np.float64), np.asarray(outcome, dtype=np.float64)
        w = np.ones_like(p) if weight is None else np.asarray(weight, dtype=np.float64)
        require_parallel(probability=p, outcome=y, weight=w)
        distinct, place = np.unique(p, return_inverse=True)
        return cls._weighty(distinct, sums(place, w, distinct.size), sums(place, w * y, distinct.size))

    @classmethod
    def on_grid(cls, probability: ArrayLike, outcome: ArrayLike) -> Self:
        """Pool single cases as `of` does, each probability moved to the nearest multiple of 0.0001 (halves go up).

        The product keeps calibration on this grid. No sort: time is proportional to the number of cases, and memory
        beside them is fixed.

        >>> Tally.on_grid([0.69996, 0.2, 0.70004], [1, 0, 0])
        Tally(probability=array([0.2, 0.7]), weight=array([1., 2.]), yes=array([0., 1.]))
        """
        p, y = np.asarray(probability, dtype=np.float64), np.asarray(outcome, dtype=np.bool_)
        require_parallel(probability=p, outcome=y)
        if not np.all((p >= 0) & (p <= 1)):
            raise ValueError("a probability must lie in [0, 1]")
        counts = np.zeros(2 * (GRID + 1), dtype=np.int64)
        for first in range(0, p.size, _BLOCK):
            block = slice(first, first + _BLOCK)
            counts += np.bincount(2 * to_cells(p[block]) + y[block], minlength=counts.size)
        no, yes = counts.reshape(-1, 2).T
        return cls.of_cells(np.arange(GRID + 1), no + yes, yes)

    @classmethod
    def of_cells(cls, cells: ArrayLike, weight: ArrayLike, yes: ArrayLike) -> Self:
        """Take totals per distinct cell (a probability in units of 0.0001), in any order; those that are 0 drop out.

        >>> Tally.of_cells([9000, 5000, 1], [2, 4, 0], [2, 1, 0]).probability
        array([0.5, 0.9])
        """
        cell = np.asarray(cells, dtype=np.int64)
        w, y = np.asarray(weight, dtype=np.float64), np.asarray(yes, dtype=np.float64)
        require_parallel(cells=cell, weight=w, yes=y)
        order = np.argsort(cell)
        return cls._weighty(cell[order] / GRID, w[order], y[order])

    @classmethod
    def _weighty(cls, probability: Floats, weight: Floats, yes: Floats) -> Self:
        said = weight != 0
        return cls(probability[said], weight[said], yes[said])

    def __post_init__(self) -> None:
        require_parallel(probability=self.probability, weight=self.weight, yes=self.yes)
        if self.probability.size == 0:
            raise ValueError("there is nothing to tally")
        if not np.all((self.probability >= 0) & (self.probability <= 1)):
            raise ValueError("a probability must lie in [0, 1]")
        if not np.all(np.diff(self.probability) > 0):
            raise ValueError("the probabilities of a tally must be distinct")
        if not np.all((self.weight > 0) & (self.yes >= 0) & (self.yes <= self.weight)):
            raise ValueError("a weight must be above 0, and the part of it that came out yes from 0 to the whole")

    @property
    def total(self) -> float:
        """The sum of the weights; for a file of single cases their number."""
        return float(self.weight.sum())

    @property
    def no(self) -> Floats:
        return self.weight - self.yes

    @property
    def base_rate(self) -> float:
        """The share of yes.

        >>> Tally.of([0.2, 0.7], [0, 1]).base_rate
        0.5
        """
        return float(self.yes.sum() / self.total)

    @property
    def mean_probability(self) -> float:
        return float(self.weight @ self.probability / self.total)


def mean_brier(tally: Tally, forecast: Floats | None = None) -> float:
    """Return sum w (p - y)^2 / sum w: 0 to 1, lower is better (Brier 1950).

    forecast, one value in [0, 1] for each distinct probability, is scored in place of the probability.

    >>> mean_brier(Tally.of([0.5, 0.9], [0, 1]))
    0.13
    """
    p = tally.probability if forecast is None else forecast
    return float((tally.yes @ (1 - p) ** 2 + tally.no @ p**2) / tally.total)


def mean_log_score(tally: Tally, clip: float = LOG_SCORE_CLIP) -> float:
    """Return sum w (-ln q) / sum w in nats, q the probability given to what happened; 0 or more, lower is better.

    Probabilities are first moved into [clip, 1 - clip], so that certain and wrong is bad and not infinite (Good 1952).

    >>> round(mean_log_score(Tally.of([0.0], [1])), 2)
    20.72
    """
    p = np.clip(tally.probability, clip, 1 - clip)
    return float(-(tally.yes @ np.log(p) + tally.no @ np.log(1 - p)) / tally.total)


def auc(tally: Tally) -> float | None:
    """Return the chance that a yes was given a higher probability than a no, ties counting half.

    0 to 1, higher is better; None where there is but one outcome. This is the area under the ROC curve, weighted
    (Hanley and McNeil 1982).

    >>> auc(Tally.of([0.2, 0.2, 0.8], [0, 1, 1]))
    0.75
    """
    pairs = tally.yes.sum() * tally.no.sum()
    if pairs == 0:
        return None
    no_below = np.cumsum(tally.no) - tally.no
    return float(tally.yes @ (no_below + tally.no / 2) / pairs)
