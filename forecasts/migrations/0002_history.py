"""History that the database itself refuses to rewrite, and copies that cannot drift from it."""

from django.db import migrations

APPEND_ONLY = ("wording", "estimate", "citation", "evidence", "rating", "resolution")

REFUSE_REWRITE = """
CREATE FUNCTION forecasts_refuse_rewrite() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
"""

# A resolution succeeds the one that is in force: no gap, no first reopening; then it is the one in force.
RESOLUTION_SUCCEEDS = """
CREATE FUNCTION forecasts_resolution_succeeds() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE latest integer;
BEGIN
    SELECT coalesce(max(revision), 0) INTO latest FROM forecasts_resolution WHERE forecast_id = NEW.forecast_id;
    IF NEW.revision > latest + 1 THEN
        RAISE EXCEPTION 'revision % of forecast % would leave a gap after %', NEW.revision, NEW.forecast_id, latest
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.revision = 1 AND NEW.outcome = 'reopened' THEN
        RAISE EXCEPTION 'forecast % has no resolution to reopen', NEW.forecast_id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER resolution_succeeds BEFORE INSERT ON forecasts_resolution
    FOR EACH ROW EXECUTE FUNCTION forecasts_resolution_succeeds();

CREATE FUNCTION forecasts_resolution_takes_force() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE forecasts_forecast SET resolution_id = NEW.id WHERE id = NEW.forecast_id;
    RETURN NULL;
END $$;
CREATE TRIGGER resolution_takes_force AFTER INSERT ON forecasts_resolution
    FOR EACH ROW EXECUTE FUNCTION forecasts_resolution_takes_force();
"""

# What a forecast is conditional on never changes; which resolution is in force is not a matter of choice.
FORECAST_HOLDS = """
CREATE FUNCTION forecasts_forecast_holds() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.slug, NEW.condition_id, NEW.condition_outcome, NEW.pair_id)
        IS DISTINCT FROM (OLD.id, OLD.slug, OLD.condition_id, OLD.condition_outcome, OLD.pair_id) THEN
        RAISE EXCEPTION 'slug, condition and pair of forecast % are set at creation', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.resolution_id IS DISTINCT FROM OLD.resolution_id AND NEW.resolution_id IS DISTINCT FROM (
        SELECT id FROM forecasts_resolution WHERE forecast_id = NEW.id ORDER BY revision DESC LIMIT 1) THEN
        RAISE EXCEPTION 'the resolution in force of forecast % is its highest revision', OLD.id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER forecast_holds BEFORE UPDATE ON forecasts_forecast
    FOR EACH ROW EXECUTE FUNCTION forecasts_forecast_holds();
"""

# At commit, the question and times on a forecast are those of its latest wording.
COPIES_AGREE = """
CREATE FUNCTION forecasts_copies_agree() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE subject bigint := CASE TG_TABLE_NAME WHEN 'forecasts_wording' THEN (to_jsonb(NEW) ->> 'forecast_id')::bigint
                               ELSE NEW.id END;
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM forecasts_forecast f
        JOIN LATERAL (SELECT * FROM forecasts_wording WHERE forecast_id = f.id ORDER BY version DESC LIMIT 1) w ON true
        WHERE f.id = subject
          AND (f.version, f.question, f.opens_at, f.closes_at, f.resolve_by, f.spot_at)
              IS NOT DISTINCT FROM (w.version, w.question, w.opens_at, w.closes_at, w.resolve_by, w.spot_at)) THEN
        RAISE EXCEPTION 'forecast % does not hold the question and times of its latest wording', subject
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER copies_agree AFTER INSERT OR UPDATE ON forecasts_forecast
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION forecasts_copies_agree();
CREATE CONSTRAINT TRIGGER copies_agree AFTER INSERT ON forecasts_wording
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION forecasts_copies_agree();
"""

# An estimate cites a wording of its own forecast; the branches of a pair share its condition.
OWN_PARENTS = """
ALTER TABLE forecasts_estimate ADD CONSTRAINT estimate_cites_its_own_wording
    FOREIGN KEY (wording_id, forecast_id) REFERENCES forecasts_wording (id, forecast_id);
ALTER TABLE forecasts_pair ADD CONSTRAINT pair_with_condition UNIQUE (id, condition_id);
ALTER TABLE forecasts_forecast ADD CONSTRAINT branches_share_the_condition
    FOREIGN KEY (pair_id, condition_id) REFERENCES forecasts_pair (id, condition_id);
"""


def protect(table: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"""
        CREATE TRIGGER refuse_rewrite BEFORE UPDATE OR DELETE ON forecasts_{table}
            FOR EACH ROW EXECUTE FUNCTION forecasts_refuse_rewrite();
        CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON forecasts_{table}
            FOR EACH STATEMENT EXECUTE FUNCTION forecasts_refuse_rewrite();
        """,
        f"DROP TRIGGER refuse_rewrite ON forecasts_{table}; DROP TRIGGER refuse_truncate ON forecasts_{table};",
    )


class Migration(migrations.Migration):
    dependencies = [("forecasts", "0001_initial")]
    operations = [
        migrations.RunSQL(REFUSE_REWRITE, "DROP FUNCTION forecasts_refuse_rewrite"),
        *(protect(table) for table in APPEND_ONLY),
        migrations.RunSQL(
            """
            CREATE TRIGGER refuse_delete BEFORE DELETE ON forecasts_forecast
                FOR EACH ROW EXECUTE FUNCTION forecasts_refuse_rewrite();
            CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON forecasts_forecast
                FOR EACH STATEMENT EXECUTE FUNCTION forecasts_refuse_rewrite();
            """,
            "DROP TRIGGER refuse_delete ON forecasts_forecast; DROP TRIGGER refuse_truncate ON forecasts_forecast;",
        ),
        migrations.RunSQL(
            RESOLUTION_SUCCEEDS,
            "DROP TRIGGER resolution_succeeds ON forecasts_resolution; DROP FUNCTION forecasts_resolution_succeeds;"
            "DROP TRIGGER resolution_takes_force ON forecasts_resolution; DROP FUNCTION forecasts_resolution_takes_force;",
        ),
        migrations.RunSQL(
            FORECAST_HOLDS, "DROP TRIGGER forecast_holds ON forecasts_forecast; DROP FUNCTION forecasts_forecast_holds;"
        ),
        migrations.RunSQL(
            COPIES_AGREE,
            "DROP TRIGGER copies_agree ON forecasts_forecast; DROP TRIGGER copies_agree ON forecasts_wording;"
            "DROP FUNCTION forecasts_copies_agree;",
        ),
        migrations.RunSQL(
            OWN_PARENTS,
            "ALTER TABLE forecasts_forecast DROP CONSTRAINT branches_share_the_condition;"
            "ALTER TABLE forecasts_pair DROP CONSTRAINT pair_with_condition;"
            "ALTER TABLE forecasts_estimate DROP CONSTRAINT estimate_cites_its_own_wording;",
        ),
    ]
