"""What a forecaster adds to calibration: how much of a forecast each probability was held for, in whole numbers."""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from tracker.scoring.arrays import Floats, Integers
from tracker.scoring.holds import Holds

GRID: Final = 10_000
WHOLE: Final = 1_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Shares:
    """The contributions of the rows of one forecast, ragged: row i has cells[offsets[i]:offsets[i + 1]].

    cells are probabilities in units of 0.0001, ascending and distinct within a row; weights are the time for which
    each was held, in millionths of the scheduled length, above 0. final is the cell that stood at the scheduled spot
    time, 0 where there was none.

    >>> Shares(np.array([0, 1, 2]), np.array([5000, 9000]), np.array([1000, 20]), np.array([5000, 0])).of(1)
    (array([9000]), array([20]))
    """

    offsets: Integers
    cells: Integers
    weights: Integers
    final: Integers

    def of(self, row: int) -> tuple[Integers, Integers]:
        """Return the cells and the weights of one row."""
        mine = slice(self.offsets[row], self.offsets[row + 1])
        return self.cells[mine], self.weights[mine]

    def rows(self, kept: Integers) -> Self:
        """Return these rows alone, given in ascending order."""
        sizes = np.diff(self.offsets)
        chosen = np.zeros(sizes.size, dtype=bool)
        chosen[kept] = True
        mine = np.repeat(chosen, sizes)
        offsets = np.concatenate([[0], np.cumsum(sizes[kept])])
        return type(self)(offsets, self.cells[mine], self.weights[mine], self.final[kept])


def to_cells(probability: Floats) -> Integers:
    """Return the nearest multiples of 0.0001 as whole numbers, 1 to 9999 for what an estimate may be; halves go up.

    A half is judged on the decimal as it is written, not on the double just below it.

    >>> to_cells(np.array([0.15, 0.00015, 0.12344999, 0.9999]))
    array([1500,    2, 1234, 9999])
    """
    return np.floor(np.round(probability * GRID, 6) + 0.5).astype(np.int64)


def time_shares(held: Holds, row: Integers, rows: int, length: int | Integers) -> tuple[Integers, Integers, Integers]:
    """Return offsets, cells and weights of holds that lie within [opens_at, closes_at), of that length.

    length is one for all rows, or one for each.

    row numbers the forecaster of each hold from 0 to rows - 1. Within a row it is the running total that is rounded,
    so that the weights add up to the row's coverage, itself rounded half up to millionths, and never to more than one
    million.

    >>> held = Holds(np.array([7, 7]), np.array([0, 1]), np.array([1, 3]), np.array([0.5, 0.6]))
    >>> time_shares(held, row=np.array([0, 0]), rows=1, length=3)
    (array([0, 2]), array([5000, 6000]), array([333333, 666667]))
    """
    keys, place = np.unique(row * (GRID + 1) + to_cells(held.probability), return_inverse=True)
    durations = np.zeros(keys.size, dtype=np.int64)
    np.add.at(durations, place, held.duration)
    owner, cells = np.divmod(keys, GRID + 1)
    first = np.searchsorted(owner, owner)
    # The total over many people and years may wrap round 2^63; differences within one row come out right all the same.
    before = np.cumsum(durations) - durations
    begun = before - before[first]
    whole = np.broadcast_to(length, rows)[owner]
    weights = _millionths(begun + durations, whole) - _millionths(begun, whole)
    kept = weights > 0
    offsets = np.searchsorted(owner[kept], np.arange(rows + 1))
    return offsets, cells[kept], weights[kept]


def _millionths(time: Integers, length: Integers) -> Integers:
    return np.floor(time / length * WHOLE + 0.5).astype(np.int64)
