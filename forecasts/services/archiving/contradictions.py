"""Resolutions that contradict one another: what the services would refuse, and what conditions do to branches."""

from forecasts.services import resolving

from .bringing import Bringing


def settle(work: Bringing) -> list[int]:
    """Annul or revive the branches that the archive left as their conditions do not allow, by the services' own rules.

    Only what the archive has to do with: new forecasts, and those that got a resolution, with what hangs on them.
    """
    work.run(AT_ODDS)
    conditions = [row[0] for row in work.cursor.fetchall()]
    return [row.pk for row in resolving.settle(conditions)] if conditions else []


def found(work: Bringing, settled: list[int]) -> list[tuple[int, str]]:
    """Lines of new resolutions that cannot stand, each with the reason; `settled` are those that `settle` added."""
    work.cursor.execute(CONTRADICTIONS, {"settled": settled})
    return [(line, reason) for line, reason in work.cursor.fetchall()]


# The conditions of branches that stand although they are void, or are void although nothing makes them so.
AT_ODDS = """
    SELECT DISTINCT f.condition_id
    FROM forecasts_forecast f
    JOIN forecasts_forecast condition ON condition.id = f.condition_id
    JOIN forecasts_resolution c ON c.id = condition.resolution_id
    LEFT JOIN forecasts_resolution r ON r.id = f.resolution_id
    WHERE CASE WHEN c.outcome NOT IN ('reopened', f.condition_outcome) THEN r.outcome IS DISTINCT FROM 'annulled'
          ELSE r.outcome = 'annulled' AND r.cause_id IS NOT NULL END
        AND (f.id IN (SELECT id FROM incoming_forecasts WHERE fault IS NULL AND NOT known)
             OR EXISTS (SELECT 1 FROM incoming_resolutions i
                        WHERE i.forecast IN (f.slug, condition.slug) AND i.fault IS NULL AND NOT i.known))"""

# Of a new row: its predecessor, its cause, its condition and how that stands, and what a person last said before it.
# A branch that was answered while its condition held keeps its answer when the condition is reopened.
CONTRADICTIONS = """
    WITH judged AS (
        SELECT i.line, CASE
            WHEN r.outcome = 'reopened' AND before.outcome = 'reopened'
                THEN 'outcome: It is open again already, so there is nothing to reopen.'
            WHEN r.decided_at < before.decided_at
                THEN 'decided_at: It would be decided before revision ' || before.revision || ', which it follows.'
            WHEN r.decided_at < cause.decided_at
                THEN 'decided_at: It would be decided before its cause.'
            WHEN r.outcome = 'annulled' AND cause.outcome IN ('reopened', f.condition_outcome)
                THEN 'cause: ' || i.cause || ' says ' || cause.outcome || ', which does not annul a branch that needs '
                     || f.condition_outcome || '.'
            WHEN r.outcome <> 'annulled' AND cause.id IS NOT NULL
                    AND (cause.outcome IN ('reopened', f.condition_outcome) AND before.outcome = 'annulled'
                         AND before.cause_id IS NOT NULL
                         AND (r.outcome = 'reopened' OR (said.outcome, said.known_at) = (r.outcome, r.known_at)))
                        IS NOT TRUE
                THEN 'cause: A condition annuls, or revives what it annulled as it was decided before; '
                     'it never answers.'
            WHEN r.outcome IN ('yes', 'no') AND after.id = ANY (%(settled)s) AND after.outcome = 'annulled'
                THEN 'outcome: Its condition “' || condition.slug || '” resolved ' || c.outcome
                     || '; it counts only if that is ' || f.condition_outcome || '.'
            WHEN r.outcome IN ('yes', 'no') AND r.id = f.resolution_id AND cause.id IS NULL
                    AND condition.id IS NOT NULL AND coalesce(c.outcome, 'reopened') = 'reopened'
                    AND NOT EXISTS (
                        SELECT 1 FROM forecasts_resolution held
                        LEFT JOIN forecasts_resolution ended
                            ON ended.forecast_id = held.forecast_id AND ended.revision = held.revision + 1
                        WHERE held.forecast_id = condition.id AND held.outcome = f.condition_outcome
                            AND held.decided_at <= r.decided_at AND ended.decided_at > r.decided_at)
                THEN 'outcome: It counts only if “' || condition.slug || '” resolves ' || f.condition_outcome
                     || ', which is not known. Resolve the condition first.'
            END AS reason
        FROM incoming_resolutions i
        JOIN forecasts_forecast f ON f.slug = i.forecast
        JOIN forecasts_resolution r ON r.forecast_id = f.id AND r.revision = i.revision
        LEFT JOIN forecasts_resolution before ON before.forecast_id = f.id AND before.revision = r.revision - 1
        LEFT JOIN forecasts_resolution after ON after.forecast_id = f.id AND after.revision = r.revision + 1
        LEFT JOIN forecasts_resolution cause ON cause.id = r.cause_id
        LEFT JOIN forecasts_forecast condition ON condition.id = f.condition_id
        LEFT JOIN forecasts_resolution c ON c.id = condition.resolution_id
        LEFT JOIN LATERAL (
            SELECT outcome, known_at FROM forecasts_resolution
            WHERE forecast_id = f.id AND revision < r.revision AND decided_by_id IS NOT NULL
            ORDER BY revision DESC LIMIT 1) said ON r.cause_id IS NOT NULL
        WHERE i.fault IS NULL AND NOT i.known)
    SELECT line, reason FROM judged WHERE reason IS NOT NULL ORDER BY line"""
