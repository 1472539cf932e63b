"""Who stands with what and when, and the field that they form: the sums over everybody standing at an instant."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from tracker.scoring.arrays import Flags, Floats, Integers
from tracker.scoring.record import NEVER, Estimates, Steps


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
        order = estimates.by_forecaster
        who, made, p = estimates.forecaster[order], estimates.made_at[order], estimates.probability[order]
        following = np.full(made.shape, NEVER)
        following[:-1] = np.where(who[1:] == who[:-1], made[1:], NEVER)
        end = np.minimum(following, estimates.expires_at[order])
        return cls(who, made, end, p).where(~np.isnan(p))

    @classmethod
    def of_steps(cls, steps: Sequence[Steps], first: int) -> Self:
        """Let each step hold until the next, and number who takes them `first`, `first` + 1 and so on."""
        sizes = [step.at.size for step in steps]
        who = np.repeat(np.arange(first, first + len(steps)), sizes)
        start = np.concatenate([step.at for step in steps])
        end = np.concatenate([np.append(step.at[1:], NEVER)[: step.at.size] for step in steps])
        p = np.concatenate([step.probability for step in steps])
        return cls(who, start, end, p).where(~np.isnan(p))

    def and_then(self, others: Self) -> Self:
        return type(self)(
            np.concatenate([self.forecaster, others.forecaster]),
            np.concatenate([self.start, others.start]),
            np.concatenate([self.end, others.end]),
            np.concatenate([self.probability, others.probability]),
        )

    def where(self, kept: Flags | slice) -> Self:
        return type(self)(self.forecaster[kept], self.start[kept], self.end[kept], self.probability[kept])

    def within(self, start: int | Integers, end: int | Integers) -> Self:
        """Cut to [start, end), one for all or one for each: what was made before it stands from its start."""
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

    instants are all starts and ends of the holds, ascending; where some coincide, the gaps between them are empty.
    begins and ends are the places of each hold's own. Sums run in fixed point, as fine as 62 bits allow: what somebody
    adds on arriving they take away to the last bit on leaving, so no error builds up over many estimates.
    """

    instants: Integers
    count: Integers
    log_sum: Floats
    begins: Integers
    ends: Integers

    @classmethod
    def of(cls, holds: Holds, log_q: Floats) -> Self:
        """Sweep the holds in the order of their starts and ends."""
        size = log_q.size
        events = np.concatenate([holds.start, holds.end])
        order = np.argsort(events)
        place = np.empty_like(order)
        place[order] = np.arange(order.size)
        scale = float(np.ldexp(1.0, 61 - int(np.frexp(-log_q.sum())[1])))
        fixed = np.rint(log_q * scale).astype(np.int64)
        log_sum = np.cumsum(np.concatenate([fixed, -fixed])[order])
        count = np.cumsum(np.where(order < size, 1, -1))
        return cls(events[order], count, log_sum / scale, place[:size], place[size:])

    def over_each(self) -> Floats:
        """Return the integrals of the three rates over each of the holds that form the field, as three rows."""
        return np.array([running[self.ends] - running[self.begins] for running in self._since_opening(own=1)])

    def over(self, start: Integers, end: Integers) -> Floats:
        """Return the same over each [start, end) of somebody who is not in the field."""
        if self.instants.size == 0:
            return np.zeros((3, start.size))
        return np.array(
            [
                np.interp(end, self.instants, running) - np.interp(start, self.instants, running)
                for running in self._since_opening(own=0)
            ]
        )

    def _since_opening(self, own: int) -> Iterator[Floats]:
        duration = np.diff(self.instants)
        for rate in rates(self.count[:-1], self.log_sum[:-1], own):
            yield np.concatenate([np.zeros(1), np.cumsum(rate * duration)])


def rates(count: Integers, log_sum: Floats, own: int | Integers) -> Floats:
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
