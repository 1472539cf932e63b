"""Writes an archive: every file from one snapshot of the database, streamed, and the folder appears only when whole."""

import datetime as dt
import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol
from zipfile import ZIP_DEFLATED, ZipFile

from django.db import connection, transaction
from psycopg import sql

from forecasts.refusals import Conflict

from .files import MANIFEST
from .kinds import cell_of
from .tables import Table

FORMAT = 1
PROGRESS = 100_000
EVERYTHING = sql.SQL("true")
Progress = Callable[[str, int], None]


@dataclass(frozen=True)
class Written:
    """A file as the manifest names it."""

    rows: int
    sha256: str


def write(folder: Path, tables: Iterable[Table], *, at: dt.datetime, progress: Progress) -> dict[str, Written]:
    """Write the tables and the manifest into a folder that is absent or empty, all or nothing."""
    with _appearing(folder) as draft, snapshot():
        files = {table.file: _write_table(draft / table.file, table, progress) for table in tables}
        (draft / MANIFEST).write_text(_manifest(files, at), encoding="utf-8")
    return files


class Sink(Protocol):
    """What a ZIP is written to, from its beginning to its end."""

    def write(self, written: bytes, /) -> int: ...

    def flush(self) -> None: ...

    def close(self) -> None: ...


def write_zip(into: Sink, tables: Iterable[Table], *, folder: str, at: dt.datetime, progress: Progress) -> None:
    """Write the same as a ZIP of a folder by that name, row by row; it holds all of it only once this returns."""
    files: dict[str, Written] = {}
    with ZipFile(into, "w", ZIP_DEFLATED) as archive, snapshot():
        for table in tables:
            progress(table.file, 0)
            with archive.open(f"{folder}/{table.file}", "w", force_zip64=True) as file:
                files[table.file] = write_table(file, table, progress=progress)
            progress(table.file, files[table.file].rows)
        archive.writestr(f"{folder}/{MANIFEST}", _manifest(files, at))


def _manifest(files: Mapping[str, Written], at: dt.datetime) -> str:
    listed = {name: {"rows": file.rows, "sha256": file.sha256} for name, file in sorted(files.items())}
    return json.dumps({"format": FORMAT, "exported_at": cell_of(at), "files": listed}, indent=2) + "\n"


@contextmanager
def _appearing(folder: Path) -> Iterator[Path]:
    """A draft beside `folder` that takes its place at the end; readable by its owner only, for what it holds."""
    _refuse_unless_empty(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".unfinished", dir=folder.parent))
    except OSError as error:
        raise Conflict(f"{folder.parent} cannot be written to: {error.strerror}. Choose another folder.") from error
    try:
        yield draft
        _refuse_unless_empty(folder)
        draft.rename(folder)
    except OSError as error:
        raise Conflict(
            f"{folder} could not be written: {error.strerror}. Name a folder that is not there yet."
        ) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _refuse_unless_empty(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise Conflict(f"{folder} is a file. Name a folder that is empty or not there yet.")
    if folder.is_dir() and any(folder.iterdir()):
        raise Conflict(f"{folder} is not empty, and nothing in it is overwritten. Name another folder, or empty it.")


@contextmanager
def snapshot() -> Iterator[None]:
    """One state of the record for all files, whoever writes meanwhile; within a transaction, that one's."""
    within = connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if not within:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL extra_float_digits = 1")
        yield


def _write_table(path: Path, table: Table, progress: Progress) -> Written:
    with path.open("wb") as file:
        return write_table(file, table, progress=progress)


def write_table(
    file: IO[bytes], table: Table, *, only: sql.Composable = EVERYTHING, progress: Progress | None = None
) -> Written:
    """Write a header and the rows for which `only` holds, a condition on the table's query as `record`."""
    digest, rows = hashlib.sha256(), 0
    with connection.cursor() as cursor:

        def put(line: bytes) -> None:
            digest.update(line)
            file.write(line)

        put(",".join(column.name for column in table.columns).encode() + b"\r\n")
        for line in _lines(cursor, table, only):
            put(line)
            rows += 1
            if progress and rows % PROGRESS == 0:
                progress(table.file, rows)
    return Written(rows, digest.hexdigest())


def _lines(cursor: Any, table: Table, only: sql.Composable) -> Iterator[bytes]:
    """The rows as lines of CSV. PostgreSQL sends each in a message of its own, which ends in a line feed."""
    cells = [sql.SQL(column.kind.written).format(sql.Identifier("record", column.name)) for column in table.columns]
    copying = sql.SQL("COPY (SELECT {} FROM ({}) AS record WHERE {} ORDER BY {}) TO STDOUT (FORMAT csv)").format(
        sql.SQL(", ").join(cells), sql.SQL(table.query), only, sql.SQL(table.order)
    )
    with cursor.copy(copying) as copy:
        for message in copy:
            yield bytes(message[:-1]) + b"\r\n"
