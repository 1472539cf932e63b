"""Do the things that are given 70% happen 70% of the time: the CORP curve, its decomposition, and the binned table."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import isotonic_regression
from scipy.special import ndtri

from tracker.scoring.arrays import Flags, Floats, Integers, require_parallel, sums
from tracker.scoring.tally import Tally, mean_brier

BINS: Final = 10
# Below this effective number of trials a bin is "too few": its interval is shown so, and it is not quoted.
FEW: Final = 10
# k / 10 is the double nearest the decimal; np.linspace(0, 1, 11) is not (0.30000000000000004), nor is floor(10 p) safe.
_INNER_EDGES: Final = np.arange(1, BINS) / BINS


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """One row for each block of probabilities that isotonic regression recalibrates to one value, ascending.

    lowest and highest are the ends of the block, recalibrated its observed frequency, weight what was said in it.
    """

    lowest: Floats
    highest: Floats
    recalibrated: Floats
    weight: Floats


@dataclass(frozen=True, slots=True)
class Decomposition:
    """mean Brier score = miscalibration - discrimination + uncertainty, each 0 or more.

    miscalibration: lower is better; discrimination: higher is better; uncertainty belongs to the questions alone, so it
    compares nobody.
    """

    miscalibration: float
    discrimination: float
    uncertainty: float


@dataclass(frozen=True, slots=True, eq=False)
class Bins:
    """Ten rows, [k/10, (k+1)/10), the last closed; NaN in an empty bin for all but the edges, weight and size (0).

    size is the number of trials that the interval [low, high] of the observed frequency rests on.
    """

    lower: Floats
    upper: Floats
    weight: Floats
    size: Floats
    mean_probability: Floats
    observed_frequency: Floats
    low: Floats
    high: Floats

    @property
    def few(self) -> Flags:
        """Which bins rest on too few trials to say anything, the empty ones among them.

        >>> reliability_bins(Tally.of([0.05] * 10 + [0.95] * 9, [0] * 19)).few[[0, 5, 9]]
        array([False,  True,  True])
        """
        return self.size < FEW


def reliability_curve(tally: Tally) -> Curve:
    """Return the reliability curve by isotonic regression of outcomes on probabilities, equal probabilities pooled.

    No bins to choose: the blocks come from the outcomes (CORP: Dimitriadis, Gneiting and Jordan, PNAS 2021).

    >>> reliability_curve(Tally.of([0.1, 0.4, 0.6, 0.9], [0, 1, 0, 1])).recalibrated
    array([0. , 0.5, 1. ])
    """
    fit = isotonic_regression(tally.yes / tally.weight, weights=tally.weight)
    first, last = fit.blocks[:-1], fit.blocks[1:] - 1
    weight = np.add.reduceat(tally.weight, first)
    return Curve(tally.probability[first], tally.probability[last], np.clip(fit.x[first], 0.0, 1.0), weight)


def decomposition(tally: Tally) -> Decomposition:
    """Split the mean Brier score in three, as it falls when probabilities are recalibrated and rises without them.

    With S the mean Brier score of the probabilities, of their isotonic recalibration, and of the base rate:
    miscalibration = S - S(recalibrated), discrimination = S(base rate) - S(recalibrated), uncertainty = S(base rate).
    Source: Dimitriadis, Gneiting and Jordan, PNAS 2021.

    >>> decomposition(Tally.of([0.25, 0.25, 1.0, 1.0], [0, 0, 1, 1]))
    Decomposition(miscalibration=0.03125, discrimination=0.25, uncertainty=0.25)
    """
    recalibrated = isotonic_regression(tally.yes / tally.weight, weights=tally.weight).x
    at_best, uncertainty = mean_brier(tally, recalibrated), tally.base_rate * (1 - tally.base_rate)
    return Decomposition(mean_brier(tally) - at_best, uncertainty - at_best, uncertainty)


def bin_of(probability: Floats) -> Integers:
    """Return the bin of each probability, 0 to 9: the k with k/10 <= p < (k+1)/10, and 9 for 1.

    >>> bin_of(np.array([0.0, 0.15, 0.3, 0.7, 1.0]))
    array([0, 1, 3, 7, 9])
    """
    return np.searchsorted(_INNER_EDGES, probability, side="right")


def reliability_bins(tally: Tally, size: Floats | None = None) -> Bins:
    """Return what was said and what happened in ten bins of equal width, with Wilson 95% intervals.

    size is the effective number of trials in each bin (`effective_size`); without it weights count as trials.

    >>> bins = reliability_bins(Tally.of([0.72, 0.78], [0, 1]))
    >>> [round(float(column[7]), 2) for column in (bins.mean_probability, bins.low, bins.high)]
    [0.75, 0.09, 0.91]
    """
    place = bin_of(tally.probability)
    weight, said, yes = (
        sums(place, amount, BINS) for amount in (tally.weight, tally.weight * tally.probability, tally.yes)
    )
    some = np.where(weight > 0, weight, np.nan)
    trials = weight if size is None else size
    low, high = wilson(yes / some, trials)
    edges = np.arange(BINS + 1) / BINS
    return Bins(edges[:-1], edges[1:], weight, trials, said / some, yes / some, low, high)


def wilson(frequency: Floats, size: Floats, level: float = 0.95) -> tuple[Floats, Floats]:
    """Return the ends of the Wilson score interval of an observed frequency in `size` trials, within [0, 1].

    (2nf + z^2 -+ z sqrt(z^2 + 4nf (1 - f))) / 2(n + z^2), z the normal quantile of (1 + level)/2. size may be an
    effective one and broken; where it is 0 both ends are NaN. Source: Wilson, JASA 1927.

    >>> low, high = wilson(np.array([0.5]), np.array([10.0]))
    >>> low.round(3), high.round(3)
    (array([0.237]), array([0.763]))
    """
    z = float(ndtri((1 + level) / 2))
    return _wilson_low(frequency, size, z), 1 - _wilson_low(1 - frequency, size, z)


def _wilson_low(frequency: Floats, size: Floats, z: float) -> Floats:
    # Multiplied out, so that the end at a frequency of 0 is 0 to the last bit.
    n = np.where(size > 0, size, np.nan)
    return (2 * n * frequency + z * z - z * np.sqrt(z * z + 4 * n * frequency * (1 - frequency))) / (2 * (n + z * z))


def effective_size(total: Floats, squares: Floats) -> Floats:
    """Return (sum u)^2 / sum u^2 from both sums: how many equal trials weigh as much as these; 0 where there are none.

    Source: Kish, Survey Sampling, 1965.

    >>> effective_size(np.array([3.0, 0.0]), np.array([5.0, 0.0]))
    array([1.8, 0. ])
    """
    return np.divide(total**2, squares, out=np.zeros_like(total), where=squares > 0)


def bin_sizes(forecast: ArrayLike, probability: ArrayLike, weight: ArrayLike) -> Floats:
    """Return the effective number of trials in each of the ten bins, a forecast being one trial however many answer it.

    Three parallel arrays: which forecast (a whole number, 0 or more), the probability said, and its weight. The weights
    of a forecast in a bin are added up first, over revisions and people: a thousand people on one question are one
    trial.

    >>> bin_sizes([1, 1, 2], [0.72, 0.75, 0.78], [0.5, 0.5, 1.0])
    array([0., 0., 0., 0., 0., 0., 0., 2., 0., 0.])
    """
    which, p = np.asarray(forecast, dtype=np.int64), np.asarray(probability, dtype=np.float64)
    w = np.asarray(weight, dtype=np.float64)
    require_parallel(forecast=which, probability=p, weight=w)
    pairs, place = np.unique(which * BINS + bin_of(p), return_inverse=True)
    u, bins = sums(place, w, pairs.size), pairs % BINS
    total, squares = (sums(bins, amount, BINS) for amount in (u, u**2))
    return effective_size(total, squares)
