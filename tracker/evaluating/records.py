"""From bytes to the records of a CSV file, some thousands at a time, equal ones together, each with its line.

Lines without quotation marks are counted before they are taken apart: a million rows of two decimals are two hundred
different lines. From the first block on that has a quotation mark, where a record may be longer than a line, records
are read one by one.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from typing import BinaryIO, Final

import numpy as np

from tracker.evaluating.faults import FileFault
from tracker.scoring.arrays import Integers

BLOCK: Final = 1 << 18
LONGEST_LINE: Final = 1_000_000
_AT_ONCE: Final = 1 << 13
_BOM: Final = b"\xef\xbb\xbf"
_BREAK: Final = re.compile(r"\r\n|\r|\n")
_BREAK_IN_BYTES: Final = re.compile(rb"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Records:
    """Records that are no blank lines, how many times each is there, and the line on which each is there first."""

    fields: Sequence[list[str]]
    times: Integers
    line_of: Callable[[int], int]


def read(stream: BinaryIO) -> tuple[list[str], int, Iterator[Records]]:
    r"""Return the first record of a stream of UTF-8, the line after it, and the records that follow.

    Raises FileFault, the iterator too: whatever comes before the block of a fault comes before it is raised.

    >>> header, line, rest = read(io.BytesIO(b"probability,outcome\r\n0.7,1\r\n0.2,0\r\n0.7,1\r\n"))
    >>> header, line, [(some.fields, some.times, some.line_of(1)) for some in rest]
    (['probability', 'outcome'], 2, [([['0.7', '1'], ['0.2', '0']], array([2, 1]), 3)])
    """
    blocks, done = _blocks(stream), 0
    for block in blocks:
        lines = iter(block)
        reader = csv.reader(lines, strict=True)
        try:
            header = next(filter(None, reader), None)
        except csv.Error as error:
            raise _not_csv(done + 1, error) from None
        done += reader.line_num
        if header is not None:
            return header, done + 1, _records(chain([list(lines)], blocks), done)
    raise FileFault(1, "the file is empty. Its first line names the columns, probability and outcome among them.")


def _records(blocks: Iterator[list[str]], done: int) -> Iterator[Records]:
    for lines in blocks:
        counted = Counter(lines)
        if '"' in "".join(counted):
            yield from _one_by_one(chain(lines, chain.from_iterable(blocks)), done)
        else:
            yield from _counted(lines, counted, done)
        done += len(lines)


def _counted(lines: list[str], counted: Counter[str], done: int) -> Iterator[Records]:
    for blank in ("\n", "\r", "\r\n"):
        counted.pop(blank, None)
    distinct, times = list(counted), np.fromiter(counted.values(), np.int64, len(counted))

    def line_of(place: int) -> int:
        return done + 1 + lines.index(distinct[place])

    fields, error = _take(csv.reader(distinct, strict=True), len(distinct))
    if fields:
        yield Records(fields, times[: len(fields)], line_of)
    if error:
        raise _not_csv(line_of(len(fields)), error)


def _one_by_one(lines: Iterable[str], done: int) -> Iterator[Records]:
    reader, error, some = csv.reader(lines, strict=True), None, [[""]]
    while some and not error:
        line = done + reader.line_num + 1
        some, error = _take(reader, _AT_ONCE)
        filled = [*filter(None, some)]
        if filled:
            yield Records(filled, np.ones(len(filled), dtype=np.int64), partial(_line_of, some, line))
        if error:
            raise _not_csv(_line_of(some, line, len(filled)), error)


def _take(reader: Iterator[list[str]], most: int) -> tuple[list[list[str]], csv.Error | None]:
    """Up to so many records, and what kept the next from being read."""
    some: list[list[str]] = []
    try:
        some.extend(islice(reader, most))  # keeps what came before an error
    except csv.Error as error:
        return some, error
    return some, None


def _line_of(some: Sequence[list[str]], line: int, place: int) -> int:
    """Where a record that is no blank line begins: each is as many lines as its fields have breaks, and one."""
    for record in some:
        if record and place == 0:
            return line
        place -= bool(record)
        line += 1 + sum(len(_BREAK.findall(text)) for text in record)
    return line


def _not_csv(line: int, error: csv.Error) -> FileFault:
    return FileFault(
        line, f"this row is not CSV ({error}). Close every quotation mark, and double those inside a quoted field."
    )


def _blocks(stream: BinaryIO) -> Iterator[list[str]]:
    """Whole lines, about BLOCK bytes of them at a time, so that no step of Python is spent on a single line."""
    done, rest = 0, stream.read(len(_BOM)).removeprefix(_BOM)
    while more := stream.read(BLOCK):
        block = rest + more
        # A carriage return ends a line too, but the last byte may be half of a CR LF.
        cut = 1 + max(block.rfind(b"\n"), block.rfind(b"\r", 0, -1))
        if cut == 0 and len(block) > LONGEST_LINE:
            raise FileFault(done + 1, "this line is longer than a million bytes. Is the file CSV?")
        rest = block[cut:]
        if cut:
            lines = _lines(block[:cut], done)
            done += len(lines)
            yield lines
    if rest:
        yield _lines(rest, done)


def _lines(block: bytes, done: int) -> list[str]:
    try:
        text = block.decode()
    except UnicodeDecodeError as error:
        raise FileFault(_line_at(block, error.start, done), "this is not UTF-8. Save the file as UTF-8.") from None
    if (nul := block.find(b"\0")) >= 0:
        raise FileFault(_line_at(block, nul, done), "this has a NUL byte. Save the file as plain text in UTF-8.")
    return io.StringIO(text, newline="").readlines()


def _line_at(block: bytes, place: int, done: int) -> int:
    return done + 1 + len(_BREAK_IN_BYTES.findall(block, 0, place))
