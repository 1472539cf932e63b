"""What an author's words score, translated: by the middle of a word's range, and by all translations within it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import xlogy

from tracker.scoring.arrays import Floats, require_parallel, sums
from tracker.scoring.record import HIGHEST, LOWEST
from tracker.scoring.reliability import wilson


@dataclass(frozen=True, slots=True, eq=False)
class Losses:
    """Scores where lower is better: by the midpoint of a range, and the best and the worst of all that lie within.

    One of each per word; `mean` makes one of them all.
    """

    midpoint: Floats
    best: Floats
    worst: Floats

    def mean(self, weight: Floats) -> tuple[float, float, float]:
        """Return midpoint, best and worst over all words, weighted; each word chooses its probability by itself.

        >>> made = brier_losses(rate=[1.0, 0.5], low=[0.5, 0.4], high=[0.9, 0.6]).mean(np.array([1.0, 3.0]))
        >>> [round(score, 4) for score in made]
        [0.21, 0.19, 0.2575]
        """
        middle, best, worst = (
            float(np.average(column, weights=weight)) for column in (self.midpoint, self.best, self.worst)
        )
        return middle, best, worst


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """What became of the forecasts of each word: their number, how many came true, and by weight the share that did.

    frequency is the plain share of those that came true, with its Wilson 95% interval, to be held against the range.
    """

    n: Floats
    n_true: Floats
    weight: Floats
    rate: Floats
    frequency: Floats
    low: Floats
    high: Floats

    @classmethod
    def of(cls, word: ArrayLike, came_true: ArrayLike, weight: ArrayLike, size: int) -> Self:
        """Count forecasts, parallel arrays, by their word, numbered from 0 to size - 1; a word without any has NaN.

        weight is the share of the scheduled time that the author stood: theirs is a constant, so their scores on a
        board weigh by it. Raises ValueError for arrays of different lengths.

        >>> Words.of(word=[0, 0, 0], came_true=[1, 0, 1], weight=[1.0, 1.0, 0.5], size=1).rate
        array([0.6])
        """
        place, true = np.asarray(word, dtype=np.int64), np.asarray(came_true, dtype=np.float64)
        weights = np.asarray(weight, dtype=np.float64)
        require_parallel(word=place, came_true=true, weight=weights)
        n, n_true = sums(place, np.ones_like(true), size), sums(place, true, size)
        total = sums(place, weights, size)
        some = np.where(n > 0, n, np.nan)
        rate = sums(place, weights * true, size) / np.where(total > 0, total, np.nan)
        low, high = wilson(n_true / some, n)
        return cls(n, n_true, total, rate, n_true / some, low, high)


def brier_losses(rate: ArrayLike, low: ArrayLike, high: ArrayLike) -> Losses:
    """Return the Brier scores that words get over all probabilities from low to high, 0 to 1, lower is better.

    A constant p on forecasts of which the share `rate` came true scores (p - rate)^2 + rate (1 - rate): least at the
    rate, or where that is outside the range at its nearer end, and most at the end that is further. The three are
    parallel, one for each word. Raises ValueError unless 0 <= rate <= 1 and 0 <= low <= high <= 1.

    >>> made = brier_losses(rate=[0.9], low=[0.55], high=[0.8])
    >>> made.best.round(4), made.midpoint.round(4), made.worst.round(4)
    (array([0.1]), array([0.1406]), array([0.2125]))
    """
    return _losses(_brier, rate, low, high)


def log_losses(rate: ArrayLike, low: ArrayLike, high: ArrayLike) -> Losses:
    """Return the log scores likewise, in nats: -rate ln p - (1 - rate) ln(1 - p), also least at the rate.

    It is convex in p, so that the worst lies at an end, by the score and not by the distance. Probabilities are first
    moved into [0.0001, 0.9999], as those of everybody else are.

    >>> made = log_losses(rate=[0.9], low=[0.55], high=[0.8])
    >>> made.best.round(3), made.midpoint.round(3), made.worst.round(3)
    (array([0.362]), array([0.466]), array([0.618]))
    """
    return _losses(_log_score, rate, low, high)


def _brier(p: Floats, rate: Floats) -> Floats:
    return (p - rate) ** 2 + rate * (1 - rate)


def _log_score(p: Floats, rate: Floats) -> Floats:
    return np.asarray(-xlogy(rate, p) - xlogy(1 - rate, 1 - p), dtype=np.float64)


def _losses(loss: Callable[[Floats, Floats], Floats], rate: ArrayLike, low: ArrayLike, high: ArrayLike) -> Losses:
    r, lowest, highest = (np.asarray(column, dtype=np.float64) for column in (rate, low, high))
    require_parallel(rate=r, low=lowest, high=highest)
    if not np.all((r >= 0) & (r <= 1) & (lowest >= 0) & (lowest <= highest) & (highest <= 1)):
        raise ValueError("rates and ranges must lie in [0, 1], the low end first")
    middle = np.clip((lowest + highest) / 2, LOWEST, HIGHEST)
    lowest, highest = np.clip(lowest, LOWEST, HIGHEST), np.clip(highest, LOWEST, HIGHEST)
    return Losses(
        midpoint=loss(middle, r),
        best=loss(np.clip(r, lowest, highest), r),
        worst=np.maximum(loss(lowest, r), loss(highest, r)),
    )
