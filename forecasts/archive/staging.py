"""Rows of an archive in temporary tables, where SQL checks them however many there are.

Each has its line, the reason for which it is refused, and whether it is known: on record already, or said twice.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString

from psycopg import sql

from . import reading
from .tables import Table
from .writing import PROGRESS, Progress


@dataclass(frozen=True)
class Staged:
    """A file whose rows are in its temporary table, and which of the table's columns it has."""

    table: Table
    present: frozenset[str]


def create(cursor: Any, table: Table) -> None:
    """An empty temporary table. It ends with the transaction; one that an earlier import left there is replaced."""
    columns = [
        sql.SQL("{} {} DEFAULT {}").format(
            sql.Identifier(column.name), sql.SQL(column.kind.column), sql.Literal(column.empty)
        )
        for column in table.columns
    ]
    cursor.execute(sql.SQL("DROP TABLE IF EXISTS pg_temp.{}").format(table.incoming))
    cursor.execute(
        sql.SQL(
            "CREATE TEMPORARY TABLE {} (line integer, fault text, known boolean NOT NULL DEFAULT false, id bigint, {})"
            " ON COMMIT DROP"
        ).format(table.incoming, sql.SQL(", ").join(columns))
    )


def fill(cursor: Any, table: Table, path: Path, head: reading.Header, progress: Progress) -> Staged:
    """Stream a file into its temporary table and refuse what its cells alone show to be wrong."""
    names = [column.name for column in head.known]
    into = sql.SQL("COPY {} ({}) FROM STDIN").format(table.incoming, _names(["line", "fault", *names]))
    count = 0
    with cursor.copy(into) as copy:
        for count, row in enumerate(reading.rows(path, table, head), start=1):
            copy.write_row((row.line, row.reason, *row.cells))
            if count % PROGRESS == 0:
                progress(table.file, count)
    for column in table.sought:
        cursor.execute(sql.SQL("CREATE INDEX ON {} ({})").format(table.incoming, sql.Identifier(column)))
    cursor.execute(sql.SQL("CREATE INDEX ON {} USING brin (line)").format(table.incoming))
    cursor.execute(sql.SQL("ANALYZE {}").format(table.incoming))
    for rule, reason in table.rules:
        refuse(cursor, table, sql.SQL(rule), sql.Literal(reason))
    return Staged(table, frozenset(names))


def refuse(cursor: Any, table: Table, where: sql.Composable, reason: sql.Composable) -> None:
    """Refuse the rows `i` that are neither refused nor known and of which `where` holds."""
    cursor.execute(
        sql.SQL("UPDATE {} i SET fault = {} WHERE i.fault IS NULL AND NOT i.known AND ({})").format(
            table.incoming, reason, where
        )
    )


def mark_repeated(cursor: Any, staged: Staged) -> None:
    """Of several rows with one key the first counts: another that says the same is known, one that differs refused."""
    table = staged.table
    cursor.execute(
        sql.SQL("""
            WITH first AS (SELECT {keys}, min(line) AS line FROM {incoming} WHERE fault IS NULL
                           GROUP BY {keys} HAVING count(*) > 1),
            judged AS (
                SELECT i.line, first.line AS earlier, {differing} AS differing
                FROM first JOIN {incoming} r ON r.line = first.line JOIN {incoming} i ON {same}
                WHERE i.line > first.line AND i.fault IS NULL)
            UPDATE {incoming} i SET known = differing = '', fault = CASE WHEN differing <> '' THEN
                'Line ' || earlier || ' names the same with another ' || differing || '. Leave one of them out.' END
            FROM judged WHERE judged.line = i.line""").format(
            keys=_names(table.key),
            incoming=table.incoming,
            differing=differing(staged, table.columns),
            same=_same(table.key, "r"),
        )
    )


def mark_recorded(cursor: Any, staged: Staged) -> None:
    """Rows that are on record already are known where they say the same, and refused where they differ."""
    table = staged.table
    compared = [column for column in table.columns if column.compared]
    cursor.execute(
        sql.SQL("""
            WITH judged AS (
                SELECT i.line, {differing} AS differing
                FROM {incoming} i JOIN ({query}) r ON {same} WHERE i.fault IS NULL AND NOT i.known)
            UPDATE {incoming} i SET known = differing = '', fault = CASE WHEN differing <> '' THEN
                'It is on record with another ' || differing || ', and what is on record stays. '
                'Make the row agree, or leave it out.' END
            FROM judged WHERE judged.line = i.line""").format(
            differing=differing(staged, compared),
            incoming=table.incoming,
            query=sql.SQL(table.query),
            same=_same(table.key, "r"),
        )
    )


def differing(staged: Staged, columns: Iterable[Any]) -> sql.Composable:
    """SQL for the names of the columns in which `i` and `r` differ, as far as the file has them."""
    parts = [
        sql.SQL("CASE WHEN {} i.{c} IS DISTINCT FROM r.{c} THEN {name} END").format(
            sql.SQL("i.{} IS NOT NULL AND").format(sql.Identifier(column.name)) if column.filled else sql.SQL(""),
            c=sql.Identifier(column.name),
            name=sql.Literal(column.name),
        )
        for column in columns
        if column.name in staged.present and column.name not in staged.table.key
    ]
    return sql.SQL("concat_ws(', ', {})").format(sql.SQL(", ").join(parts)) if parts else sql.SQL("''::text")


def _same(key: Iterable[str], other: LiteralString) -> sql.Composable:
    return sql.SQL(" AND ").join(
        sql.SQL("{} = {}").format(sql.Identifier("i", name), sql.Identifier(other, name)) for name in key
    )


def _names(names: Iterable[str]) -> sql.Composable:
    return sql.SQL(", ").join(sql.Identifier(name) for name in names)
