"""Who takes part, and where forecasts are from."""

from forecasts.archive.origins import CLAIMS, COLLECTIONS, FORECASTERS, SOURCES

from .bringing import Bringing


def bring(work: Bringing) -> None:
    for table in (FORECASTERS, SOURCES, COLLECTIONS, CLAIMS):
        work.mark_known(table)
    _bring_forecasters(work)
    work.run("""
        INSERT INTO forecasts_source (slug, title, author, publisher, url, published_on, summary)
        SELECT slug, title, author, publisher, url, published_on, summary
        FROM incoming_sources WHERE fault IS NULL AND NOT known ORDER BY line""")
    work.run("""
        INSERT INTO forecasts_collection (slug, title, description, simulated)
        SELECT slug, title, description, simulated
        FROM incoming_collections WHERE fault IS NULL AND NOT known ORDER BY line""")
    _bring_claims(work)


def _bring_forecasters(work: Bringing) -> None:
    """Accounts in which nobody can sign in, without a role: those belong to an installation, not to the record."""
    work.refuse_look_alikes(FORECASTERS, "name")
    work.refuse_retired(FORECASTERS, "name")
    work.enrol("SELECT name, line AS place FROM incoming_forecasters WHERE fault IS NULL AND NOT known")
    work.run("""
        UPDATE forecasts_forecaster f
        SET is_bot = i.is_bot, simulated = i.simulated, closed_at = i.closed_at,
            date_joined = coalesce(i.joined_at, %(at)s)
        FROM incoming_forecasters i WHERE i.name = f.username AND i.fault IS NULL AND NOT i.known""")


def _bring_claims(work: Bringing) -> None:
    work.refuse(
        CLAIMS,
        "NOT EXISTS (SELECT 1 FROM forecasts_source s WHERE s.slug = i.source)",
        "'source: “' || i.source || '” is not on record, nor among the sources that are taken.'",
    )
    work.refuse(
        CLAIMS,
        """EXISTS (SELECT 1 FROM forecasts_claim c JOIN forecasts_source s ON s.id = c.source_id
                   WHERE s.slug = i.source AND c.position = i.position)
           OR EXISTS (SELECT 1 FROM incoming_claims j WHERE j.source = i.source AND j.position = i.position
                      AND j.line < i.line AND j.fault IS NULL)""",
        "'position: Another claim of its source has this position.'",
    )
    work.run("""
        INSERT INTO forecasts_claim (source_id, key, position, author, premise, section, bullet, restated, hedge_word,
            hedge_low, hedge_high, hedge_scale, hedge_note)
        SELECT s.id, i.key, i.position, i.author, i.premise, i.section, i.bullet, i.restated, i.hedge_word,
               i.hedge_low, i.hedge_high, i.hedge_scale, i.hedge_note
        FROM incoming_claims i JOIN forecasts_source s ON s.slug = i.source
        WHERE i.fault IS NULL AND NOT i.known ORDER BY i.line""")
