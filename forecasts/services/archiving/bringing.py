"""What every file's import has: a cursor, an author and a clock."""

import datetime as dt
from dataclasses import dataclass
from typing import Any, LiteralString

from psycopg import sql

from forecasts.archive import staging
from forecasts.archive.staging import Staged
from forecasts.archive.tables import Table
from forecasts.models import RetiredName


@dataclass(frozen=True)
class Bringing:
    """An import under way: rows that name nobody are `by`'s, and those that name no time are of `at`."""

    cursor: Any
    by: str
    at: dt.datetime
    files: dict[str, Staged]

    def run(self, statement: LiteralString) -> int:
        """Execute with the author and the clock, and return how many rows that changed."""
        self.cursor.execute(statement, {"by": self.by, "at": self.at})
        return int(self.cursor.rowcount)

    def refuse(self, table: Table, where: LiteralString, reason: LiteralString) -> None:
        """Refuse the rows `i` of which `where` holds, unless they are refused or known; `reason` is an expression.

        Both may speak of the import's clock, `%(at)s`.
        """
        staging.refuse(self.cursor, table, self._dated(where), self._dated(reason))

    def _dated(self, expression: LiteralString) -> sql.Composable:
        before, *after = expression.split("%(at)s")
        at = sql.Literal(self.at)
        return sql.Composed([sql.SQL(before), *(part for text in after for part in (at, sql.SQL(text)))])

    def refuse_lines(self, table: Table, found: list[tuple[int, str]]) -> None:
        """Refuse rows by line, each for its own reason."""
        self.cursor.execute(
            sql.SQL("""
                UPDATE {} i SET fault = found.reason FROM unnest(%s::integer[], %s::text[]) AS found (line, reason)
                WHERE found.line = i.line""").format(table.incoming),
            [[line for line, _ in found], [reason for _, reason in found]],
        )

    def refuse_without_account(self, table: Table, column: str) -> None:
        """Who is refused in forecasters.csv is not let in by being named: what the row says of them would be lost.

        Nor is a name taken that is somebody's in other letters.
        """
        staging.refuse(
            self.cursor,
            table,
            sql.SQL("""i.{0} IN (SELECT name FROM incoming_forecasters WHERE fault IS NOT NULL)
                AND NOT EXISTS (SELECT 1 FROM forecasts_forecaster f WHERE f.username = i.{0})""").format(
                sql.Identifier(column)
            ),
            sql.SQL("{} || ': The row of “' || i.{} || '” in forecasters.csv is refused.'").format(
                sql.Literal(column), sql.Identifier(column)
            ),
        )
        self.refuse_look_alikes(table, column)
        self.refuse_retired(table, column)

    def refuse_look_alikes(self, table: Table, column: str) -> None:
        """Who signs in is found without regard to case: names that differ only in that would be one person's."""
        staging.refuse(
            self.cursor,
            table,
            sql.SQL("""i.{0} IN (
                WITH named AS (
                    SELECT {0} AS name, min(line) AS place FROM {1} WHERE fault IS NULL AND NOT known GROUP BY {0}),
                taken AS (
                    SELECT username AS name, 0 AS place FROM forecasts_forecaster UNION ALL SELECT * FROM named)
                SELECT named.name FROM named JOIN taken ON lower(taken.name) = lower(named.name)
                    AND taken.name <> named.name AND taken.place < named.place
                WHERE NOT EXISTS (SELECT 1 FROM forecasts_forecaster f WHERE f.username = named.name))""").format(
                sql.Identifier(column), table.incoming
            ),
            sql.SQL("{} || ': “' || i.{} || '” differs from another name only in case. Use one spelling.'").format(
                sql.Literal(column), sql.Identifier(column)
            ),
        )

    def refuse_retired(self, table: Table, column: str) -> None:
        """A closed account's name is nobody's again. Under which pseudonym its rows stand here is not kept."""
        if not RetiredName.objects.exists():
            return
        self.cursor.execute(
            sql.SQL("""SELECT DISTINCT i.{0} FROM {1} i WHERE i.fault IS NULL AND NOT i.known
                AND NOT EXISTS (SELECT 1 FROM forecasts_forecaster f WHERE f.username = i.{0})""").format(
                sql.Identifier(column), table.incoming
            )
        )
        digests = {name: RetiredName.digest_of(name) for (name,) in self.cursor.fetchall() if name}
        self.cursor.execute(
            "SELECT digest FROM forecasts_retiredname WHERE digest = ANY(%s)", [list(set(digests.values()))]
        )
        retired = {digest for (digest,) in self.cursor.fetchall()}
        staging.refuse(
            self.cursor,
            table,
            sql.SQL("i.{} = ANY({})").format(
                sql.Identifier(column), sql.Literal([name for name, digest in digests.items() if digest in retired])
            ),
            sql.SQL("""{} || ': “' || i.{} || '” was the name of an account that is closed, and is nobody''s again. '
                || 'What it said is on record under a pseudonym: leave the row out.'""").format(
                sql.Literal(column), sql.Identifier(column)
            ),
        )

    def mark_known(self, table: Table) -> None:
        """Find what is said twice, and what is on record already."""
        staging.mark_repeated(self.cursor, self.files[table.name])
        staging.mark_recorded(self.cursor, self.files[table.name])

    def enrol(self, named: LiteralString) -> None:
        """Make an account for each new name that `named` selects, by its place. Nobody can sign in to it."""
        self.run(ENROL.replace("NAMED", named))


# Django takes a password that begins with "!" for unusable; what follows it makes no two alike.
ENROL: LiteralString = """
    INSERT INTO forecasts_forecaster (username, date_joined, is_bot, simulated, closed_at, password, is_superuser,
        is_staff, is_active, is_curator, is_resolver, first_name, last_name, email)
    SELECT new.name, %(at)s, false, false, NULL,
           '!' || replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), false,
           false, true, false, false, '', '', ''
    FROM (NAMED) AS new
    WHERE NOT EXISTS (SELECT 1 FROM forecasts_forecaster f WHERE f.username = new.name)
    ORDER BY new.place"""
