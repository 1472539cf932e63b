"""Forecasts with their conditions and pairs, conditions first whatever the order of the file."""

from forecasts.archive import staging
from forecasts.archive.questions import FORECASTS, PAIRS

from . import wordings
from .bringing import Bringing


def bring(work: Bringing) -> None:
    work.mark_known(PAIRS)
    staging.mark_repeated(work.cursor, work.files[FORECASTS.name])
    wordings.judge(work)
    staging.mark_recorded(work.cursor, work.files[FORECASTS.name])
    _refuse_strangers(work)
    _settle_simulated(work)
    _refuse_pairs(work)
    _number(work)
    _put_on_record(work)
    wordings.bring(work)


def _refuse_strangers(work: Bringing) -> None:
    """Claims, collections and authors that are not there."""
    work.refuse_without_account(FORECASTS, "created_by")
    work.refuse(
        FORECASTS,
        """i.claim <> '' AND NOT EXISTS (SELECT 1 FROM forecasts_claim c JOIN forecasts_source s ON s.id = c.source_id
            WHERE s.slug = i.source AND c.key = i.claim)""",
        "'claim: “' || i.claim || '” of “' || i.source || '” is not on record, nor among the claims that are taken.'",
    )
    work.refuse(
        FORECASTS,
        "EXISTS (SELECT unnest(i.collections) EXCEPT SELECT slug FROM forecasts_collection)",
        """'collections: “' || (SELECT min(slug) FROM (SELECT unnest(i.collections) AS slug
               EXCEPT SELECT slug FROM forecasts_collection) AS lacking)
           || '” is not on record, nor among the collections that are taken.'""",
    )


def _settle_simulated(work: Bringing) -> None:
    """A forecast is simulated as its collections are, and as its condition is; never half."""
    work.refuse(
        FORECASTS,
        """(SELECT count(DISTINCT c.simulated) + count(DISTINCT c.simulated) FILTER (WHERE c.simulated <> i.simulated)
            FROM forecasts_collection c WHERE c.slug = ANY (i.collections)) > 1""",
        "'simulated: A forecast is in simulated collections or in real ones, never in both, and is what they are.'",
    )
    work.run("""
        UPDATE incoming_forecasts i SET simulated = EXISTS (
            SELECT 1 FROM forecasts_collection c WHERE c.slug = ANY (i.collections) AND c.simulated)
        WHERE i.simulated IS NULL AND i.fault IS NULL AND NOT i.known""")
    work.refuse(
        FORECASTS,
        """i.simulated <> coalesce(
            (SELECT c.simulated FROM forecasts_forecast c WHERE c.slug = i.condition),
            (SELECT c.simulated FROM incoming_forecasts c WHERE c.slug = i.condition AND c.fault IS NULL
                AND NOT c.known), i.simulated)""",
        "'condition: A simulated forecast and a real one cannot depend on each other.'",
    )


def _refuse_pairs(work: Bringing) -> None:
    """Branches that do not fit their pair. A pair that nothing describes is made from its branches."""
    work.refuse(
        FORECASTS,
        """i.pair <> '' AND i.condition <> coalesce(
            (SELECT f.slug FROM forecasts_pair p JOIN forecasts_forecast f ON f.id = p.condition_id
             WHERE p.slug = i.pair),
            (SELECT p.condition FROM incoming_pairs p WHERE p.slug = i.pair AND p.fault IS NULL AND NOT p.known),
            (SELECT j.condition FROM incoming_forecasts j WHERE j.pair = i.pair AND j.fault IS NULL
             ORDER BY j.line LIMIT 1), i.condition)""",
        "'pair: “' || i.pair || '” is on another condition.'",
    )
    work.refuse(
        FORECASTS,
        """i.pair <> '' AND EXISTS (SELECT 1 FROM incoming_pairs p WHERE p.slug = i.pair AND p.fault IS NOT NULL)
           AND NOT EXISTS (SELECT 1 FROM incoming_pairs p WHERE p.slug = i.pair AND p.fault IS NULL)""",
        "'pair: The row of “' || i.pair || '” in pairs.csv is refused.'",
    )
    work.refuse(
        FORECASTS,
        """i.pair <> '' AND (
            EXISTS (SELECT 1 FROM forecasts_pair p JOIN forecasts_forecast f ON f.pair_id = p.id
                    WHERE p.slug = i.pair AND f.condition_outcome = i.condition_outcome)
            OR EXISTS (SELECT 1 FROM incoming_forecasts j WHERE j.pair = i.pair AND j.fault IS NULL AND NOT j.known
                       AND j.condition_outcome = i.condition_outcome AND j.line < i.line))""",
        "'pair: “' || i.pair || '” has a branch for this outcome already.'",
    )


def _number(work: Bringing) -> None:
    """Give new forecasts their ids: in file order, only that a condition comes before its branches."""
    work.run("""
        WITH RECURSIVE chain (line, slug, place, depth) AS (
            SELECT i.line, i.slug, i.line, 0 FROM incoming_forecasts i
            WHERE i.fault IS NULL AND NOT i.known AND (i.condition = '' OR EXISTS (
                SELECT 1 FROM forecasts_forecast f WHERE f.slug = i.condition))
            UNION ALL
            SELECT i.line, i.slug, greatest(i.line, chain.place), chain.depth + 1
            FROM chain JOIN incoming_forecasts i ON i.condition = chain.slug
            WHERE i.fault IS NULL AND NOT i.known)
        UPDATE incoming_forecasts i SET id = numbered.id
        FROM (SELECT line, nextval(pg_get_serial_sequence('forecasts_forecast', 'id')) AS id
              FROM (SELECT line FROM chain ORDER BY place, depth, line) AS ordered) AS numbered
        WHERE numbered.line = i.line""")
    work.refuse(
        FORECASTS,
        "i.id IS NULL",
        "'condition: “' || i.condition || '” is not on record, nor among the forecasts that are taken.'",
    )
    work.run("""
        UPDATE incoming_pairs i SET id = f.id
        FROM (SELECT slug, id FROM forecasts_forecast
              UNION ALL SELECT slug, id FROM incoming_forecasts WHERE fault IS NULL AND NOT known) f
        WHERE f.slug = i.condition AND i.fault IS NULL AND NOT i.known""")
    work.refuse(
        PAIRS,
        "i.id IS NULL",
        "'condition: “' || i.condition || '” is not on record, nor among the forecasts that are taken.'",
    )


def _put_on_record(work: Bringing) -> None:
    """Pairs first: their key to the condition is only looked at later, that of a branch to its pair at once."""
    work.enrol("""
        SELECT coalesce(created_by, %(by)s) AS name, min(line) AS place FROM incoming_forecasts
        WHERE fault IS NULL AND NOT known GROUP BY 1""")
    work.run("""
        INSERT INTO forecasts_pair (slug, title, condition_id)
        SELECT slug, coalesce(title, slug), id FROM incoming_pairs WHERE fault IS NULL AND NOT known ORDER BY line""")
    work.run("""
        INSERT INTO forecasts_pair (slug, title, condition_id)
        SELECT DISTINCT ON (i.pair) i.pair, i.pair, coalesce(c.id, f.id)
        FROM incoming_forecasts i
        LEFT JOIN incoming_forecasts c ON c.slug = i.condition AND c.fault IS NULL AND NOT c.known
        LEFT JOIN forecasts_forecast f ON f.slug = i.condition
        WHERE i.pair <> '' AND i.fault IS NULL AND NOT i.known
            AND NOT EXISTS (SELECT 1 FROM forecasts_pair p WHERE p.slug = i.pair)""")
    work.run("""
        INSERT INTO forecasts_forecast (id, slug, claim_id, part, hedged, predicts, position, tags, simulated,
            condition_id, condition_outcome, pair_id, reveal_at, programs_in_crowd, created_by_id, created_at, version,
            question, opens_at, closes_at, resolve_by, spot_at)
        SELECT i.id, i.slug, cl.id, i.part, i.hedged, i.predicts, i.position, i.tags, i.simulated,
               coalesce(c.id, f.id), i.condition_outcome, p.id, i.reveal_at, i.programs_in_crowd, u.id,
               coalesce(i.created_at, %(at)s), 1, i.question, i.opens_at, i.closes_at,
               coalesce(i.resolve_by, i.closes_at), i.spot_at
        FROM incoming_forecasts i
        JOIN forecasts_forecaster u ON u.username = coalesce(i.created_by, %(by)s)
        LEFT JOIN incoming_forecasts c ON c.slug = i.condition AND c.fault IS NULL AND NOT c.known
        LEFT JOIN forecasts_forecast f ON f.slug = i.condition
        LEFT JOIN forecasts_pair p ON p.slug = i.pair
        LEFT JOIN (forecasts_claim cl JOIN forecasts_source s ON s.id = cl.source_id)
            ON s.slug = i.source AND cl.key = i.claim
        WHERE i.fault IS NULL AND NOT i.known ORDER BY i.id""")
    work.run("""
        INSERT INTO forecasts_forecast_collections (forecast_id, collection_id)
        SELECT i.id, c.id FROM incoming_forecasts i JOIN forecasts_collection c ON c.slug = ANY (i.collections)
        WHERE i.fault IS NULL AND NOT i.known ORDER BY i.id, c.id""")
