"""Reads an archive: checks the manifest, then yields rows one by one, each with its line and what is wrong with it."""

import csv
import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NamedTuple, Protocol

from forecasts.refusals import Invalid

from .files import MANIFEST
from .kinds import Cell, quoted
from .tables import Column, Table
from .writing import FORMAT

# A quotation mark that is never closed makes one cell of the rest of the file, which must not fill the memory.
LONGEST_CELL = 10_000_000


class Unreadable(Exception):
    """A file that cannot be read past a line: what follows cannot be told apart."""

    def __init__(self, file: str, line: int, reason: str) -> None:
        super().__init__(f"{file}:{line}: {reason}")
        self.file, self.line, self.reason = file, line, reason


class Records(Protocol):
    """What csv.reader gives."""

    @property
    def line_num(self) -> int: ...

    def __next__(self) -> list[str]: ...


class Row(NamedTuple):
    """A row as it goes into its temporary table: cells in the order of the columns, or the reason for none."""

    line: int
    reason: str | None
    cells: list[Cell]


@dataclass(frozen=True)
class Header:
    """Which column of the table each column of the file is; None for one that is unknown."""

    columns: list[Column | None]
    unknown: list[str]

    @property
    def known(self) -> list[Column]:
        return [column for column in self.columns if column]


def check_manifest(folder: Path, tables: tuple[Table, ...]) -> None:
    """Refuse files that are not those which the manifest names; without a manifest there is nothing to hold against."""
    path = folder / MANIFEST
    if not path.exists():
        return
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        version, listed = manifest["format"], {name: file["sha256"] for name, file in manifest["files"].items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unreadable(MANIFEST, 1, "This is not the manifest of an archive. Remove it to import without.") from error
    if version != FORMAT:
        raise Unreadable(MANIFEST, 1, f"Format {version!r:.20} is none that is read here; {FORMAT} is.")
    found = {table.file for table in tables if (folder / table.file).exists()}
    for name in sorted(found | (set(listed) & {table.file for table in tables})):
        if name not in found or listed.get(name) != _digest(folder / name):
            raise Unreadable(
                name, 1, f"This is not the file that {MANIFEST} names. If that is meant, remove {MANIFEST}."
            )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def opened(path: Path) -> Iterator[Records]:
    """The file's records; bytes that are not UTF-8 come as halves of surrogate pairs, which no kind of cell takes."""
    limit = csv.field_size_limit(LONGEST_CELL)
    try:
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            yield _reader(file)
    finally:
        csv.field_size_limit(limit)


def _reader(file: IO[str]) -> Records:
    return csv.reader(file, strict=True)


def header(path: Path, table: Table) -> Header:
    """What the first line says, or a refusal of the file where it lacks a column that must be there."""
    with opened(path) as reader:
        names = _next(reader, table) or []
    known = {column.name: column for column in table.columns}
    missing = [column.name for column in table.columns if column.required and column.name not in names]
    if missing:
        raise Unreadable(table.file, 1, f"The column {', '.join(missing)} is missing.")
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise Unreadable(table.file, 1, f"There are two columns {quoted(twice[0])}.")
    return Header([known.get(name) for name in names], [quoted(name) for name in names if name not in known])


def rows(path: Path, table: Table, head: Header) -> Iterator[Row]:
    """Every row after the header, with the line on which it begins; blank lines are none."""
    width, columns = len(head.columns), head.known
    readers = [(column, column.kind.read) for column in columns]
    places = [place for place, column in enumerate(head.columns) if column]
    nothing: list[Cell] = [None] * len(columns)
    with opened(path) as reader:
        _next(reader, table)
        while True:
            line = reader.line_num + 1
            record = _next(reader, table)
            if record is None:
                return
            if len(record) == width:
                yield _row(line, readers, [record[place] for place in places])
            elif record:
                yield Row(line, f"It has {len(record)} cells; the header has {width}.", nothing)


def _next(reader: Records, table: Table) -> list[str] | None:
    begun = reader.line_num + 1
    try:
        return next(reader, None)
    except csv.Error as error:
        reason = f"From here on this is not CSV ({error}). Is a quotation mark never closed?"
        raise Unreadable(table.file, begun, reason) from None


def _row(line: int, readers: list[tuple[Column, Callable[[str], Cell]]], record: list[str]) -> Row:
    cells: list[Cell] = []
    faults: list[str] = []
    for (column, read), cell in zip(readers, record, strict=True):
        try:
            cells.append(read(cell) if cell else _empty(column))
        except Invalid as fault:
            faults.append(f"{column.name}: {fault.message}")
            cells.append(None)
    return Row(line, " ".join(faults) or None, cells)


def _empty(column: Column) -> str | None:
    if column.required and not column.nullable:
        raise Invalid("This is required.")
    return column.empty
