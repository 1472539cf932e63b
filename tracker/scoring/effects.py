"""What a condition changes: the difference of two conditional probabilities, over the people who gave both."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import logit
from scipy.stats import binom

from tracker.scoring.arrays import Floats, require_parallel

LEVEL: Final = 0.95
# With five, even the whole range from the least to the largest covers a median with 93.75% only.
FEWEST: Final = 6


@dataclass(frozen=True, slots=True)
class Median:
    """The middle of some values, in their unit; low and high are the ends of its interval, None for too few values."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Effect:
    """How n people who gave both probabilities see the difference that a condition makes.

    difference is of p(E | C) - p(E | not C), -1 to 1; log_odds_ratio of their difference in log odds, unbounded. Above
    0 the event is held more likely with the condition; no direction is better. n_more and n_less count those who say
    so; the others say it makes no difference.
    """

    n: int
    difference: Median
    log_odds_ratio: Median
    n_more: int
    n_less: int


def interval_ranks(n: int, level: float = LEVEL) -> tuple[int, int] | None:
    """Return the ranks, from 1, of the ordered values that bound the median's interval; None where n allows none.

    k and n + 1 - k, k the largest with P(X < k) <= (1 - level) / 2 for X binomial(n, 1/2): the values that the sign
    test does not reject. [x_(k), x_(n+1-k)] covers the median of any distribution with at least `level`; ties only add
    to that. Source: W. J. MacKinnon, Table for both the sign test and distribution-free confidence intervals of the
    median for sample sizes to 1,000, JASA 1964.

    >>> [interval_ranks(n) for n in (5, 6, 10, 100)]
    [None, (1, 6), (2, 9), (40, 61)]
    """
    k = int(binom.ppf((1 - level) / 2, n, 0.5)) if n else 0
    return (k, n + 1 - k) if k else None


def median(values: ArrayLike, level: float = LEVEL) -> Median:
    """Return the median of values, in any order, with its distribution-free interval (`interval_ranks`).

    The interval is for the median of those from whom these were drawn independently. Raises ValueError for no values.

    >>> median([0.3, 0.1, 0.2, 0.0, 0.5, 0.4])
    Median(value=0.25, low=0.0, high=0.5)
    """
    ordered = np.sort(np.asarray(values, dtype=np.float64))
    if ordered.ndim != 1 or not ordered.size or np.isnan(ordered).any():
        raise ValueError("a median takes one row of numbers, and at least one")
    ranks = interval_ranks(ordered.size, level)
    low, high = (float(ordered[rank - 1]) for rank in ranks) if ranks else (None, None)
    return Median(float(np.median(ordered)), low, high)


def effect(with_condition: ArrayLike, without: ArrayLike) -> Effect:
    """Return the effect from parallel arrays: what each person says given the condition, and given that it fails.

    d_i = p_i(E | C) - p_i(E | not C), l_i = logit p_i(E | C) - logit p_i(E | not C); each median with its interval.
    It says how these people differ, not how uncertain the effect is, and it is not causation: who conditions on C also
    learns of whatever goes with C. Raises ValueError unless all are probabilities strictly between 0 and 1.

    >>> made = effect(with_condition=[0.5, 0.9, 0.3], without=[0.25, 0.8, 0.3])
    >>> made.n, round(made.difference.value, 9), made.n_more, made.n_less
    (3, 0.1, 2, 0)
    """
    p, r = _probabilities(with_condition), _probabilities(without)
    require_parallel(with_condition=p, without=r)
    return Effect(
        n=p.size,
        difference=median(p - r),
        log_odds_ratio=median(logit(p) - logit(r)),
        n_more=int(np.count_nonzero(p > r)),
        n_less=int(np.count_nonzero(p < r)),
    )


def _probabilities(given: ArrayLike) -> Floats:
    p = np.asarray(given, dtype=np.float64)
    if not np.all((p > 0) & (p < 1)):
        raise ValueError("a probability must lie strictly between 0 and 1")
    return p
