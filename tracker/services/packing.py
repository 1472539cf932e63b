"""Score rows in the binary format of COPY: a number goes as its bytes, where writing it in digits costs ten times that.

Every field is preceded by its width, -1 for null; every row by its number of fields. Source: PostgreSQL's
documentation of COPY, and of arrays array_send in its source.
"""

import math
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Final

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from tracker.models import Owner
from tracker.scoring.arrays import Floats
from tracker.scoring.scores import MEASURES, Scores

NUMBERS: Final = (*MEASURES, "coverage", "contested", "crowd_brier")
COLUMNS: Final = (
    *("run_id", "forecast_id", "attainable", "spot_early", "owner", "method", "forecaster_id"),
    *(*NUMBERS, "cells", "shares", "final_cell"),
)
_BEGIN: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_END: Final = struct.pack(">h", -1)
_NULL: Final = struct.pack(">i", -1)
_SMALLINT, _INTEGER = 21, 23  # as PostgreSQL numbers its types


@dataclass(frozen=True, eq=False)
class Part:
    """Rows of one forecast; whose each is: owner, method, and a forecaster's id; and how the crowd did beside it."""

    owners: list[tuple[Owner, str, int | None]]
    scores: Scores
    crowd_brier: Floats


@dataclass(frozen=True, eq=False)
class Rows:
    """All that one run wrote."""

    forecast: int
    parts: tuple[Part, ...]

    def __len__(self) -> int:
        return sum(len(part.owners) for part in self.parts)


def store(made: Iterable[tuple[int, Rows]]) -> None:
    """Write the rows of runs, by run, in one COPY."""
    statement = f"COPY tracker_score ({', '.join(COLUMNS)}) FROM STDIN (FORMAT binary)"
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(_BEGIN)
        for run, mine in made:
            copy.write(b"".join(row for part in mine.parts for row in _packed(run, mine.forecast, part)))
        copy.write(_END)


def _packed(run: int, forecast: int, part: Part) -> Iterator[bytes]:
    scores, shares = part.scores, part.scores.shares
    fixed = (8, run, 8, forecast, 8, scores.attainable, 1, scores.spot_early)
    same = struct.pack(">hiqiqidi?", len(COLUMNS), *fixed)
    numbers = np.array([*(getattr(scores, name) for name in NUMBERS[:-1]), part.crowd_brier]).T
    measures = zip(_pieces(numbers, ">f8", len(NUMBERS)), np.isnan(numbers).any(axis=1).tolist(), strict=True)
    cells, weights = _Elements.of(shares.cells, ">i2", _SMALLINT), _Elements.of(shares.weights, ">i4", _INTEGER)
    held = pairwise(shares.offsets.tolist())
    for owner, (sent, broken), (first, last), final in zip(
        part.owners, measures, held, shares.final.tolist(), strict=True
    ):
        yield b"".join(
            (
                same,
                _owner(*owner),
                _with_nulls(sent) if broken else sent,
                cells.array(first, last),
                weights.array(first, last),
                struct.pack(">ih", 2, final) if final else _NULL,
            )
        )


def _owner(owner: Owner, method: str, forecaster: int | None) -> bytes:
    return _texts(owner, method) + (_NULL if forecaster is None else struct.pack(">iq", 8, forecaster))


@cache
def _texts(*texts: str) -> bytes:
    return b"".join(struct.pack(">i", len(text.encode())) + text.encode() for text in texts)


def _with_widths(values: NDArray[np.generic], kind: str) -> bytes:
    sent = np.empty(values.shape, dtype=[("width", ">i4"), ("value", kind)])
    sent["width"], sent["value"] = np.dtype(kind).itemsize, values
    return sent.tobytes()


def _pieces(values: NDArray[np.generic], kind: str, each: int) -> Iterator[bytes]:
    """The fields of each row."""
    sent, width = _with_widths(values, kind), each * (4 + np.dtype(kind).itemsize)
    return (sent[start : start + width] for start in range(0, len(sent), width))


def _with_nulls(sent: bytes) -> bytes:
    """The fields of a row with null for what is not a number."""
    fields = (sent[start : start + 12] for start in range(0, len(sent), 12))
    return b"".join(_NULL if math.isnan(struct.unpack(">d", field[4:])[0]) else field for field in fields)


@dataclass(frozen=True)
class _Elements:
    """Numbers that arrays are cut from."""

    sent: bytes
    width: int
    type: int

    @classmethod
    def of(cls, values: NDArray[np.int64], kind: str, type_: int) -> "_Elements":
        return cls(_with_widths(values, kind), 4 + np.dtype(kind).itemsize, type_)

    def array(self, first: int, last: int) -> bytes:
        """One dimension, no nulls, numbered from 1; an empty one has no dimension."""
        elements = self.sent[first * self.width : last * self.width]
        if not elements:
            return struct.pack(">iiii", 12, 0, 0, self.type)
        return struct.pack(">iiiiii", 20 + len(elements), 1, 0, self.type, last - first, 1) + elements
