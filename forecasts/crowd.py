"""What the crowd says: three ways to make one probability of all that stand, as exact points over time. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Self, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]

NEVER: Final = int(np.iinfo(np.int64).max)
METHODS: Final = ("recency_weighted", "median", "mean_log_odds")
# Instants are taken in blocks, as matrices of instants by estimates: enough to spare Python, few enough for memory.
_BLOCK: Final = 64


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """The crowd over time: row i holds from at[i] (microseconds since 1970-01-01 UTC) until at[i + 1].

    n forecasters stand; each method gives a probability, NaN when nobody stands.
    """

    at: Integers
    n: Integers
    recency_weighted: Floats
    median: Floats
    mean_log_odds: Floats


def points(
    forecaster: ArrayLike,
    made_at: ArrayLike,
    probability: ArrayLike,
    expires_at: ArrayLike | None = None,
    *,
    since: int = -NEVER,
    until: int = NEVER,
) -> Points:
    """Return a row for each instant at which n or the value of any method changes.

    The four columns are parallel, in any order: whole ids, instants in microseconds, probabilities strictly between 0
    and 1 (NaN withdraws), and expiries (NEVER, or no column, for those that do not expire). A forecaster stands with
    their latest estimate, up to its expiry. until leaves out everything after it, coming expiries included; since
    leaves out the rows up to it and changes none of the others.

    Of the n that stand, i = 1..n by the age of their standing estimate, oldest first, by id where made at one instant:

    - recency_weighted: median with weights exp(sqrt(i) - sqrt(n)), equal for n <= 2
    - median: the same with equal weights; midway between the middle two if n is even
    - mean_log_odds: the probability whose log odds are the mean of theirs

    >>> crowd = points(forecaster=[1, 2, 1], made_at=[0, 5, 9], probability=[0.8, 0.4, float("nan")])
    >>> crowd.at, crowd.n, crowd.median.round(9)
    (array([0, 5, 9]), array([1, 2, 1]), array([0.8, 0.6, 0.4]))
    """
    holds = _Holds.of(forecaster, made_at, probability, expires_at)
    instants = np.unique(np.concatenate([holds.start, holds.end[holds.end != NEVER]]))
    instants = instants[instants <= until]
    # The last instant before those asked for tells whether the first of them changed anything.
    instants = instants[max(int(np.searchsorted(instants, since, side="right")) - 1, 0) :]
    rows = np.concatenate([_nobody(), *_rows(holds, instants)], axis=1)
    before, after = rows[:, :-1], rows[:, 1:]
    same = (before == after) | (np.isnan(before) & np.isnan(after))
    told = ~same.all(axis=0) & (instants > since)
    n, recency_weighted, median, mean_log_odds = after[:, told]
    return Points(instants[told], n.astype(np.int64), recency_weighted, median, mean_log_odds)


@dataclass(frozen=True, slots=True, eq=False)
class _Holds:
    """Who stands with what on [start, end), oldest first, by forecaster where made at one instant."""

    start: Integers
    end: Integers
    probability: Floats

    @classmethod
    def of(
        cls, forecaster: ArrayLike, made_at: ArrayLike, probability: ArrayLike, expires_at: ArrayLike | None
    ) -> Self:
        who, start = np.asarray(forecaster, dtype=np.int64), np.asarray(made_at, dtype=np.int64)
        p = np.asarray(probability, dtype=np.float64)
        expires = np.full(start.shape, NEVER) if expires_at is None else np.asarray(expires_at, dtype=np.int64)
        by_person = np.lexsort((start, who))
        following = np.full(start.shape, NEVER)
        following[by_person[:-1]] = np.where(who[by_person[1:]] == who[by_person[:-1]], start[by_person[1:]], NEVER)
        by_age = np.lexsort((who, start))
        standing = by_age[~np.isnan(p[by_age])]
        return cls(start[standing], np.minimum(following, expires)[standing], p[standing])

    def where(self, kept: Flags) -> Self:
        return type(self)(self.start[kept], self.end[kept], self.probability[kept])


def _nobody() -> Floats:
    return np.array([[0.0], [np.nan], [np.nan], [np.nan]])


def _rows(holds: _Holds, instants: Integers) -> Iterator[Floats]:
    """Yield n and the three values at the instants, block by block; no value depends on where blocks begin."""
    for first in range(0, instants.size, _BLOCK):
        block = instants[first : first + _BLOCK]
        # An instant is where some hold starts or ends, so with those that end at the first there is always one.
        near = (holds.start <= block[-1]) & (block[0] <= holds.end)
        yield _aggregate(holds.where(near), block[:, None])


def _aggregate(holds: _Holds, instant: Integers) -> Floats:
    standing = (holds.start <= instant) & (instant < holds.end)
    age = np.cumsum(standing, axis=1)
    n = standing.sum(axis=1)
    weight = np.where(n[:, None] > 2, np.exp(np.sqrt(age) - np.sqrt(n)[:, None]), 1.0) * standing
    by_value = np.argsort(holds.probability, kind="stable")
    values = holds.probability[by_value]
    methods = (
        _weighted_median(values, weight[:, by_value]),
        _weighted_median(values, standing[:, by_value]),
        _mean_log_odds(values, standing[:, by_value]),
    )
    return np.array([n, *(np.where(n > 0, method, np.nan) for method in methods)])


def _weighted_median(values: Floats, weight: Floats | Flags) -> Floats:
    """Return midway between the first value with half of the weight at or below it and the first with more."""
    running = np.cumsum(weight, axis=1, dtype=np.float64)
    half = running[:, -1:] / 2
    at_half, past_half = np.argmax(running >= half, axis=1), np.argmax(running > half, axis=1)
    middle: Floats = (values[at_half] + values[past_half]) / 2
    return middle


def _mean_log_odds(values: Floats, standing: Flags) -> Floats:
    # A running sum is not disturbed by the zeros of those who do not stand, as a pairwise sum would be.
    log_odds: Floats = logit(values)
    total = np.cumsum(np.where(standing, log_odds, 0.0), axis=1)[:, -1]
    lowest, highest = values[np.argmax(standing, axis=1)], values[::-1][np.argmax(standing[:, ::-1], axis=1)]
    # A mean lies within what it is the mean of; there and back through log odds may end a bit outside.
    mean: Floats = expit(total / np.maximum(standing.sum(axis=1), 1))
    return np.clip(mean, lowest, highest)
