"""Comparing two forecasters: the difference of their Brier scores on what both answered, forecast by forecast."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from tracker.scoring.arrays import Flags, Floats, Integers, require_parallel, sums
from tracker.scoring.holds import Holds
from tracker.scoring.record import Estimates


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """When each of n forecasts was scored, [start, end), over which scheduled length, and whether the answer was yes.

    Four parallel arrays; instants and lengths in microseconds. Raises ValueError for other shapes and for a length that
    is not above 0.

    >>> Asked.of(start=[0], end=[5], length=[10], yes=[True]).size
    1
    """

    start: Integers
    end: Integers
    length: Integers
    yes: Flags

    @classmethod
    def of(cls, start: ArrayLike, end: ArrayLike, length: ArrayLike, yes: ArrayLike) -> Self:
        """Build from anything array-like."""
        starts, ends, lengths = (np.asarray(column, dtype=np.int64) for column in (start, end, length))
        return cls(starts, ends, lengths, np.asarray(yes, dtype=np.bool_))

    def __post_init__(self) -> None:
        require_parallel(start=self.start, end=self.end, length=self.length, yes=self.yes)
        if not np.all(self.length > 0):
            raise ValueError("a forecast must close after it opens")

    @property
    def size(self) -> int:
        return self.start.size


@dataclass(frozen=True, slots=True, eq=False)
class Differences:
    """One row for each forecast: d in [-1, 1], below 0 where the first did better, and the share of time shared."""

    difference: Floats
    overlap: Floats


def differences(first: Estimates, second: Estimates, asked: Asked) -> Differences:
    """Return the difference of two Brier scores on each forecast, over the time in which both stand.

    d = 1/length * integral over [start, end) while both stand of (p_first - y)^2 - (p_second - y)^2, in [-1, 1], below
    0 where the first did better; overlap = time both stand / length, 0 to 1, and d is 0 where it is 0. `first` and
    `second` are everything that each of the two said: in both the column `forecaster` numbers the forecast, from 0.
    O(n log n) in the number of estimates.

    Raises ValueError for estimates on a forecast that was not asked.

    >>> ann = Estimates.of(forecaster=[0, 1], made_at=[0, 0], probability=[0.8, 0.6])
    >>> bob = Estimates.of(forecaster=[0], made_at=[5], probability=[0.5])
    >>> asked = Asked.of(start=[0, 0], end=[10, 10], length=[10, 10], yes=[True, True])
    >>> found = differences(ann, bob, asked)
    >>> found.difference.round(3), found.overlap
    (array([-0.105,  0.   ]), array([0.5, 0. ]))
    """
    sides = [_scored(estimates, asked) for estimates in (first, second)]
    forecast = np.concatenate([side.forecaster for side in sides] * 2)
    instant = np.concatenate([*(side.end for side in sides), *(side.start for side in sides)])
    # The sort is stable: where one hold gives way to the next, the end comes before the start.
    order = np.lexsort((instant, forecast))
    # Gap k lies between the k-th event and the next; after the last event of a forecast nobody stands.
    duration = np.append(np.diff(instant[order]), 0)
    rank = np.empty_like(order)
    rank[order] = np.arange(order.size)
    ends, starts = np.split(rank, 2)
    cut = sides[0].start.size
    mine = _standing(sides[0], starts[:cut], ends[:cut], order.size)
    theirs = _standing(sides[1], starts[cut:], ends[cut:], order.size)
    both = ~np.isnan(mine + theirs)
    on, time = forecast[order][both], duration[both]
    gain = (mine - theirs)[both] * ((mine + theirs)[both] - 2 * asked.yes[on])
    return Differences(sums(on, time * gain, asked.size) / asked.length, sums(on, time, asked.size) / asked.length)


def _scored(estimates: Estimates, asked: Asked) -> Holds:
    """What was held while scores accrued."""
    holds = Holds.of(estimates)
    if np.any((holds.forecaster < 0) | (holds.forecaster >= asked.size)):
        raise ValueError("an estimate is on a forecast that was not asked")
    start = np.maximum(holds.start, asked.start[holds.forecaster])
    end = np.minimum(holds.end, asked.end[holds.forecaster])
    return Holds(holds.forecaster, start, end, holds.probability).where(start < end)


def _standing(side: Holds, starts: Integers, ends: Integers, size: int) -> Floats:
    """Return what is held in each gap, NaN for nothing. Holds are told by number, which adds and takes away exactly."""
    change = np.zeros(size, dtype=np.int64)
    number = np.arange(1, side.start.size + 1)
    np.add.at(change, starts, number)
    np.subtract.at(change, ends, number)
    return np.append(np.nan, side.probability)[np.cumsum(change)]


@dataclass(frozen=True, slots=True, eq=False)
class Rounds:
    """Forecasts that belong together, as one: group, instant of entry, mean difference, and how many; in order."""

    group: Integers
    entered_at: Integers
    difference: Floats
    forecasts: Integers


def rounds(difference: ArrayLike, group: ArrayLike, settled_at: ArrayLike) -> Rounds:
    """Return one round for each group: the mean of its differences, entered when the last of them settled.

    Parallel arrays, a row for each forecast. Near-duplicates are not independent trials: forecasts of one claim share a
    group. Rounds come in the order in which they entered, those of one instant by group.

    >>> made = rounds(difference=[0.1, 0.3, -0.2], group=[7, 7, 9], settled_at=[1, 5, 3])
    >>> made.group, made.difference, made.forecasts
    (array([9, 7]), array([-0.2,  0.2]), array([1, 2]))
    """
    d, groups = np.asarray(difference, dtype=np.float64), np.asarray(group, dtype=np.int64)
    settled = np.asarray(settled_at, dtype=np.int64)
    require_parallel(difference=d, group=groups, settled_at=settled)
    names, place, count = np.unique(groups, return_inverse=True, return_counts=True)
    entered = np.full(names.shape, np.iinfo(np.int64).min)
    np.maximum.at(entered, place, settled)
    order = np.lexsort((names, entered))
    return Rounds(names[order], entered[order], (sums(place, d, names.size) / count)[order], count[order])
