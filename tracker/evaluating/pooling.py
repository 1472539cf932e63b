"""Counts equal rows together while they stream by, so that what is kept grows with distinct rows and not with rows."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Final, Self

import numpy as np

from tracker.evaluating.columns import Rows
from tracker.scoring.arrays import Floats, Integers

# A key is a group and a forecast in one whole number: four thousand million of either.
_GROUP: Final = 1 << 32
_COLUMNS: Final = ("key", "probability", "rows", "yes")


class Differs(Exception):
    """A forecast came out otherwise in an earlier row. `place` is that of the later one."""

    def __init__(self, place: int) -> None:
        super().__init__(place)
        self.place = place


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """Distinct pairs of key and probability in ascending order, how many rows have each, and how many of those are yes.

    >>> Counts.of(np.array([0, 0, 0]), np.array([0.7, 0.2, 0.7]), np.array([1, 1, 1]), np.array([1, 0, 0])).rows
    array([1, 2])
    """

    key: Integers
    probability: Floats
    rows: Integers
    yes: Integers

    @classmethod
    def of(cls, key: Integers, probability: Floats, rows: Integers, yes: Integers) -> Self:
        """Add up what is equal."""
        order = np.lexsort((probability, key))
        key, probability = key[order], probability[order]
        differs = (key[1:] != key[:-1]) | (probability[1:] != probability[:-1])
        first = np.flatnonzero(np.concatenate([[True], differs]))
        return cls(
            key[first], probability[first], np.add.reduceat(rows[order], first), np.add.reduceat(yes[order], first)
        )

    @classmethod
    def together(cls, *several: Self) -> Self:
        return cls.of(*(np.concatenate([getattr(counts, name) for counts in several]) for name in _COLUMNS))

    def part(self, start: int, stop: int) -> Self:
        """Return the counts from one place up to another."""
        return type(self)(*(getattr(self, name)[start:stop] for name in _COLUMNS))

    @property
    def group(self) -> Integers:
        return self.key // _GROUP

    @property
    def forecast(self) -> Integers:
        return self.key % _GROUP


class Numbers:
    """Numbers texts from 0 in the order in which they first appear."""

    def __init__(self) -> None:
        self._of: dict[str, int] = defaultdict(count().__next__)

    def of(self, texts: Sequence[str]) -> Integers:
        return np.fromiter(map(self._of.__getitem__, texts), np.int64, len(texts))

    def __iter__(self) -> Iterator[str]:
        return iter(self._of)

    def __len__(self) -> int:
        return len(self._of)


class Pool:
    """What is kept of the rows seen so far: their counts, the names in them, and how each forecast came out.

    >>> pool = Pool()
    >>> pool.add(Rows(np.array([0.7, 0.7]), np.array([1, 0]), np.array([1, 4]), None, None))
    >>> pool.counts().rows, pool.counts().yes
    (array([5]), array([1]))
    """

    def __init__(self) -> None:
        self.groups, self.forecasts = Numbers(), Numbers()
        self._outcome = np.empty(0, dtype=np.int64)
        self._runs: list[Counts] = []

    def add(self, rows: Rows) -> None:
        """Count the rows; raise Differs where a forecast comes out otherwise than it did."""
        key = np.zeros(rows.outcome.size, dtype=np.int64)
        if rows.forecast is not None:
            key += (forecast := self.forecasts.of(rows.forecast))
            self._agree(forecast, rows.outcome)
        if rows.group is not None:
            key += _GROUP * self.groups.of(rows.group)
        self._runs.append(Counts.of(key, rows.probability, rows.times, rows.times * rows.outcome))
        # Merging runs of like size only, each row is sorted again a logarithmic number of times at most.
        while len(self._runs) > 1 and self._runs[-2].rows.size <= 2 * self._runs[-1].rows.size:
            self._runs.append(Counts.together(self._runs.pop(), self._runs.pop()))

    @property
    def is_empty(self) -> bool:
        return not self._runs

    def counts(self) -> Counts:
        """Return all rows that were added, of which there must be one."""
        if len(self._runs) > 1:
            self._runs = [Counts.together(*self._runs)]
        return self._runs[0]

    def _agree(self, forecast: Integers, outcome: Integers) -> None:
        if (new := len(self.forecasts) - self._outcome.size) > 0:
            self._outcome = np.concatenate([self._outcome, np.full(new, -1)])
        unknown = self._outcome[forecast] < 0
        self._outcome[forecast[unknown][::-1]] = outcome[unknown][::-1]  # the last written is the first in the file
        if (differs := self._outcome[forecast] != outcome).any():
            raise Differs(int(differs.argmax()))
