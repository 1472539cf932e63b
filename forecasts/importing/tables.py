"""Reads CSV as people and programs write it: any of three separators, with a byte order mark or without."""

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Final, NamedTuple, Protocol

from .records import MOST_ROWS, Unreadable
from .texts import quoted

# The usual limit of 128 KiB is for the whole process, and notes can be longer; a quotation mark that is never closed
# makes one cell of the rest of the file, which must not fill the memory.
LONGEST_CELL: Final = 10_000_000
csv.field_size_limit(LONGEST_CELL)

# Columns that a refusal lists.
SHOWN: Final = 8
SEPARATORS: Final = (",", ";", "\t")
_ZIP: Final = b"PK\x03\x04"


class Records(Protocol):
    """What csv.reader gives."""

    @property
    def line_num(self) -> int: ...

    def __iter__(self) -> Iterator[list[str]]: ...

    def __next__(self) -> list[str]: ...


class Row(NamedTuple):
    """A row after the header: the cells by the names of the columns that are known, or what is wrong with it."""

    place: str
    cells: dict[str, str]
    fault: str = ""


@dataclass(frozen=True)
class Table:
    """A file whose header is read, and whose rows can be gone through as often as needed."""

    content: bytes
    encoding: str
    separator: str
    # The known name of each column, None for one that is unknown.
    columns: tuple[str | None, ...]
    unknown: tuple[str, ...]
    # What stands before “line 7” in a place, where the file is one of several.
    within: str = ""

    def rows(self) -> Iterator[Row]:
        """Each row, with the line on which it begins; blank lines are none."""
        reader = _reader(self.content, self.encoding, self.separator)
        next(reader)
        known = [(place, name) for place, name in enumerate(self.columns) if name is not None]
        width = len(self.columns)
        for n in count():
            begun = reader.line_num + 1
            try:
                record = next(reader, None)
            except (csv.Error, UnicodeDecodeError) as error:
                raise _damaged(self.content, self.encoding, begun, error) from None
            if record is None:
                return
            if n == MOST_ROWS:
                raise Unreadable(f"There are more than {MOST_ROWS:,} rows, the most that are read. Bring it in parts.")
            place = f"{self.within}line {begun}"
            if any(record[width:]):
                yield Row(place, {}, f"It has {len(record)} cells; the header has {width}.")
            elif any(map(str.strip, record)):
                yield Row(place, {name: record[at] if at < len(record) else "" for at, name in known})


def opened(content: bytes, known: Sequence[str], required: Sequence[str], within: str = "") -> Table:
    """The table with its header read, or a refusal that says which columns it lacks.

    >>> opened(b"Question;Probability;Note", ["question", "probability"], []).columns
    ('question', 'probability', None)
    """
    if not content.strip():
        raise Unreadable(f"{within.removesuffix(', ') or 'The file'} is empty.")
    if content.startswith(_ZIP):
        raise Unreadable("This is a ZIP file or a spreadsheet, not CSV. Save it as “CSV UTF-8” and bring that.")
    encoding = "utf-16" if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    names = {name.casefold(): name for name in known}
    headers = {separator: _header(content, encoding, separator) for separator in SEPARATORS}
    separator = max(SEPARATORS, key=lambda each: sum(cell.casefold() in names for cell in headers[each]))
    header = headers[separator]
    columns = tuple(names.get(cell.casefold()) for cell in header)
    if missing := [name for name in required if name not in columns]:
        raise Unreadable(f"{_of(within)} header lacks {_columns(missing)}. It has {_columns(header)}.")
    if twice := [name for name in known if columns.count(name) > 1]:
        raise Unreadable(f"{_of(within)} header has the column {quoted(twice[0])} twice.")
    unknown = tuple(quoted(cell) for cell, name in zip(header, columns, strict=True) if cell and name is None)
    return Table(content, encoding, separator, columns, unknown, within)


def _columns(names: Sequence[str]) -> str:
    """The first of them, in words.

    >>> _columns(["a"]), _columns(["a", "b", ""]), _columns([""])
    ('the column “a”', 'the columns “a”, “b”', 'no columns')
    """
    named = [quoted(name) for name in names if name]
    listed = ", ".join(named[:SHOWN]) + (" and others" if len(named) > SHOWN else "")
    return f"the column{'s' if len(named) > 1 else ''} {listed}" if named else "no columns"


def _of(within: str) -> str:
    return f"{within}the" if within else "The"


def _header(content: bytes, encoding: str, separator: str) -> list[str]:
    try:
        return [cell.strip() for cell in next(_reader(content, encoding, separator), [])]
    except csv.Error:
        return []
    except UnicodeDecodeError as error:
        raise _damaged(content, encoding, 1, error) from None


def _reader(content: bytes, encoding: str, separator: str) -> Records:
    text = io.TextIOWrapper(io.BytesIO(content), encoding=encoding, newline="")
    return csv.reader(_lines(text), delimiter=separator, strict=True)


def _lines(text: Iterable[str]) -> Iterator[str]:
    """The lines, none so long that its cells would fill the memory."""
    for line in text:
        if len(line) > LONGEST_CELL:
            raise Unreadable(f"A line has more than {LONGEST_CELL:,} characters, the most that are read.")
        yield line


def _damaged(content: bytes, encoding: str, line: int, error: Exception) -> Unreadable:
    if not isinstance(error, UnicodeDecodeError):
        return Unreadable(f"From line {line} on this is not CSV ({error}). Is a quotation mark never closed?")
    # The decoder works in blocks and names a place in one of them; once over the whole file, it names the true one.
    try:
        content.decode(encoding)
    except UnicodeDecodeError as whole:
        line = content[: whole.start].count(b"\n") + 1
    return Unreadable(f"Line {line} is not in UTF-8. Save the file as “CSV UTF-8” and bring it again.")
