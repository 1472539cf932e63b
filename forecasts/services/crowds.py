"""Keeping the crowd's points up to the estimates: once per change, whoever asks and however often."""

import datetime as dt
import logging
from collections.abc import Callable, Mapping

import numpy as np
from django.db import connection, transaction
from django.utils import timezone

from forecasts import crowd
from forecasts.columns import Columns, estimate_columns
from forecasts.instants import instant, microseconds
from forecasts.models import CrowdPoint, CrowdState, Forecast, Forecaster

from . import sweeps

SWEEP = "crowds"
WORKED_OUT = ("n_estimates", "through_at", "read_at", "next_expiry_at")
# Even steps from the first point to the last; a point is kept if it is in force at one of them.
STEPS = 23
SUMMARY = """
WITH timed AS (
    SELECT at, n, recency_weighted, (extract(epoch FROM at) * 1000000)::bigint AS instant,
        (extract(epoch FROM lead(at) OVER by_time) * 1000000)::bigint AS following,
        (extract(epoch FROM min(at) OVER ()) * 1000000)::bigint AS first,
        (extract(epoch FROM max(at) OVER ()) * 1000000)::bigint AS last,
        count(*) OVER () AS n_points
    FROM forecasts_crowdpoint WHERE forecast_id = %(forecast)s WINDOW by_time AS (ORDER BY at)
), kept AS (
    SELECT * FROM timed
    WHERE n_points <= %(steps)s + 1 OR following IS NULL
        -- The first step at or after it comes before what follows it.
        OR ((instant - first) * %(steps)s + (last - first) - 1) / nullif(last - first, 0) * (last - first)
            < (following - first) * %(steps)s
)
UPDATE forecasts_crowdstate SET (moved_at, n_standing, recency_weighted, trace_at, trace) = (
    SELECT max(at), coalesce((array_agg(n ORDER BY at DESC))[1], 0), (array_agg(recency_weighted ORDER BY at DESC))[1],
        coalesce(array_agg(at ORDER BY at), '{}'), coalesce(array_agg(recency_weighted ORDER BY at), '{}')
    FROM kept)
WHERE forecast_id = %(forecast)s
"""
log = logging.getLogger(__name__)


@transaction.atomic
def refresh(*, forecast_id: int, at: dt.datetime) -> int:
    """Bring the points of a forecast up to `at`, and return how many were written; 0 when nothing has changed.

    New estimates are almost always the latest, and then only points after the last one are worked out. Points never go
    back: a job whose clock or whose start lies behind what is written works up to where that ends.
    """
    if not Forecast.objects.filter(pk=forecast_id).exists():
        return 0
    state = _lock(forecast_id, at)
    at = max(at, state.through_at)
    everybodys = estimate_columns(forecast_id)
    due = state.next_expiry_at is not None and state.next_expiry_at <= at
    if everybodys.size == state.n_estimates and not due:
        return 0
    columns = _counted(forecast_id, everybodys)
    # Rows that came late, from an import, belong before points that are written: then all are worked out again.
    earlier = int(np.count_nonzero(everybodys.made_at <= microseconds(state.through_at)))
    since = microseconds(state.through_at) if earlier == state.n_estimates else -crowd.NEVER
    made = crowd.points(
        columns.forecaster,
        columns.made_at,
        columns.probability,
        columns.expires_at,
        since=since,
        until=microseconds(at),
    )
    if since == -crowd.NEVER:
        CrowdPoint.objects.filter(forecast_id=forecast_id).delete()
    CrowdPoint.objects.bulk_create(_rows(forecast_id, made), batch_size=5000)
    later = columns.expires_at[(columns.expires_at > microseconds(at)) & (columns.expires_at != crowd.NEVER)]
    state.n_estimates = int(np.count_nonzero(everybodys.made_at <= microseconds(at)))
    state.through_at = at
    state.read_at = timezone.now()
    state.next_expiry_at = instant(int(later.min())) if later.size else None
    state.save(update_fields=WORKED_OUT)
    summarise(forecast_id=forecast_id)
    return int(made.at.size)


def summarise(*, forecast_id: int) -> None:
    """Keep what lists show of the crowd beside its state: always what its points say, however they came there."""
    with connection.cursor() as cursor:
        cursor.execute(SUMMARY, {"forecast": forecast_id, "steps": STEPS})


def behind(counts: Mapping[int, int], *, at: Mapping[int, dt.datetime]) -> list[int]:
    """Which of the forecasts `refresh` would have work on: given how many estimates each has, and up to when."""
    states = CrowdState.objects.in_bulk(counts)

    def lags(forecast_id: int) -> bool:
        state = states.get(forecast_id)
        if state is None or state.n_estimates != counts[forecast_id]:
            return True
        return state.next_expiry_at is not None and state.next_expiry_at <= max(at[forecast_id], state.through_at)

    return [forecast_id for forecast_id in counts if lags(forecast_id)]


def refresh_stale(*, clock: Callable[[], dt.datetime]) -> None:
    """Work out every crowd that lags behind; one that cannot be worked out is found again, and holds up no other."""
    began_at, failed = clock(), False
    for forecast_id in stale(at=began_at):
        try:
            refresh(forecast_id=forecast_id, at=clock())
        except Exception:
            failed = True
            log.exception("the crowd of forecast %d could not be worked out", forecast_id)
    if not failed:
        sweeps.looked(SWEEP, began_at=began_at)


def stale(*, at: dt.datetime) -> list[int]:
    """Forecasts whose points lag behind: an estimate that no message brought in, or an expiry that has come."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT recent.forecast_id
            FROM (SELECT forecast_id FROM forecasts_estimate WHERE recorded_at > %(since)s GROUP BY forecast_id) recent
            LEFT JOIN forecasts_crowdstate state ON state.forecast_id = recent.forecast_id
            WHERE state.n_estimates IS DISTINCT FROM
                (SELECT count(*) FROM forecasts_estimate e WHERE e.forecast_id = recent.forecast_id)
            UNION
            SELECT forecast_id FROM forecasts_crowdstate WHERE next_expiry_at <= %(at)s
            """,
            {"since": sweeps.since(SWEEP), "at": at},
        )
        return [row[0] for row in cursor.fetchall()]


def _lock(forecast_id: int, at: dt.datetime) -> CrowdState:
    """One at a time per forecast; whoever comes second finds the work done."""
    CrowdState.objects.bulk_create(
        [CrowdState(forecast_id=forecast_id, through_at=sweeps.EVER, read_at=at)],
        ignore_conflicts=True,
    )
    return CrowdState.objects.select_for_update().get(forecast_id=forecast_id)


def _counted(forecast_id: int, columns: Columns) -> Columns:
    """Those of the estimates that the crowd is made of; read after the lock, so that no change of it is missed."""
    if Forecast.objects.filter(pk=forecast_id, programs_in_crowd=True).exists():
        return columns
    programs = Forecaster.objects.filter(is_bot=True).values_list("pk", flat=True)
    return columns.where(~np.isin(columns.forecaster, list(programs)))


def _rows(forecast_id: int, made: crowd.Points) -> list[CrowdPoint]:
    columns = (made.at, made.n, made.recency_weighted, made.median, made.mean_log_odds)
    return [
        CrowdPoint(
            forecast_id=forecast_id,
            at=instant(at),
            n=n,
            recency_weighted=None if n == 0 else weighted,
            median=None if n == 0 else median,
            mean_log_odds=None if n == 0 else mean,
        )
        for at, n, weighted, median, mean in zip(*(column.tolist() for column in columns), strict=True)
    ]
