"""The scoring state of resolutions: how far each has come, and how far all of them had when a job last looked."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.db import connection

from forecasts.models import ANSWERED, Resolution
from tracker.models import Backlog, Failure
from tracker.services.progress import ROW
from tracker.services.scoring import RULES

# The job that looks for work does so every 15 seconds; after so long without a look nobody is at work.
QUIET = dt.timedelta(minutes=2)


class Step(StrEnum):
    """How far a resolution has come. What was superseded, and what has nothing to score, ends apart."""

    WAITING = "waiting"
    SCORING = "scoring"
    SCORED = "scored"
    FOLDED = "folded"
    NOTHING = "nothing"
    SUPERSEDED = "superseded"
    FAILED = "failed"


# After these nothing more happens by itself.
ENDS = frozenset({Step.FOLDED, Step.NOTHING, Step.SUPERSEDED})


@dataclass(frozen=True)
class Progress:
    """One resolution's state; `n_scores` counts rows, references included; `failure` is for resolvers' eyes."""

    resolution: Resolution
    step: Step
    finished_at: dt.datetime | None
    n_scores: int
    failure: str

    @property
    def over(self) -> bool:
        return self.step in ENDS

    @property
    def moving(self) -> bool:
        """Whether it is worth looking again in a moment."""
        return self.step not in ENDS and self.step != Step.FAILED


# A worker holds the row of the resolution that it scores: then the last transaction to lock it is still at it.
STATES = """
SELECT r.id, f.resolution_id = r.id, run.id IS NOT NULL AND run.wording_version = f.version, run.finished_at,
    coalesce(run.n_scores, 0), counted.run = run.id, counted.run IS NOT NULL, failing.said,
    EXISTS (SELECT FROM pg_locks held WHERE held.locktype = 'transactionid' AND held.transactionid = r.xmax)
FROM forecasts_resolution r
JOIN forecasts_forecast f ON f.id = r.forecast_id
LEFT JOIN tracker_scoringrun run ON run.resolution_id = r.id AND run.rules = %(rules)s AND run.current
LEFT JOIN tracker_counted counted ON counted.forecast = r.forecast_id
LEFT JOIN LATERAL (SELECT said FROM tracker_failure WHERE forecast = r.forecast_id LIMIT 1) failing ON true
WHERE r.id = ANY (%(ids)s)
"""


def progress(resolutions: Iterable[Resolution]) -> list[Progress]:
    """The state of each, in the order given; one query."""
    wanted = list(resolutions)
    with connection.cursor() as cursor:
        cursor.execute(STATES, {"ids": [row.pk for row in wanted], "rules": RULES})
        states = {row[0]: _Row(*row[1:]) for row in cursor.fetchall()}
    return [_progress(row, states[row.pk]) for row in wanted]


@dataclass(frozen=True)
class _Row:
    """What the query says of one resolution."""

    in_force: bool
    current: bool
    finished_at: dt.datetime | None
    n_scores: int
    folded: bool | None
    counted: bool
    failure: str | None
    held: bool


def _progress(resolution: Resolution, row: _Row) -> Progress:
    step = _step(row, answered=resolution.outcome in ANSWERED)
    return Progress(
        resolution,
        step,
        row.finished_at if row.current else None,
        row.n_scores if row.current else 0,
        row.failure or "",
    )


def _step(row: _Row, *, answered: bool) -> Step:
    if not row.in_force:
        return Step.SUPERSEDED
    if row.failure:
        return Step.FAILED
    if not row.current:
        return Step.SCORING if row.held else Step.WAITING
    if answered:
        return Step.FOLDED if row.folded else Step.SCORED
    # What it took back has yet to leave the totals.
    return Step.SCORED if row.counted else Step.NOTHING


@dataclass(frozen=True)
class Overview:
    """What the job last saw: of the resolutions in force so many waited; and how many forecasts failed."""

    looked_at: dt.datetime | None
    in_force: int
    waiting: int
    failing: int
    quiet: bool

    @property
    def scored(self) -> int:
        return self.in_force - self.waiting


def overview(*, at: dt.datetime) -> Overview:
    """Two small reads, however much is on record."""
    seen = Backlog.objects.filter(pk=ROW).first()
    failing = Failure.objects.count()
    if seen is None:
        return Overview(None, 0, 0, failing, quiet=True)
    return Overview(seen.looked_at, seen.in_force, seen.waiting, failing, quiet=at - seen.looked_at > QUIET)
