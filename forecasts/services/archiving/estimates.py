"""Evidence, ratings and estimates; of the last there may be any number."""

from collections.abc import Callable

from psycopg import sql

from forecasts.archive import staging
from forecasts.archive.estimations import ESTIMATES, EVIDENCE, RATINGS
from forecasts.archive.tables import Table

from .bringing import Bringing

# Rows that go on record in one statement, whose keys are then checked: what is still to check is held in memory.
BATCH = 100_000


def bring_evidence(work: Bringing) -> None:
    work.mark_known(EVIDENCE)
    work.refuse_without_account(EVIDENCE, "added_by")
    refuse_strange_forecasts(work, EVIDENCE)
    refuse_simulated(work, EVIDENCE, "added_by")
    work.enrol("""
        SELECT added_by AS name, min(line) AS place FROM incoming_evidence
        WHERE fault IS NULL AND NOT known GROUP BY 1""")
    work.run("""
        INSERT INTO forecasts_evidence (forecast_id, added_by_id, added_at, title, url, summary, published_on,
            direction, likelihood_ratio)
        SELECT f.id, u.id, i.added_at, i.title, i.url, i.summary, i.published_on, i.direction, i.likelihood_ratio
        FROM incoming_evidence i
        JOIN forecasts_forecast f ON f.slug = i.forecast
        JOIN forecasts_forecaster u ON u.username = i.added_by
        WHERE i.fault IS NULL AND NOT i.known ORDER BY i.line""")
    _bring_ratings(work)


def _bring_ratings(work: Bringing) -> None:
    work.mark_known(RATINGS)
    work.refuse_without_account(RATINGS, "forecaster")
    refuse_strange_forecasts(work, RATINGS)
    work.refuse(
        RATINGS,
        """NOT EXISTS (SELECT 1 FROM forecasts_evidence e JOIN forecasts_forecast f ON f.id = e.forecast_id
               JOIN forecasts_forecaster a ON a.id = e.added_by_id
               WHERE (f.slug, a.username, e.url, e.added_at) = (i.forecast, i.added_by, i.url, i.added_at))""",
        "'added_by, added_at, url: No evidence on record is named by them, nor any that is taken.'",
    )
    refuse_simulated(work, RATINGS, "forecaster")
    work.enrol("""
        SELECT forecaster AS name, min(line) AS place FROM incoming_ratings
        WHERE fault IS NULL AND NOT known GROUP BY 1""")
    work.run("""
        INSERT INTO forecasts_rating (evidence_id, forecaster_id, useful, likelihood_ratio, rated_at)
        SELECT e.id, u.id, i.useful, i.likelihood_ratio, i.rated_at
        FROM incoming_ratings i
        JOIN forecasts_forecast f ON f.slug = i.forecast
        JOIN forecasts_forecaster a ON a.username = i.added_by
        JOIN forecasts_evidence e
            ON (e.forecast_id, e.added_by_id, e.url, e.added_at) = (f.id, a.id, i.url, i.added_at)
        JOIN forecasts_forecaster u ON u.username = i.forecaster
        WHERE i.fault IS NULL AND NOT i.known ORDER BY i.line""")


def check_estimates(work: Bringing) -> None:
    # What was just brought is not in the statistics yet. Where these say that there is next to nothing, each row of the
    # file would be held against all forecasts one by one.
    work.run("ANALYZE forecasts_forecast, forecasts_wording, forecasts_forecaster, forecasts_estimate")
    work.mark_known(ESTIMATES)
    work.refuse_without_account(ESTIMATES, "forecaster")
    refuse_strange_forecasts(work, ESTIMATES)
    work.refuse(
        ESTIMATES,
        """i.wording IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM forecasts_wording w JOIN forecasts_forecast f ON f.id = w.forecast_id
            WHERE f.slug = i.forecast AND w.version = i.wording)""",
        "'wording: Its forecast has no wording ' || i.wording || '.'",
    )
    work.refuse(
        ESTIMATES,
        """i.evidence <> '[]' AND EXISTS (SELECT 1 FROM jsonb_array_elements(i.evidence) AS cited (item)
            WHERE NOT EXISTS (SELECT 1 FROM forecasts_evidence e JOIN forecasts_forecast f ON f.id = e.forecast_id
                JOIN forecasts_forecaster a ON a.id = e.added_by_id
                WHERE f.slug = i.forecast AND a.username = item ->> 0 AND e.added_at = (item ->> 1)::timestamptz
                    AND e.url = item ->> 2))""",
        "'evidence: It cites what is not on record for its forecast, nor among the evidence that is taken.'",
    )
    refuse_simulated(work, ESTIMATES, "forecaster")
    _refuse_untimely(work)
    _refuse_empty_withdrawals(work)


def _refuse_untimely(work: Bringing) -> None:
    """Before the opening is allowed, since an opening can be moved; after every close it counts nowhere."""
    work.refuse(
        ESTIMATES,
        """EXISTS (SELECT 1 FROM (SELECT f.slug, max(w.closes_at) AS closes_at FROM forecasts_wording w
                JOIN forecasts_forecast f ON f.id = w.forecast_id GROUP BY f.slug) AS latest
            WHERE latest.slug = i.forecast AND i.made_at >= latest.closes_at)""",
        "'made_at: Its forecast had closed by then, by each of its wordings.'",
    )
    # The answer to a case that is worked ahead is on record by now.
    work.refuse(
        ESTIMATES,
        """i.made_at > %(at)s AND i.forecast NOT IN (SELECT f.slug FROM forecasts_forecast f
            JOIN forecasts_resolution r ON r.id = f.resolution_id WHERE r.known_at > %(at)s)""",
        "'made_at: It lies in the future, and its forecast is not answered ahead.'",
    )


def _refuse_empty_withdrawals(work: Bringing) -> None:
    """A withdrawal follows an estimate that stands, of this archive or on record.

    Only those are put in order who withdraw from a forecast at all.
    """
    work.refuse(
        ESTIMATES,
        """i.probability IS NULL AND i.line IN (
            WITH withdrawing AS (
                SELECT DISTINCT forecast, forecaster FROM incoming_estimates
                WHERE probability IS NULL AND fault IS NULL AND NOT known),
            made AS (
                SELECT line, forecast, forecaster, made_at, probability, expires_at
                FROM incoming_estimates JOIN withdrawing USING (forecast, forecaster)
                WHERE fault IS NULL AND NOT known
                UNION ALL
                SELECT NULL, f.slug, u.username, e.made_at, e.probability, e.expires_at
                FROM withdrawing JOIN forecasts_forecast f ON f.slug = withdrawing.forecast
                JOIN forecasts_forecaster u ON u.username = withdrawing.forecaster
                JOIN forecasts_estimate e ON (e.forecast_id, e.forecaster_id) = (f.id, u.id)),
            ordered AS (
                SELECT line, made_at, lag(probability) OVER mine AS before, lag(expires_at) OVER mine AS expires_at
                FROM made WINDOW mine AS (PARTITION BY forecast, forecaster ORDER BY made_at))
            SELECT line FROM ordered WHERE line IS NOT NULL AND (before IS NULL OR expires_at <= made_at))""",
        "'probability: No estimate of theirs stands then, so there is nothing to withdraw.'",
    )


def bring_estimates(work: Bringing, progress: Callable[[str, int], None]) -> None:
    """In batches of lines, so that neither Python nor PostgreSQL holds more than a batch in memory."""
    work.enrol("""
        SELECT forecaster AS name, min(line) AS place FROM incoming_estimates
        WHERE fault IS NULL AND NOT known GROUP BY 1""")
    _date_wordings(work)
    work.run("SET CONSTRAINTS ALL IMMEDIATE")
    work.run("SELECT coalesce(max(line), 0) FROM incoming_estimates")
    (last,) = work.cursor.fetchone()
    for line in range(0, last + 1, BATCH):
        work.cursor.execute(INSERT, {"after": line, "upto": line + BATCH})
        progress("estimates on record", min(line + BATCH, last))
    work.run("""
        INSERT INTO forecasts_citation (estimate_id, evidence_id)
        SELECT e.id, v.id
        FROM incoming_estimates i
        CROSS JOIN jsonb_array_elements(i.evidence) AS cited (item)
        JOIN forecasts_forecast f ON f.slug = i.forecast
        JOIN forecasts_forecaster u ON u.username = i.forecaster
        JOIN forecasts_estimate e ON (e.forecast_id, e.forecaster_id, e.made_at) = (f.id, u.id, i.made_at)
        JOIN forecasts_forecaster a ON a.username = item ->> 0
        JOIN forecasts_evidence v
            ON (v.forecast_id, v.added_by_id, v.added_at, v.url) = (f.id, a.id, (item ->> 1)::timestamptz, item ->> 2)
        WHERE i.fault IS NULL AND NOT i.known AND i.evidence <> '[]' ORDER BY i.line""")


# When each was recorded is said by the database as it happens: a long import must not seem older than it is, or the
# jobs that look for late rows would pass it by.
INSERT = """
    INSERT INTO forecasts_estimate (forecast_id, forecaster_id, wording_id, probability, made_at, expires_at,
        crowd_seen, rationale, via, recorded_at)
    SELECT f.id, u.id, w.id, i.probability, i.made_at, i.expires_at, i.crowd_seen, i.rationale, i.via,
           clock_timestamp()
    FROM incoming_estimates i
    JOIN forecasts_forecast f ON f.slug = i.forecast
    JOIN forecasts_forecaster u ON u.username = i.forecaster
    JOIN dated_wordings w ON w.forecast_id = f.id AND (w.version = i.wording
        OR (i.wording IS NULL AND w.begins <= i.made_at AND i.made_at < w.ends))
    WHERE i.line > %(after)s AND i.line <= %(upto)s AND i.fault IS NULL AND NOT i.known
    ORDER BY i.line"""


def _date_wordings(work: Bringing) -> None:
    """Which wording an estimate's author saw, where the file does not say: the latest by then, at first the first."""
    work.run("DROP TABLE IF EXISTS pg_temp.dated_wordings")
    work.run("""
        CREATE TEMPORARY TABLE dated_wordings ON COMMIT DROP AS
        SELECT id, forecast_id, version, begins,
               coalesce(lead(begins) OVER (PARTITION BY forecast_id ORDER BY version), 'infinity') AS ends
        FROM (SELECT id, forecast_id, version, CASE version WHEN 1 THEN '-infinity' ELSE
                  max(made_at) OVER (PARTITION BY forecast_id ORDER BY version) END AS begins
              FROM forecasts_wording) AS dated""")
    work.run("ANALYZE dated_wordings")


def refuse_strange_forecasts(work: Bringing, table: Table) -> None:
    work.refuse(
        table,
        "NOT EXISTS (SELECT 1 FROM forecasts_forecast f WHERE f.slug = i.forecast)",
        "'forecast: “' || i.forecast || '” is not on record, nor among the forecasts that are taken.'",
    )


def refuse_simulated(work: Bringing, table: Table, who: str) -> None:
    staging.refuse(
        work.cursor,
        table,
        sql.SQL("""i.{} IN (SELECT username FROM forecasts_forecaster WHERE simulated)
            AND i.forecast IN (SELECT slug FROM forecasts_forecast WHERE NOT simulated)""").format(sql.Identifier(who)),
        sql.SQL("{} || ': A simulated forecaster takes part in rehearsals only.'").format(sql.Literal(who)),
    )
