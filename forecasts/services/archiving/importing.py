"""The import of an archive, from the folder to the record."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from django.db import DataError, IntegrityError, connection, transaction
from psycopg import sql

from forecasts.archive import reading, staging
from forecasts.archive.files import EXPORT_ONLY, MANIFEST, RECORD
from forecasts.archive.tables import Table
from forecasts.refusals import Conflict

from . import discussions, elsewhere, estimates, forecasts, origins, resolutions
from .bringing import Bringing

# Memory for a sort or a hash before PostgreSQL uses the disk.
WORK_MEMORY = "64MB"


class Listener(Protocol):
    """Who is told what an import comes upon."""

    def note(self, text: str) -> None:
        """Something that is not read, and stays out."""

    def refused(self, file: str, line: int, reason: str) -> None: ...

    def progress(self, what: str, count: int) -> None: ...


@dataclass(frozen=True)
class Report:
    """Rows by file: brought in, known already, refused."""

    brought: Counter[str] = field(default_factory=Counter)
    known: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)


class ArchiveRefused(Conflict):
    """Nothing was imported."""


def import_archive(folder: Path, *, by: str, at: dt.datetime, listener: Listener, skip_bad: bool = False) -> Report:
    """Bring in what is not on record yet. One refused row refuses everything, unless `skip_bad`.

    Rows that name no author are recorded as of the account `by`, which is made if it is not there; times that are not
    given are `at`. Only a command calls this: whoever may run one is an administrator.
    """
    present = _present(folder, listener)
    headers = _headers(folder, present, listener)
    try:
        reading.check_manifest(folder, RECORD)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('work_mem', %s, true)", [WORK_MEMORY])
            return _bring(cursor, folder, headers, by=by, at=at, listener=listener, skip_bad=skip_bad)
    except reading.Unreadable as fault:
        listener.refused(fault.file, fault.line, fault.reason)
        raise ArchiveRefused(f"{fault.file} could not be read. Nothing was imported.") from fault
    except (IntegrityError, DataError) as error:
        raise ArchiveRefused(f"The database refuses it, and nothing was imported: {error}") from error


def _present(folder: Path, listener: Listener) -> list[Table]:
    if not folder.is_dir():
        raise ArchiveRefused(f"{folder} is not a folder. Name the one that holds the archive.")
    known = {table.file for table in RECORD}
    for path in sorted(folder.iterdir()):
        if path.name in EXPORT_ONLY:
            listener.note(f"{path.name} is not read: scores are made anew from the record.")
        elif path.name not in known | {MANIFEST}:
            listener.note(f"{path.name} is not read: no file of an archive has this name.")
    present = [table for table in RECORD if (folder / table.file).is_file()]
    if not present:
        raise ArchiveRefused(f"{folder} holds no file of an archive, such as forecasts.csv.")
    return present


def _headers(folder: Path, present: list[Table], listener: Listener) -> dict[str, reading.Header]:
    """Of every file before any is read, so that all that are at fault are named."""
    headers: dict[str, reading.Header] = {}
    for table in present:
        try:
            headers[table.name] = head = reading.header(folder / table.file, table)
        except reading.Unreadable as fault:
            listener.refused(fault.file, fault.line, fault.reason)
            continue
        for name in head.unknown:
            listener.note(f"{table.file}: the column {name} is not read: the format has none of this name.")
    if len(headers) < len(present):
        raise ArchiveRefused("Nothing was imported.")
    return headers


def _bring(
    cursor: Any,
    folder: Path,
    headers: dict[str, reading.Header],
    *,
    by: str,
    at: dt.datetime,
    listener: Listener,
    skip_bad: bool,
) -> Report:
    files = {}
    for table in RECORD:
        staging.create(cursor, table)
        files[table.name] = staging.Staged(table, frozenset())
    for table in RECORD:
        if head := headers.get(table.name):
            files[table.name] = staging.fill(cursor, table, folder / table.file, head, listener.progress)
    work = Bringing(cursor, by, at, files)
    origins.bring(work)
    # Wordings are held against decisions, though those go on record later.
    resolutions.number(work)
    forecasts.bring(work)
    estimates.bring_evidence(work)
    if settled := resolutions.bring(work):
        listener.progress("branches annulled or revived as their conditions say", settled)
    estimates.check_estimates(work)
    discussions.check(work)
    elsewhere.check(work)
    report = _report(cursor)
    for file, line, reason in _refusals(report):
        listener.refused(file, line, reason)
    if report.refused and not skip_bad:
        raise ArchiveRefused(f"Rows that are refused: {report.refused.total():,}. Nothing was imported.")
    estimates.bring_estimates(work, listener.progress)
    discussions.bring(work)
    elsewhere.bring(work)
    # Looked at now, since what else this transaction may hold is not the import's.
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return report


def _report(cursor: Any) -> Report:
    report = Report()
    for table in RECORD:
        cursor.execute(
            sql.SQL("""
                SELECT count(*) FILTER (WHERE fault IS NULL AND NOT known), count(*) FILTER (WHERE known),
                       count(fault) FROM {}""").format(table.incoming)
        )
        counts = cursor.fetchone()
        for tally, count in zip((report.brought, report.known, report.refused), counts, strict=True):
            if count:
                tally[table.file] = count
    return report


def _refusals(report: Report) -> Iterator[tuple[str, int, str]]:
    """File, line and reason of every refused row, read by a cursor of the server's however many there are."""
    for table in RECORD:
        if report.refused[table.file]:
            with connection.chunked_cursor() as cursor:
                cursor.execute(
                    sql.SQL("SELECT line, fault FROM {} WHERE fault IS NOT NULL ORDER BY line").format(table.incoming)
                )
                for line, reason in cursor:
                    yield table.file, line, reason
