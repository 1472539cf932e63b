"""Triggers that note every forecast of which what it adds to the totals may have changed; and notes for what is there.

A note is a row of its own, never an update of a shared one, so that no writer waits for the job that reads them.
"""

from django.db import migrations

# A forecast that never resolved adds nothing, so a change of its own row needs no note. What is said of it in other
# tables does: it may be resolved, scored and folded before that change commits, and nobody would look again.
NOTE = """
CREATE FUNCTION tracker_note_forecast() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tracker_recount (forecast) VALUES (NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER tracker_note AFTER UPDATE ON forecasts_forecast FOR EACH ROW
    WHEN (NEW.resolution_id IS NOT NULL AND
          (NEW.resolution_id, NEW.closes_at, NEW.resolve_by, NEW.tags, NEW.claim_id, NEW.simulated)
          IS DISTINCT FROM
          (OLD.resolution_id, OLD.closes_at, OLD.resolve_by, OLD.tags, OLD.claim_id, OLD.simulated))
    EXECUTE FUNCTION tracker_note_forecast();

CREATE FUNCTION tracker_note_of_forecast() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tracker_recount (forecast)
        VALUES (CASE TG_OP WHEN 'DELETE' THEN OLD.forecast_id ELSE NEW.forecast_id END);
    RETURN NULL;
END $$;
CREATE TRIGGER tracker_note AFTER INSERT OR UPDATE ON tracker_scoringrun
    FOR EACH ROW EXECUTE FUNCTION tracker_note_of_forecast();
CREATE TRIGGER tracker_note AFTER INSERT OR DELETE ON forecasts_forecast_collections
    FOR EACH ROW EXECUTE FUNCTION tracker_note_of_forecast();
"""

# Scopes are named by slugs; a new name moves all that is counted under the old one.
NOTE_BELOW = """
CREATE FUNCTION tracker_note_below() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tracker_recount (forecast)
        SELECT f.id FROM forecasts_forecast f JOIN forecasts_claim claim ON claim.id = f.claim_id
        WHERE TG_TABLE_NAME = 'forecasts_source' AND claim.source_id = NEW.id
        UNION ALL
        SELECT f.id FROM forecasts_forecast f JOIN forecasts_forecast_collections among ON among.forecast_id = f.id
        WHERE TG_TABLE_NAME = 'forecasts_collection' AND among.collection_id = NEW.id
        UNION ALL
        SELECT f.id FROM forecasts_forecast f
        WHERE TG_TABLE_NAME = 'forecasts_claim' AND f.claim_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER tracker_note AFTER UPDATE ON forecasts_source
    FOR EACH ROW WHEN (NEW.slug <> OLD.slug) EXECUTE FUNCTION tracker_note_below();
CREATE TRIGGER tracker_note AFTER UPDATE ON forecasts_collection
    FOR EACH ROW WHEN (NEW.slug <> OLD.slug) EXECUTE FUNCTION tracker_note_below();
CREATE TRIGGER tracker_note AFTER UPDATE ON forecasts_claim
    FOR EACH ROW WHEN (NEW.source_id <> OLD.source_id) EXECUTE FUNCTION tracker_note_below();
"""

# Sums are updated again and again: with room on its page a new version of a row needs no new entry in the index.
LEAVE_ROOM = "".join(
    f"ALTER TABLE tracker_{table} SET (fillfactor = 60);" for table in ("celltotal", "clustertotal", "bintotal")
)

FORGET = """
DROP TRIGGER tracker_note ON forecasts_forecast;
DROP TRIGGER tracker_note ON tracker_scoringrun;
DROP TRIGGER tracker_note ON forecasts_forecast_collections;
DROP FUNCTION tracker_note_forecast;
DROP FUNCTION tracker_note_of_forecast;
"""

FORGET_BELOW = """
DROP TRIGGER tracker_note ON forecasts_source;
DROP TRIGGER tracker_note ON forecasts_collection;
DROP TRIGGER tracker_note ON forecasts_claim;
DROP FUNCTION tracker_note_below;
"""


class Migration(migrations.Migration):
    dependencies = [("tracker", "0002_totals"), ("forecasts", "0004_sweeps")]
    operations = [
        migrations.RunSQL(NOTE, FORGET),
        migrations.RunSQL(NOTE_BELOW, FORGET_BELOW),
        migrations.RunSQL(LEAVE_ROOM, migrations.RunSQL.noop),
        migrations.RunSQL(
            "INSERT INTO tracker_recount (forecast) SELECT DISTINCT forecast_id FROM tracker_scoringrun",
            migrations.RunSQL.noop,
        ),
    ]
