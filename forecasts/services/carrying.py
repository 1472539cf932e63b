"""Carrying out by a job what somebody asked for: once, whatever becomes of messages and workers."""

import datetime as dt
import logging
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any, Final, LiteralString, TypeAlias

from django.db import connection, models, transaction

# A worker that dies of it each time must not die for ever; a database that is down is given some twenty minutes.
TRIES: Final = 5
PAUSES: Final = tuple(dt.timedelta(seconds=seconds) for seconds in (0, 15, 60, 240, 960))
LONGEST_SAID: Final = 500
LONGEST_SILENCE: Final = "10min"
WAITING: Final = "waiting"
log = logging.getLogger(__name__)

Clock: TypeAlias = Callable[[], dt.datetime]
Tell: TypeAlias = Callable[[int], None]


@dataclass(frozen=True)
class Carrier:
    """How the rows of a table are carried out, each of which has a `state` and beside it a `progress`.

    `attempt` carries one out and puts down how it ended; `give_up` ends one that ended no worker well, and says why.
    """

    rows: models.Manager[Any]
    progress: models.Manager[Any]
    # The table of the progress, and its column that says of what.
    told_in: LiteralString
    of: LiteralString
    attempt: Callable[[Any, Clock, Tell], None]
    give_up: Callable[[Any, Clock, str], None]
    # After so many steps it is told how far it is.
    step: int

    def carry_out(self, pk: int, clock: Clock) -> bool:
        """Carry it out, unless that is done or somebody is at it; return whether it came to an end."""
        try:
            return self._carry_out(pk, clock)
        except Exception as error:
            # Everything is taken back, and it waits: the next look tries again.
            log.exception("%s %d could not be carried out", self.rows.model.__name__, pk)
            said = f"{type(error).__name__}: {error}"[:LONGEST_SAID]
            self.progress.filter(pk=pk).update(said=said)
            return False

    def carry_out_waiting(self, clock: Clock) -> None:
        """Find by query what no message brought, and what a dead worker left; after each try a longer pause."""
        waiting = self.rows.filter(state=WAITING).order_by("pk")
        for pk, tries, told_at in list(waiting.values_list("pk", "progress__tries", "progress__told_at")):
            if told_at is None or clock() - told_at >= PAUSES[min(tries, len(PAUSES) - 1)]:
                self.carry_out(pk, clock)

    @transaction.atomic
    def _carry_out(self, pk: int, clock: Clock) -> bool:
        """The claim is a row lock: it dies with this transaction."""
        with connection.cursor() as cursor:
            # Reading a large file asks the database nothing, for longer than others may keep it waiting.
            cursor.execute(f"SET LOCAL idle_in_transaction_session_timeout = '{LONGEST_SILENCE}'")
        waiting = self.rows.filter(pk=pk, state=WAITING)
        row = waiting.select_for_update(skip_locked=True, no_key=True, of=("self",)).select_related("by").first()
        if row is None:
            return False
        with self._telling(pk, clock) as (tries, tell):
            if tries > TRIES:
                said = self.progress.values_list("said", flat=True).get(pk=pk)
                self.give_up(row, clock, said or "The worker ended each time.")
            else:
                self.attempt(row, clock, tell)
        return True

    @contextmanager
    def _telling(self, pk: int, clock: Clock) -> Iterator[tuple[int, Tell]]:
        """How often it has been begun, this time included, and a way to tell how far it is that others see at once."""
        mine = f"{self.told_in} SET told_at = %s, done = %s"
        begin = f"UPDATE {mine}, tries = tries + 1 WHERE {self.of} = %s RETURNING tries"  # literals, as typed
        so_far = f"UPDATE {mine} WHERE {self.of} = %s"  # the same
        with closing(connection.copy()) as aside, aside.cursor() as cursor:
            cursor.execute(begin, [clock(), 0, pk])
            # In a test's transaction another connection sees no row yet.
            begun = cursor.fetchone()

            def tell(done: int) -> None:
                if done % self.step == 0:
                    cursor.execute(so_far, [clock(), done, pk])

            yield begun[0] if begun else 1, tell
