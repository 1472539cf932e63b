"""Folding finished runs into the totals: what a forecast no longer counts for is taken back, what it now does is added.

One job at a time, and scoring never waits for it. What a forecast adds is remembered (Counted), so that it is taken
back exactly, and folding twice changes nothing.
"""

import datetime as dt
import logging
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import F, Q

from forecasts.models import ANSWERED, Forecast
from tracker.models import Counted, Failure, Recount, Score, ScoringRun
from tracker.scopes import scopes_of

from . import progress
from .scoring import RULES
from .sums import ADD, OPEN_TOTALS

log = logging.getLogger(__name__)

# Forecasts folded in one transaction.
BATCH = 50
# Any number of our own: the name of the lock that lets one folding job in.
LOCK = 7_253_001


@dataclass(frozen=True)
class Standing:
    """What of a forecast counts: a run's rows, in these scopes, in the year it settles in, settled or not yet."""

    run: int
    scopes: frozenset[str]
    year: int
    settled: bool


@dataclass(frozen=True)
class Move:
    """The rows of a run enter (sign 1) or leave (-1) the totals of a scope."""

    run: int
    scope: str
    year: int
    settled: bool
    sign: int


def fold(*, at: dt.datetime, wait: bool = True) -> int:
    """Bring the totals up to the scores, and return how many forecasts were looked at.

    Without `wait` it leaves the work to another job that is at it: who waits for a lock holds up a worker. A forecast
    that cannot be folded holds up no other; it is tried again the next time.
    """
    looked, faulty = 0, set[int]()
    while due := _due(at, leaving=faulty):
        try:
            found = _fold_batch(due, at=at, wait=wait)
        except Exception:
            log.exception("a batch of %d forecasts could not be folded; trying them one by one", len(due))
            found = sum(_fold_alone(id_, faulty, at=at) for id_ in due) + len(faulty & due)
        if not found:
            return looked
        looked += found
    return looked


def _due(at: dt.datetime, *, leaving: set[int]) -> set[int]:
    """Forecasts of which something was noted, or that settle: some of them, the longest due first."""
    notes = Recount.objects.exclude(forecast__in=leaving).order_by("pk").values_list("forecast", flat=True)
    noted = list(dict.fromkeys(notes[: 10 * BATCH]))
    settling = Counted.objects.filter(settled=False, run__isnull=False, settles_at__lte=at).exclude(pk__in=leaving)
    return {*noted[:BATCH], *settling.order_by("settles_at").values_list("pk", flat=True)[:BATCH]}


def _fold_alone(forecast_id: int, faulty: set[int], *, at: dt.datetime) -> int:
    try:
        return _fold_batch({forecast_id}, at=at, wait=True)
    except Exception as error:
        log.exception("forecast %d could not be folded", forecast_id)
        progress.failed(Failure.Stage.FOLDING, forecast_id, error)
        faulty.add(forecast_id)
        return 0


@transaction.atomic
def _fold_batch(due: set[int], *, at: dt.datetime, wait: bool = True) -> int:
    if not _let_in(wait=wait):
        return 0
    # Notes are read before what they are about: a change that is seen too late has a note of its own.
    notes = list(Recount.objects.filter(forecast__in=due).values_list("pk", flat=True))
    before = Counted.objects.in_bulk(due)
    after = {counted.pk: counted for counted in _wanted(due, at=at)}
    _apply(_moves(_standing(before.values()), _standing(after.values())))
    _remember(after.values())
    Recount.objects.filter(pk__in=notes).delete()
    _discard_replaced(due)
    progress.succeeded(Failure.Stage.FOLDING, due)
    return len(due)


def _let_in(*, wait: bool) -> bool:
    """Take the lock that lets one job in; it goes with the transaction."""
    with connection.cursor() as cursor:
        if wait:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            return True
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        return bool(cursor.fetchone()[0])


def _wanted(ids: Iterable[int], *, at: dt.datetime) -> list[Counted]:
    """What of each forecast should count now: its current run, if it was answered."""
    current = ScoringRun.objects.filter(
        forecast__in=ids, rules=RULES, current=True, resolution=F("forecast__resolution")
    )
    runs = dict(current.filter(resolution__outcome__in=ANSWERED).values_list("forecast_id", "pk"))
    forecasts = Forecast.objects.filter(pk__in=ids).select_related("claim__source").prefetch_related("collections")
    return [_counted(forecast, runs.get(forecast.pk), at=at) for forecast in forecasts]


def _counted(forecast: Forecast, run: int | None, *, at: dt.datetime) -> Counted:
    return Counted(
        forecast=forecast.pk,
        run=run,
        scopes=sorted(map(str, scopes_of(forecast))),
        year=forecast.settles_at.year,
        settled=forecast.settles_at <= at,
        settles_at=forecast.settles_at,
    )


def _standing(counted: Iterable[Counted]) -> list[Standing]:
    return [Standing(row.run, frozenset(row.scopes), row.year, row.settled) for row in counted if row.run is not None]


def _moves(before: list[Standing], after: list[Standing]) -> list[Move]:
    """What leaves and what enters; what stays where it is does neither."""

    def places(standing: list[Standing]) -> set[tuple[int, str, int, bool]]:
        return {(each.run, scope, each.year, each.settled) for each in standing for scope in each.scopes}

    old, new = places(before), places(after)
    return [*(Move(*place, -1) for place in sorted(old - new)), *(Move(*place, 1) for place in sorted(new - old))]


def _apply(moves: list[Move]) -> None:
    if not moves:
        return
    columns = {name: [getattr(move, name) for move in moves] for name in Move.__dataclass_fields__}
    with connection.cursor() as cursor:
        cursor.execute(OPEN_TOTALS, columns)
        cursor.execute(ADD, columns)


def _remember(rows: Iterable[Counted]) -> None:
    Counted.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["forecast"],
        update_fields=["run", "scopes", "year", "settled", "settles_at"],
    )


def _discard_replaced(ids: Iterable[int]) -> None:
    """Runs that another took the place of go, by newer rules too, once the totals no longer hold their rows."""
    held = Counted.objects.filter(pk__in=ids, run__isnull=False).values("run")
    by_these_rules = ScoringRun.objects.filter(forecast__in=ids, rules=RULES).values("resolution")
    older = Q(rules__lt=RULES, resolution__in=by_these_rules)
    replaced = ScoringRun.objects.filter(Q(current=False) | older, forecast__in=ids).exclude(pk__in=held)
    gone = list(replaced.values_list("pk", flat=True))
    Score.objects.filter(run__in=gone).delete()
    ScoringRun.objects.filter(pk__in=gone).delete()
