"""What people brought along from elsewhere, from an archive: beside the record, as it was brought."""

from typing import Final, LiteralString

from forecasts.archive.elsewhere import (
    ELSEWHERE,
    IMPORTED_ESTIMATES,
    IMPORTED_FORECASTS,
    IMPORTED_OUTCOMES,
)
from forecasts.archive.tables import Table

from .bringing import Bringing

# Of each file, the time that must have passed.
PAST: Final[tuple[tuple[Table, LiteralString], ...]] = (
    (IMPORTED_ESTIMATES, "made_at"),
    (IMPORTED_OUTCOMES, "known_at"),
)


def check(work: Bringing) -> None:
    """Nothing else depends on it, so the files are checked one after the other."""
    _fill_in(work)
    for table in ELSEWHERE:
        work.mark_known(table)
        work.refuse_without_account(table, "forecaster")
        work.refuse(
            table,
            "i.forecaster IN (SELECT username FROM forecasts_forecaster WHERE closed_at IS NOT NULL)",
            "'forecaster: The account is closed, and what it brought along went with it.'",
        )
    for table, name in PAST:
        work.refuse(table, f"i.{name} > %(at)s", f"'{name}: It lies in the future.'")
    work.refuse(
        IMPORTED_FORECASTS,
        """NOT EXISTS (SELECT 1 FROM forecasts_importedrecord r JOIN forecasts_forecaster u ON u.id = r.owner_id
                WHERE (u.username, r.origin) = (i.forecaster, i.origin))
            AND NOT EXISTS (SELECT 1 FROM incoming_imported_records r WHERE r.fault IS NULL
                AND (r.forecaster, r.origin) = (i.forecaster, i.origin))""",
        "'forecaster, origin: No record is named by them, here or in imported_records.csv.'",
    )
    for table in (IMPORTED_ESTIMATES, IMPORTED_OUTCOMES):
        _refuse_strange(work, table)
    _refuse_gaps(work)


def _fill_in(work: Bringing) -> None:
    work.run("UPDATE incoming_imported_records SET begun_at = %(at)s WHERE begun_at IS NULL")
    for table in (IMPORTED_FORECASTS, IMPORTED_ESTIMATES, IMPORTED_OUTCOMES):
        filling: LiteralString = "UPDATE incoming_{} SET brought_at = %(at)s WHERE brought_at IS NULL"
        work.run(filling.format(table.name))


def _refuse_strange(work: Bringing, table: Table) -> None:
    work.refuse(
        table,
        """NOT EXISTS (SELECT 1 FROM forecasts_importedforecast f
                JOIN forecasts_importedrecord r ON r.id = f.record_id JOIN forecasts_forecaster u ON u.id = r.owner_id
                WHERE (u.username, r.origin, f.key) = (i.forecaster, i.origin, i.key))
            AND NOT EXISTS (SELECT 1 FROM incoming_imported_forecasts f WHERE f.fault IS NULL
                AND (f.forecaster, f.origin, f.key) = (i.forecaster, i.origin, i.key))""",
        "'forecaster, origin, key: No question is named by them, here or in imported_forecasts.csv.'",
    )


def _refuse_gaps(work: Bringing) -> None:
    """Of each question the revisions count from 1 without a gap; what follows a gap falls with it."""
    work.refuse(
        IMPORTED_OUTCOMES,
        """i.line IN (
            WITH known AS (
                SELECT u.username AS forecaster, r.origin, f.key, o.revision, NULL::integer AS line
                FROM forecasts_importedoutcome o JOIN forecasts_importedforecast f ON f.id = o.forecast_id
                JOIN forecasts_importedrecord r ON r.id = f.record_id JOIN forecasts_forecaster u ON u.id = r.owner_id
                UNION ALL
                SELECT forecaster, origin, key, revision, line FROM incoming_imported_outcomes
                WHERE fault IS NULL AND NOT known)
            SELECT line FROM (SELECT line, revision, row_number() OVER (
                PARTITION BY forecaster, origin, key ORDER BY revision) AS place FROM known) AS placed
            WHERE line IS NOT NULL AND revision <> place)""",
        "'revision: One before it is missing.'",
    )


def bring(work: Bringing) -> None:
    work.enrol("""SELECT forecaster AS name, min(line) AS place FROM incoming_imported_records
        WHERE fault IS NULL AND NOT known GROUP BY 1""")
    work.run("""
        INSERT INTO forecasts_importedrecord (owner_id, origin, is_public, begun_at)
        SELECT u.id, i.origin, i.is_public, i.begun_at
        FROM incoming_imported_records i JOIN forecasts_forecaster u ON u.username = i.forecaster
        WHERE i.fault IS NULL AND NOT i.known ORDER BY i.line""")
    work.run("""
        INSERT INTO forecasts_importedforecast
            (record_id, key, question, background, url, opened_at, closes_at, remark, brought_at)
        SELECT r.id, i.key, i.question, i.background, i.url, i.opened_at, i.closes_at, i.remark, i.brought_at
        FROM incoming_imported_forecasts i JOIN forecasts_forecaster u ON u.username = i.forecaster
        JOIN forecasts_importedrecord r ON (r.owner_id, r.origin) = (u.id, i.origin)
        WHERE i.fault IS NULL AND NOT i.known ORDER BY i.line""")
    work.run("""
        INSERT INTO forecasts_importedestimate (forecast_id, made_at, probability, rationale, remark, brought_at)
        SELECT f.id, i.made_at, i.probability, i.rationale, i.remark, i.brought_at
        FROM incoming_imported_estimates i JOIN forecasts_forecaster u ON u.username = i.forecaster
        JOIN forecasts_importedrecord r ON (r.owner_id, r.origin) = (u.id, i.origin)
        JOIN forecasts_importedforecast f ON (f.record_id, f.key) = (r.id, i.key)
        WHERE i.fault IS NULL AND NOT i.known ORDER BY i.line""")
    work.run("""
        INSERT INTO forecasts_importedoutcome (forecast_id, revision, outcome, known_at, brought_at)
        SELECT f.id, i.revision, i.outcome, i.known_at, i.brought_at
        FROM incoming_imported_outcomes i JOIN forecasts_forecaster u ON u.username = i.forecaster
        JOIN forecasts_importedrecord r ON (r.owner_id, r.origin) = (u.id, i.origin)
        JOIN forecasts_importedforecast f ON (f.record_id, f.key) = (r.id, i.key)
        WHERE i.fault IS NULL AND NOT i.known ORDER BY f.id, i.revision""")
