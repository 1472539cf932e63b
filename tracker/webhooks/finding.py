"""What happened since the last look that a webhook wants to be told of, found by query and put down as rows.

Each query reads stretches of an index: what opened, was decided, scored or revealed lately. A row that is there already
is left alone, so that looks at once, or one after the other, put down each event once.
"""

import datetime as dt
from typing import Final

from django.db import connection

from forecasts.services import sweeps
from tracker.models import Event, Webhook
from tracker.services.scoring import RULES

SWEEP: Final = "webhooks"
BATCH: Final = 5000

# What is registered after its opening opened when it was registered.
OPENED: Final = """
    SELECT f.id AS forecast_id, 0 AS revision, greatest(f.opens_at, f.created_at) AS about_at,
      NULL::timestamptz AS decided_at, NULL::bigint AS run_id
    FROM forecasts_forecast f LEFT JOIN forecasts_resolution r ON r.id = f.resolution_id
    WHERE (f.opens_at > %(since)s OR f.created_at > %(since)s) AND f.opens_at <= %(at)s AND f.closes_at > %(at)s
      AND (r.id IS NULL OR r.outcome = 'reopened')"""
RESOLVED: Final = """
    SELECT r.forecast_id, r.revision, r.decided_at AS about_at,
      NULL::timestamptz AS decided_at, NULL::bigint AS run_id
    FROM forecasts_resolution r WHERE r.decided_at > %(since)s AND r.decided_at <= %(at)s"""
# Told once for each resolution: a run that is made again, by new rules or with late estimates, is no event. Nor are the
# scores of what was decided before somebody asked to be told.
SCORED: Final = """
    SELECT f.id AS forecast_id, r.revision, run.finished_at AS about_at, r.decided_at, run.id AS run_id
    FROM tracker_scoringrun run
    JOIN forecasts_forecast f ON f.id = run.forecast_id AND f.resolution_id = run.resolution_id
    JOIN forecasts_resolution r ON r.id = run.resolution_id
    WHERE run.finished_at > %(since)s AND run.current AND run.rules = %(rules)s"""
# At its time, unless a decision showed it before; or with the first decision, unless that was taken back.
REVEALED: Final = """
    SELECT f.id AS forecast_id, 0 AS revision, found.about_at, NULL::timestamptz AS decided_at, NULL::bigint AS run_id
    FROM (
        SELECT id, reveal_at AS about_at FROM forecasts_forecast WHERE reveal_at > %(since)s AND reveal_at <= %(at)s
        UNION ALL
        SELECT id, closes_at FROM forecasts_forecast
        WHERE reveal_at IS NULL AND closes_at > %(since)s AND closes_at <= %(at)s
        UNION ALL
        SELECT f.id, first.decided_at FROM forecasts_resolution first JOIN forecasts_forecast f ON f.id = forecast_id
        WHERE first.decided_at > %(since)s AND first.decided_at <= %(at)s AND first.revision = 1
          AND coalesce(f.reveal_at, f.closes_at) > first.decided_at
    ) found
    JOIN forecasts_forecast f ON f.id = found.id LEFT JOIN forecasts_resolution r ON r.id = f.resolution_id
    WHERE (coalesce(f.reveal_at, f.closes_at) <= %(at)s OR r.outcome <> 'reopened')
      AND NOT coalesce(r.outcome <> 'reopened' AND r.decided_at < found.about_at, false)"""
FINDERS: Final = {
    Event.OPENED: OPENED,
    Event.RESOLVED: RESOLVED,
    Event.SCORED: SCORED,
    Event.REVEALED: REVEALED,
}
PUT_DOWN: Final = """
    INSERT INTO tracker_delivery (webhook_id, event, forecast_id, revision, about_at, state, attempts, next_at, said)
    SELECT w.id, %(event)s, e.forecast_id, e.revision, e.about_at, 'waiting', 0, %(at)s, ''
    FROM ({found}) e
    JOIN forecasts_forecast f ON f.id = e.forecast_id AND NOT f.simulated
    LEFT JOIN forecasts_claim c ON c.id = f.claim_id
    JOIN tracker_webhook w ON %(event)s = ANY(w.events) AND w.off_at IS NULL
      AND coalesce(e.decided_at, e.about_at) > w.since_at
      AND (w.source_id IS NULL OR w.source_id = c.source_id) AND (w.tag = '' OR w.tag = ANY(f.tags))
    JOIN forecasts_forecaster o ON o.id = w.owner_id AND o.is_active AND o.closed_at IS NULL
    WHERE (e.run_id IS NULL OR EXISTS (
        SELECT FROM tracker_score s WHERE s.run_id = e.run_id AND s.owner = 'forecaster' AND s.forecaster_id = o.id))
      AND NOT EXISTS (
        SELECT FROM tracker_delivery d WHERE d.webhook_id = w.id AND d.event = %(event)s
          AND d.forecast_id = e.forecast_id AND d.revision = e.revision)
    ORDER BY e.about_at, e.forecast_id, w.id LIMIT %(most)s
    ON CONFLICT DO NOTHING"""


def find(*, at: dt.datetime) -> int:
    """Put down what is to be told, and return how much that was."""
    found = 0
    if Webhook.objects.filter(off_at=None).exists():
        since = sweeps.since(SWEEP)
        for event, query in FINDERS.items():
            while count := _put_down(event, query, since=since, at=at):
                found += count
    sweeps.looked(SWEEP, began_at=at)
    return found


def _put_down(event: Event, query: str, *, since: dt.datetime, at: dt.datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            PUT_DOWN.format(found=query),
            {"event": str(event), "since": since, "at": at, "rules": RULES, "most": BATCH},
        )
        return int(cursor.rowcount)
