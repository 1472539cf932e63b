"""Notes, each after the one that it answers, and what of them is withheld."""

from forecasts.archive.discussions import NOTES, WITHHOLDINGS

from .bringing import Bringing
from .estimates import refuse_strange_forecasts


def check(work: Bringing) -> None:
    """While the estimates that notes go with are checked and not on record yet."""
    work.mark_known(NOTES)
    work.refuse_without_account(NOTES, "author")
    refuse_strange_forecasts(work, NOTES)
    work.refuse(
        NOTES,
        "i.author IN (SELECT username FROM forecasts_forecaster WHERE simulated)",
        "'author: A simulated forecaster writes no notes.'",
    )
    work.refuse(NOTES, "i.made_at > %(at)s", "'made_at: It lies in the future.'")
    work.refuse(
        NOTES,
        """i.estimate IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM forecasts_estimate e JOIN forecasts_forecast f ON f.id = e.forecast_id
                JOIN forecasts_forecaster u ON u.id = e.forecaster_id
                WHERE (f.slug, u.username, e.made_at) = (i.forecast, i.author, i.estimate))
            AND NOT EXISTS (SELECT 1 FROM incoming_estimates e WHERE e.fault IS NULL
                AND (e.forecast, e.forecaster, e.made_at) = (i.forecast, i.author, i.estimate))""",
        "'estimate: Its author made none then on its forecast, on record or among those that are taken.'",
    )
    _number(work)
    _refuse_strange_replies(work)
    _check_withholdings(work)


def _number(work: Bringing) -> None:
    """Give each note its id before any is on record, so that replies can name what comes with them."""
    work.run("""
        UPDATE incoming_notes i SET id = r.note_id
        FROM (SELECT n.id AS note_id, f.slug AS forecast, u.username AS author, n.made_at FROM forecasts_note n
              JOIN forecasts_forecast f ON f.id = n.forecast_id
              JOIN forecasts_forecaster u ON u.id = n.author_id) r
        WHERE i.known AND (r.forecast, r.author, r.made_at) = (i.forecast, i.author, i.made_at)""")
    work.run("""
        UPDATE incoming_notes i SET id = numbered.id
        FROM (SELECT line, nextval(pg_get_serial_sequence('forecasts_note', 'id')) AS id
              FROM (SELECT line FROM incoming_notes WHERE fault IS NULL AND NOT known
                    ORDER BY made_at, line) fresh) numbered
        WHERE numbered.line = i.line""")


# Each note that is taken with the one that began its thread, from those that answer nothing or a note on record.
THREADED = """
    WITH RECURSIVE recorded AS (
        SELECT n.id, coalesce(n.thread_id, n.id) AS thread_id, n.is_private, f.slug AS forecast, u.username AS author,
               n.made_at
        FROM forecasts_note n JOIN forecasts_forecast f ON f.id = n.forecast_id
        JOIN forecasts_forecaster u ON u.id = n.author_id
        WHERE EXISTS (SELECT 1 FROM incoming_notes)),
    fresh AS (SELECT * FROM incoming_notes WHERE fault IS NULL AND NOT known),
    threaded (id, line, thread_id, reply_to_id, depth) AS (
        SELECT id, line, id, NULL::bigint, 0 FROM fresh WHERE reply_to = '[]'
        UNION ALL
        SELECT i.id, i.line, r.thread_id, r.id, 0 FROM fresh i JOIN recorded r
            ON (r.forecast, r.author, r.made_at) = (i.forecast, i.reply_to ->> 0, (i.reply_to ->> 1)::timestamptz)
            AND NOT r.is_private AND r.made_at <= i.made_at
        WHERE i.reply_to <> '[]'
        UNION ALL
        SELECT i.id, i.line, t.thread_id, p.id, t.depth + 1
        FROM threaded t JOIN fresh p ON p.id = t.id JOIN fresh i
            ON (p.forecast, p.author, p.made_at) = (i.forecast, i.reply_to ->> 0, (i.reply_to ->> 1)::timestamptz)
            AND NOT p.is_private AND p.made_at <= i.made_at AND p.id <> i.id
        WHERE i.reply_to <> '[]')
"""


def _refuse_strange_replies(work: Bringing) -> None:
    """Whatever leads to no beginning: no such note, a private one, a later one, one that is refused, a circle."""
    work.cursor.execute(THREADED + "SELECT array_agg(line) FROM threaded")  # noqa: S608  # written above
    (reached,) = work.cursor.fetchone()
    work.cursor.execute(
        """
        UPDATE incoming_notes i SET fault =
            'reply_to: It names no earlier public note on its forecast, on record or among those that are taken.'
        WHERE i.fault IS NULL AND NOT i.known AND i.line <> ALL (%s::integer[])""",
        [reached or []],
    )


def _check_withholdings(work: Bringing) -> None:
    work.run("UPDATE incoming_withholdings SET decided_by = %(by)s WHERE decided_by IS NULL AND fault IS NULL")
    work.run("UPDATE incoming_withholdings SET decided_at = %(at)s WHERE decided_at IS NULL AND fault IS NULL")
    work.mark_known(WITHHOLDINGS)
    work.refuse_without_account(WITHHOLDINGS, "decided_by")
    work.refuse(WITHHOLDINGS, "i.decided_at > %(at)s", "'decided_at: It lies in the future.'")
    work.refuse(
        WITHHOLDINGS,
        """NOT EXISTS (
                SELECT 1 FROM forecasts_note n JOIN forecasts_forecast f ON f.id = n.forecast_id
                JOIN forecasts_forecaster u ON u.id = n.author_id
                WHERE (f.slug, u.username, n.made_at) = (i.forecast, i.author, i.made_at) AND NOT n.is_private)
            AND NOT EXISTS (SELECT 1 FROM incoming_notes n WHERE n.fault IS NULL AND NOT n.is_private
                AND (n.forecast, n.author, n.made_at) = (i.forecast, i.author, i.made_at))""",
        "'forecast, author, made_at: No public note is named by them, on record or among those that are taken.'",
    )
    work.refuse(
        WITHHOLDINGS,
        "i.revision = 1 AND NOT i.withheld",
        "'withheld: Nothing is withheld before it that could be shown again.'",
    )
    _refuse_gaps(work)


def _refuse_gaps(work: Bringing) -> None:
    """Of each note the revisions count from 1 without a gap; what follows a gap falls with it."""
    work.refuse(
        WITHHOLDINGS,
        """i.line IN (
            WITH known AS (
                SELECT f.slug AS forecast, u.username AS author, n.made_at, w.revision, NULL::integer AS line
                FROM forecasts_withholding w JOIN forecasts_note n ON n.id = w.note_id
                JOIN forecasts_forecast f ON f.id = n.forecast_id JOIN forecasts_forecaster u ON u.id = n.author_id
                UNION ALL
                SELECT forecast, author, made_at, revision, line FROM incoming_withholdings
                WHERE fault IS NULL AND NOT known)
            SELECT line FROM (SELECT line, revision, row_number() OVER (
                PARTITION BY forecast, author, made_at ORDER BY revision) AS place FROM known) AS placed
            WHERE line IS NOT NULL AND revision <> place)""",
        "'revision: One before it is missing.'",
    )


def bring(work: Bringing) -> None:
    """Put on record what is taken, once the estimates are. Parents go first: a trigger looks for them."""
    for named in (
        "SELECT author AS name, min(line) AS place FROM incoming_notes WHERE fault IS NULL AND NOT known GROUP BY 1",
        """SELECT decided_by AS name, min(line) AS place FROM incoming_withholdings
           WHERE fault IS NULL AND NOT known GROUP BY 1""",
    ):
        work.enrol(named)
    work.cursor.execute(
        THREADED  # noqa: S608  # written above
        + """
        INSERT INTO forecasts_note (id, forecast_id, author_id, made_at, text, is_private, reply_to_id, thread_id,
            estimate_id, recorded_at)
        SELECT i.id, f.id, u.id, i.made_at, i.text, i.is_private, t.reply_to_id,
               CASE WHEN t.reply_to_id IS NOT NULL THEN t.thread_id END, e.id, clock_timestamp()
        FROM threaded t
        JOIN fresh i ON i.id = t.id
        JOIN forecasts_forecast f ON f.slug = i.forecast
        JOIN forecasts_forecaster u ON u.username = i.author
        LEFT JOIN forecasts_estimate e ON (e.forecast_id, e.forecaster_id, e.made_at) = (f.id, u.id, i.estimate)
        ORDER BY t.depth, i.made_at, i.id"""
    )
    work.run("""
        INSERT INTO forecasts_withholding (note_id, revision, withheld, decided_by_id, decided_at, reason)
        SELECT n.id, i.revision, i.withheld, d.id, i.decided_at, i.reason
        FROM incoming_withholdings i
        JOIN forecasts_forecast f ON f.slug = i.forecast
        JOIN forecasts_forecaster u ON u.username = i.author
        JOIN forecasts_note n ON (n.forecast_id, n.author_id, n.made_at) = (f.id, u.id, i.made_at)
        JOIN forecasts_forecaster d ON d.username = i.decided_by
        WHERE i.fault IS NULL AND NOT i.known ORDER BY n.id, i.revision""")
