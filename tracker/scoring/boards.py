"""What a board says of its rows: who has enough for a rank, the interval of each score, and the ranks it allows."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import rankdata

from tracker.scoring.arrays import Flags, Integers, require_parallel
from tracker.scoring.intervals import Interval, hall_rate, hall_total, wider_rate, wider_total
from tracker.scoring.shares import GRID, WHOLE, Shares

# Below either, a row is listed without rank and interval: the intervals have been shown to hold from here on.
MINIMUM_FORECASTS: Final = 20
MINIMUM_UPSETS: Final = 3
# Compared with people who are all bolder or all shyer, a lead has a longer tail than a score.
MINIMUM_UPSETS_OF_PEERS: Final = 5
# Expected upsets are kept in whole numbers: a millionth of the scheduled length at a probability of 0.0001.
UPSET: Final = WHOLE * GRID

# The interval of each measure, all called with moments and level. Scores have one long tail, towards the surprise,
# where Student's interval falls short and Hall's does not; differences between people may have two, and it is reversed.
INTERVALS: Final[Mapping[str, Callable[..., Interval]]] = {
    "peer": wider_total,
    "peer_rate": wider_rate,
    "spot_peer": wider_total,
    "baseline": hall_total,
    "baseline_rate": partial(hall_rate, within=(-np.inf, 100.0)),
    "spot_baseline": hall_total,
    "brier": partial(hall_rate, within=(0.0, 1.0)),
    "log_score": partial(hall_rate, within=(0.0, np.inf)),
}


def expected_upsets(shares: Shares, *, final: bool = False) -> Integers:
    """Return, for each row of a forecast, sum w min(p, 1 - p) over its shares, in whole numbers of 1 / UPSET.

    This is how often one who means what they say expects to be surprised: 0 to UPSET / 2, more is more to learn from.
    With `final` the probability at the scheduled spot time counts with weight 1, as it does for spot scores.

    >>> shares = Shares(np.array([0, 2]), np.array([3000, 9000]), np.array([500_000, 250_000]), np.array([9000]))
    >>> expected_upsets(shares) / UPSET, expected_upsets(shares, final=True) / UPSET
    (array([0.175]), array([0.1]))
    """
    if final:
        at_spot: Integers = WHOLE * np.minimum(shares.final, GRID - shares.final)
        return at_spot
    running = np.concatenate([[0], np.cumsum(shares.weights * np.minimum(shares.cells, GRID - shares.cells))])
    over_time: Integers = running[shares.offsets[1:]] - running[shares.offsets[:-1]]
    return over_time


def minimum_upsets(measure: str) -> int:
    """Return the expected upsets from which a row has a rank and an interval on the board of a measure.

    >>> minimum_upsets("brier"), minimum_upsets("spot_peer")
    (3, 5)
    """
    return MINIMUM_UPSETS_OF_PEERS if "peer" in measure else MINIMUM_UPSETS


def qualifies(forecasts: ArrayLike, upsets: ArrayLike, *, minimum: int = MINIMUM_UPSETS) -> Flags:
    """Say of each row whether it has the minimum for a rank and an interval.

    upsets are in whole numbers of 1 / UPSET, and `minimum` of them must be expected: `minimum_upsets` of the measure.

    >>> qualifies([20, 20, 19], [3 * UPSET, 3 * UPSET - 1, 9 * UPSET])
    array([ True, False, False])
    """
    n, surprise = np.asarray(forecasts, dtype=np.int64), np.asarray(upsets, dtype=np.int64)
    require_parallel(forecasts=n, upsets=surprise)
    return (n >= MINIMUM_FORECASTS) & (surprise >= minimum * UPSET)


def simultaneous(rows: int, *, level: float = 0.95) -> float:
    """Return the level at which each of the intervals of a board must hold, for all to hold at once at `level`.

    1 - (1 - level) / rows, by Bonferroni's inequality: however the rows hang together, which matters, since they answer
    the same questions.

    >>> round(simultaneous(10), 4)
    0.995
    """
    return 1 - (1 - level) / max(rows, 1)


def rank_ranges(low: ArrayLike, high: ArrayLike, *, lower_is_better: bool) -> tuple[Integers, Integers]:
    """Return the best and the worst rank that each of m rows may truly have, given the ends of all intervals.

    From 1 + the number of rows wholly better (no overlap) to m - the number wholly worse. If the intervals hold at
    once, so do all these ranges. A row without an interval (NaN) may be anywhere, and everyone on either side of it.
    O(m log m). Raises ValueError for columns of different lengths.

    Source: Klein, Wright and Wieczorek (2020), A joint confidence region for an overall ranking of populations, Journal
    of the Royal Statistical Society C 69.

    >>> rank_ranges([1, 4, 3, 9], [2, 6, 5, 9], lower_is_better=False)
    (array([4, 2, 2, 1]), array([4, 3, 3, 1]))
    """
    low, high = np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64)
    require_parallel(low=low, high=high)
    low, high = np.where(np.isnan(low), -np.inf, low), np.where(np.isnan(high), np.inf, high)
    if lower_is_better:
        low, high = -high, -low
    wholly_better: Integers = low.size - np.searchsorted(np.sort(low), high, side="right")
    wholly_worse: Integers = np.searchsorted(np.sort(high), low, side="left")
    return 1 + wholly_better, low.size - wholly_worse


def ranks(score: ArrayLike, *, lower_is_better: bool) -> Integers:
    """Return ranks from 1; scores that are equal to nine decimals share the better rank: 1, 2, 2, 4.

    >>> ranks([0.2, 0.1, 0.2, 0.3], lower_is_better=True)
    array([2, 1, 2, 4])
    """
    billionths = np.rint(np.asarray(score, dtype=np.float64) * 1e9)
    return rankdata(billionths if lower_is_better else -billionths, method="min").astype(np.int64)
