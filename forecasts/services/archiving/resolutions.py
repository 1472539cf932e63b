"""Resolutions, each after the one that it revises and after the one that caused it."""

from django.db import transaction

from forecasts.archive.questions import RESOLUTIONS

from . import contradictions
from .bringing import Bringing


def bring(work: Bringing) -> int:
    """Put them on record once they are numbered, and return how many further ones settle the branches of conditions."""
    work.mark_known(RESOLUTIONS)
    _refuse_strangers(work)
    _refuse_to_come(work)
    while (settled := _try(work)) is None:
        pass
    return settled


def _try(work: Bringing) -> int | None:
    """Put on record what is not refused. Where that contradicts itself it is taken back, and what is at fault refused.

    Whether a row agrees with its condition shows only when all are there; and one less can be another's fault.
    """
    savepoint = transaction.savepoint()
    _put_on_record(work)
    settled = contradictions.settle(work)
    if found := contradictions.found(work, settled):
        transaction.savepoint_rollback(savepoint)
        work.refuse_lines(RESOLUTIONS, found)
        return None
    transaction.savepoint_commit(savepoint)
    return len(settled)


def _refuse_strangers(work: Bringing) -> None:
    work.refuse_without_account(RESOLUTIONS, "decided_by")
    work.refuse(
        RESOLUTIONS,
        "NOT EXISTS (SELECT 1 FROM forecasts_forecast f WHERE f.slug = i.forecast)",
        "'forecast: “' || i.forecast || '” is not on record, nor among the forecasts that are taken.'",
    )
    work.refuse(
        RESOLUTIONS,
        """i.cause <> '' AND split_part(i.cause, '#', 1) IS DISTINCT FROM (
            SELECT c.slug FROM forecasts_forecast f JOIN forecasts_forecast c ON c.id = f.condition_id
            WHERE f.slug = i.forecast)""",
        "'cause: The cause is a resolution of its condition, as slug#revision.'",
    )


def number(work: Bringing) -> None:
    """Without revisions file order counts, from 1; so that the same file twice names the same."""
    work.refuse(
        RESOLUTIONS,
        """i.revision IS NULL AND EXISTS (
            SELECT 1 FROM incoming_resolutions j WHERE j.forecast = i.forecast AND j.revision IS NOT NULL)""",
        "'revision: Other rows of its forecast have one. Give all of them a revision, or none.'",
    )
    work.run("""
        UPDATE incoming_resolutions i SET revision = numbered.revision
        FROM (SELECT line, row_number() OVER (PARTITION BY forecast ORDER BY line) AS revision
              FROM incoming_resolutions WHERE revision IS NULL) numbered
        WHERE numbered.line = i.line""")
    work.refuse(
        RESOLUTIONS,
        "i.revision = 1 AND i.outcome = 'reopened'",
        "'outcome: There is no resolution before it to reopen.'",
    )


def _refuse_to_come(work: Bringing) -> None:
    """Nothing is known or decided later than now; but a case may be worked ahead.

    There the answer is given for the close itself, and to a forecast that is not closed yet. That cannot be wrong
    about when the answer was known, since what accrues ends with the close anyway.
    """
    work.refuse(
        RESOLUTIONS,
        """(i.known_at > %(at)s OR i.decided_at > %(at)s) AND NOT (i.outcome IN ('yes', 'no') AND i.known_at > %(at)s
            AND coalesce(i.decided_at, i.known_at) = i.known_at
            AND EXISTS (SELECT 1 FROM forecasts_forecast f WHERE f.slug = i.forecast AND f.closes_at = i.known_at))""",
        "CASE WHEN i.known_at > %(at)s THEN 'known_at' ELSE 'decided_at' END || ': It lies in the future. "
        "Only a case that is worked ahead is answered then, known and decided at the very close of its forecast.'",
    )


def _put_on_record(work: Bringing) -> None:
    """Round by round, each of what the rounds before it made possible: triggers look at every row that went before."""
    work.enrol("""
        SELECT coalesce(decided_by, %(by)s) AS name, min(line) AS place FROM incoming_resolutions
        WHERE fault IS NULL AND NOT known AND cause = '' GROUP BY 1""")
    while work.run("""
        WITH made AS (
            INSERT INTO forecasts_resolution (forecast_id, revision, outcome, known_at, decided_at, decided_by_id,
                reason, links, cause_id)
            SELECT f.id, i.revision, i.outcome, i.known_at,
                   coalesce(i.decided_at, greatest(i.known_at, %(at)s)), u.id, i.reason, coalesce(i.links, '{}'), c.id
            FROM incoming_resolutions i
            JOIN forecasts_forecast f ON f.slug = i.forecast
            LEFT JOIN forecasts_resolution current ON current.id = f.resolution_id
            LEFT JOIN forecasts_forecaster u ON u.username = coalesce(i.decided_by, %(by)s) AND i.cause = ''
            LEFT JOIN (forecasts_resolution c JOIN forecasts_forecast cf ON cf.id = c.forecast_id)
                ON cf.slug || '#' || c.revision = i.cause
            WHERE i.fault IS NULL AND NOT i.known AND i.revision = coalesce(current.revision, 0) + 1
                AND (i.cause = '' OR c.id IS NOT NULL)
            ORDER BY i.line
            RETURNING forecast_id, revision)
        UPDATE incoming_resolutions i SET id = made.revision
        FROM made JOIN forecasts_forecast f ON f.id = made.forecast_id
        WHERE f.slug = i.forecast AND i.revision = made.revision AND i.fault IS NULL AND NOT i.known"""):
        pass
    work.refuse(
        RESOLUTIONS,
        "i.id IS NULL",
        "'revision: What it follows is not on record: revision ' || i.revision - 1 "
        "|| CASE WHEN i.cause <> '' THEN ', or its cause.' ELSE '.' END",
    )
