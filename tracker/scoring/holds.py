"""Who stands with what and when, and the field that they form: the sums over everybody standing at an instant."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from tracker.scoring.arrays import Flags, Floats, Integers
from tracker.scoring.record import NEVER, Estimates


@dataclass(frozen=True, slots=True, eq=False)
class Holds:
    """Parallel arrays: `forecaster` stands with `probability` on [start, end); one forecaster's never overlap."""

    forecaster: Integers
    start: Integers
    end: Integers
    probability: Floats

    @classmethod
    def of(cls, estimates: Estimates) -> Self:
        """Let each estimate hold until its forecaster's next row or its expiry; withdrawals hold nothing."""
        order = np.lexsort((estimates.made_at, estimates.forecaster))
        who, made, p = estimates.forecaster[order], estimates.made_at[order], estimates.probability[order]
        following = np.full(made.shape, NEVER)
        following[:-1] = np.where(who[1:] == who[:-1], made[1:], NEVER)
        end = np.minimum(following, estimates.expires_at[order])
        return cls(who, made, end, p).where(~np.isnan(p))

    def where(self, kept: Flags) -> Self:
        return type(self)(self.forecaster[kept], self.start[kept], self.end[kept], self.probability[kept])

    def within(self, start: int, end: int) -> Self:
        """Cut to [start, end): what was made before it stands from its start."""
        cut = type(self)(self.forecaster, np.maximum(self.start, start), np.minimum(self.end, end), self.probability)
        return cut.where(cut.start < cut.end)

    def at(self, instant: int) -> Self:
        """Return the holds that stand at the very instant, at most one for a forecaster."""
        return self.where((self.start <= instant) & (instant < self.end))

    @property
    def duration(self) -> Integers:
        return self.end - self.start

    def log_q(self, *, outcome: bool) -> Floats:
        """Return ln q, q being the probability given to what happened."""
        return np.log(self.probability if outcome else 1 - self.probability)


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """How many stand, and the sum of their ln q, on each gap [instants[k], instants[k + 1]).

    Sums run in fixed point, as fine as 62 bits allow: what somebody adds on arriving they take away to the last bit on
    leaving, so no error builds up over many estimates.
    """

    instants: Integers
    count: Integers
    log_sum: Floats

    @classmethod
    def of(cls, holds: Holds, *, outcome: bool, start: int, end: int) -> Self:
        """Sweep the holds, which lie within [start, end)."""
        log_q = holds.log_q(outcome=outcome)
        scale = float(np.ldexp(1.0, 61 - int(np.frexp(-log_q.sum())[1])))
        events = np.concatenate([holds.start, holds.end, [start, end]])
        instants, place = np.unique(events, return_inverse=True)
        arrivals, departures = np.split(place[:-2], 2)
        fixed = np.rint(log_q * scale).astype(np.int64)
        count, log_sum = (
            _running(instants.size, arrivals, departures, amount) for amount in (np.ones_like(fixed), fixed)
        )
        return cls(instants, count, log_sum / scale)

    def over(self, start: Integers, end: Integers, *, own: int) -> Floats:
        """Return the integrals of the three rates over each [start, end), as three rows."""
        running = np.cumsum(rates(self.count, self.log_sum, own) * np.diff(self.instants), axis=1)
        since_opening = np.insert(running, 0, 0.0, axis=1)
        return np.array(
            [np.interp(end, self.instants, row) - np.interp(start, self.instants, row) for row in since_opening]
        )


def _running(size: int, arrivals: Integers, departures: Integers, amount: Integers) -> Integers:
    change = np.zeros(size, dtype=np.int64)
    np.add.at(change, arrivals, amount)
    np.subtract.at(change, departures, amount)
    return np.cumsum(change)[:-1]


def rates(count: Integers, log_sum: Floats, own: int) -> Floats:
    """Return three rows from which the peer score of anybody follows: n / m, S / m and 1, and 0 where m is 0.

    With n standing, S the sum of their ln q, and m = n - own the others: own is 1 for somebody in the field, and 0 for
    a reference row, which stands in nobody's peers. Then ln q - mean over the others = ln q * n / m - S / m.

    >>> rates(np.array([3, 1]), np.array([-6.0, -1.0]), own=1)
    array([[ 1.5,  0. ],
           [-3. , -0. ],
           [ 1. ,  0. ]])
    """
    others = count - own
    share = (others > 0) / np.maximum(others, 1)
    return np.array([count * share, log_sum * share, others > 0])
