"""The words of forecasts: which of two files rules, and putting them on record."""

from psycopg import sql

from forecasts.archive.questions import FORECASTS, QUESTION, WORDINGS
from forecasts.archive.staging import differing

from .bringing import Bringing


def judge(work: Bringing) -> None:
    """Check wordings, then that the forecasts' own text agrees with them."""
    work.mark_known(WORDINGS)
    work.refuse_without_account(WORDINGS, "author")
    work.refuse(
        WORDINGS,
        """i.version > 1 + (SELECT count(*) FROM incoming_wordings j WHERE j.forecast = i.forecast
               AND j.version < i.version AND j.fault IS NULL AND NOT j.known)
             + coalesce((SELECT f.version FROM forecasts_forecast f WHERE f.slug = i.forecast), 0)""",
        "'version: A version before it is missing.'",
    )
    _refuse_once_known(work)
    work.refuse(
        FORECASTS,
        "EXISTS (SELECT 1 FROM incoming_wordings w WHERE w.forecast = i.slug AND w.fault IS NOT NULL)",
        """'Its wording in line ' || (SELECT min(w.line) FROM incoming_wordings w
               WHERE w.forecast = i.slug AND w.fault IS NOT NULL) || ' of wordings.csv is refused.'""",
    )
    _refuse_other_texts(work)


def _refuse_once_known(work: Bringing) -> None:
    """A wording is made while the answer is unknown, or it could be made to fit; a copy has to agree with that.

    Decisions count whether they are on record or in the archive, each from its instant to that of the next.
    """
    work.refuse(
        WORDINGS,
        """i.version > 1 AND EXISTS (
            SELECT 1 FROM forecasts_forecast f JOIN forecasts_resolution r ON r.id = f.resolution_id
            WHERE f.slug = i.forecast AND r.outcome <> 'reopened'
                AND (i.opens_at, i.closes_at, coalesce(i.resolve_by, i.closes_at), i.spot_at)
                    IS DISTINCT FROM (f.opens_at, f.closes_at, f.resolve_by, f.spot_at))""",
        "'version: Its forecast is resolved, and this has other times. Reopen it before it is worded anew.'",
    )
    work.refuse(
        WORDINGS,
        """i.version > 1 AND EXISTS (
            SELECT 1 FROM (
                SELECT forecast, outcome, decided_at,
                       lead(decided_at, 1, 'infinity') OVER (PARTITION BY forecast ORDER BY revision) AS until
                FROM (SELECT forecast, revision, outcome, coalesce(decided_at, greatest(known_at, %(at)s)) AS decided_at
                      FROM incoming_resolutions WHERE fault IS NULL
                      UNION
                      SELECT f.slug, r.revision, r.outcome, r.decided_at FROM forecasts_resolution r
                      JOIN forecasts_forecast f ON f.id = r.forecast_id
                      WHERE f.slug IN (SELECT forecast FROM incoming_wordings)
                          AND NOT EXISTS (SELECT 1 FROM incoming_resolutions j WHERE j.fault IS NULL
                                          AND (j.forecast, j.revision) = (f.slug, r.revision))) AS decisions) AS held
            WHERE held.forecast = i.forecast AND held.outcome <> 'reopened'
                AND held.decided_at < coalesce(i.made_at, %(at)s) AND held.until > coalesce(i.made_at, %(at)s))""",
        "'made_at: Its forecast was resolved then, and a question is worded while its answer is unknown.'",
    )


def _refuse_other_texts(work: Bringing) -> None:
    """Where there are wordings they rule: the text of a forecast is that of the latest, or of the first."""
    staged = work.files[FORECASTS.name]
    work.cursor.execute(
        sql.SQL("""
            WITH texts AS (
                SELECT forecast, version, {columns} FROM incoming_wordings WHERE fault IS NULL AND NOT known
                UNION ALL
                SELECT forecast, version, {columns} FROM ({recorded}) w
                WHERE forecast IN (SELECT slug FROM incoming_forecasts)),
            ends AS (SELECT *, max(version) OVER (PARTITION BY forecast) AS latest FROM texts),
            judged AS (
                SELECT i.line, r.latest, {differing} AS differing, r.version
                FROM incoming_forecasts i JOIN ends r ON r.forecast = i.slug AND r.version IN (1, r.latest)
                WHERE i.fault IS NULL)
            UPDATE incoming_forecasts i
            SET fault = 'Its wording ' || judged.latest || ' has another ' || judged.differing
                || ', and wordings rule. Make the row agree.'
            FROM judged WHERE judged.line = i.line AND judged.version = judged.latest
                AND NOT EXISTS (SELECT 1 FROM judged j WHERE j.line = i.line AND j.differing = '')""").format(
            columns=sql.SQL(", ").join(map(sql.Identifier, QUESTION)),
            recorded=sql.SQL(WORDINGS.query),
            differing=differing(staged, [FORECASTS.column(name) for name in QUESTION]),
        )
    )


def bring(work: Bringing) -> None:
    """Put the wordings of forecasts that are on record by now there as well, and bring the copies up to the latest."""
    work.refuse(
        WORDINGS,
        "NOT EXISTS (SELECT 1 FROM forecasts_forecast f WHERE f.slug = i.forecast)",
        "'forecast: “' || i.forecast || '” is not on record, nor among the forecasts that are taken.'",
    )
    work.enrol("""
        SELECT coalesce(author, %(by)s) AS name, min(line) AS place FROM incoming_wordings
        WHERE fault IS NULL AND NOT known GROUP BY 1""")
    work.run("""
        INSERT INTO forecasts_wording (forecast_id, version, question, background, criteria, sources, fallback,
            annulled_if, known_at_rule, opens_at, closes_at, resolve_by, spot_at, author_id, made_at, reason)
        SELECT f.id, i.version, i.question, i.background, i.criteria, i.sources, i.fallback,
               i.annulled_if, i.known_at_rule, i.opens_at, i.closes_at, coalesce(i.resolve_by, i.closes_at), i.spot_at,
               u.id, coalesce(i.made_at, CASE i.version WHEN 1 THEN f.created_at ELSE %(at)s END), i.reason
        FROM incoming_wordings i
        JOIN forecasts_forecast f ON f.slug = i.forecast
        JOIN forecasts_forecaster u ON u.username = coalesce(i.author, %(by)s)
        WHERE i.fault IS NULL AND NOT i.known ORDER BY f.id, i.version""")
    work.run("""
        INSERT INTO forecasts_wording (forecast_id, version, question, background, criteria, sources, fallback,
            annulled_if, known_at_rule, opens_at, closes_at, resolve_by, spot_at, author_id, made_at, reason)
        SELECT f.id, 1, i.question, i.background, i.criteria, '{}', '',
               '', '', f.opens_at, f.closes_at, f.resolve_by, f.spot_at, f.created_by_id, f.created_at, ''
        FROM incoming_forecasts i JOIN forecasts_forecast f ON f.id = i.id
        WHERE i.fault IS NULL AND NOT i.known
            AND NOT EXISTS (SELECT 1 FROM forecasts_wording w WHERE w.forecast_id = f.id) ORDER BY f.id""")
    work.run("""
        UPDATE forecasts_forecast f
        SET version = w.version, question = w.question, opens_at = w.opens_at, closes_at = w.closes_at,
            resolve_by = w.resolve_by, spot_at = w.spot_at
        FROM (SELECT DISTINCT ON (forecast_id) * FROM forecasts_wording WHERE forecast_id IN (
                  SELECT n.id FROM forecasts_forecast n JOIN incoming_wordings i ON i.forecast = n.slug
                  WHERE i.fault IS NULL AND NOT i.known)
              ORDER BY forecast_id, version DESC) w
        WHERE w.forecast_id = f.id""")
