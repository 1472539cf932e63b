"""What somebody asked for by a job: how far it is, whether or not a worker still lives."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Generic, LiteralString, TypeVar

from django.db import connection, models

# The job that looks for what waits does so every 15 seconds; after so long nobody is at work.
QUIET = dt.timedelta(minutes=2)
WAITING = "waiting"
# A worker holds the row of what it carries out: then the last transaction to lock it is still at it.
HELD = """
SELECT r.id FROM {table} r
WHERE r.id = ANY (%s) AND r.state = 'waiting'
    AND EXISTS (SELECT FROM pg_locks held WHERE held.locktype = 'transactionid' AND held.transactionid = r.xmax)
"""

Row = TypeVar("Row", bound=models.Model)


@dataclass(frozen=True)
class Look(Generic[Row]):
    """A row that a job carries out, whether a worker is at it, and since when nobody has told how far it is."""

    row: Row
    state: str
    held: bool
    silent_since: dt.datetime

    @property
    def moving(self) -> bool:
        """Whether it is worth looking again in a moment."""
        return self.state == WAITING

    @property
    def step(self) -> str:
        return "making" if self.held else self.state

    def quiet(self, at: dt.datetime) -> bool:
        return self.moving and not self.held and at - self.silent_since > QUIET


def looks(rows: Iterable[Row], *, table: LiteralString) -> list[Look[Row]]:
    """At each, in the order given; all of that table, their progress read with them."""
    wanted: list[Any] = list(rows)
    query = HELD.format(table=table)
    with connection.cursor() as cursor:
        cursor.execute(query, [[row.pk for row in wanted]])
        held = {found[0] for found in cursor.fetchall()}
    return [Look(row, row.state, row.pk in held, row.progress.told_at or row.asked_at) for row in wanted]
