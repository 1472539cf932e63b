"""What the first triggers let through: a forecast born resolved, skipped wordings, strangers cited, half a range."""

from django.db import migrations, models
from django.db.models import F, Q

# It begins unresolved: the triggers that look after the resolution in force watch updates.
FORECAST_BEGINS = """
CREATE FUNCTION forecasts_forecast_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'forecast % cannot begin with a resolution', NEW.id USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER forecast_begins BEFORE INSERT ON forecasts_forecast
    FOR EACH ROW WHEN (NEW.resolution_id IS NOT NULL) EXECUTE FUNCTION forecasts_forecast_begins();
"""

WORDING_SUCCEEDS = """
CREATE FUNCTION forecasts_wording_succeeds() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE latest integer;
BEGIN
    SELECT coalesce(max(version), 0) INTO latest FROM forecasts_wording WHERE forecast_id = NEW.forecast_id;
    IF NEW.version > latest + 1 THEN
        RAISE EXCEPTION 'wording % of forecast % would leave a gap after %', NEW.version, NEW.forecast_id, latest
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER wording_succeeds BEFORE INSERT ON forecasts_wording
    FOR EACH ROW EXECUTE FUNCTION forecasts_wording_succeeds();
"""

# Neither row can change afterwards, so that looking once is enough.
CITATION_STAYS_WITHIN = """
CREATE FUNCTION forecasts_citation_stays_within() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT forecast_id FROM forecasts_estimate WHERE id = NEW.estimate_id)
        <> (SELECT forecast_id FROM forecasts_evidence WHERE id = NEW.evidence_id) THEN
        RAISE EXCEPTION 'estimate % and evidence % are of different forecasts', NEW.estimate_id, NEW.evidence_id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER citation_stays_within BEFORE INSERT ON forecasts_citation
    FOR EACH ROW EXECUTE FUNCTION forecasts_citation_stays_within();
"""

CAUSE_IS_THE_CONDITION = """
CREATE FUNCTION forecasts_cause_is_the_condition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM forecasts_forecast f JOIN forecasts_resolution cause ON cause.forecast_id = f.condition_id
        WHERE f.id = NEW.forecast_id AND cause.id = NEW.cause_id) THEN
        RAISE EXCEPTION 'the cause of a resolution of forecast % is a resolution of its condition', NEW.forecast_id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER cause_is_the_condition BEFORE INSERT ON forecasts_resolution
    FOR EACH ROW WHEN (NEW.cause_id IS NOT NULL) EXECUTE FUNCTION forecasts_cause_is_the_condition();
"""


def trigger(table: str, name: str, sql: str) -> migrations.RunSQL:
    return migrations.RunSQL(sql, f"DROP TRIGGER {name} ON forecasts_{table}; DROP FUNCTION forecasts_{name};")


class Migration(migrations.Migration):
    dependencies = [("forecasts", "0002_history")]
    operations = [
        trigger("forecast", "forecast_begins", FORECAST_BEGINS),
        trigger("wording", "wording_succeeds", WORDING_SUCCEEDS),
        trigger("citation", "citation_stays_within", CITATION_STAYS_WITHIN),
        trigger("resolution", "cause_is_the_condition", CAUSE_IS_THE_CONDITION),
        migrations.AlterModelOptions("evidence", {"ordering": ("-added_at", "-id"), "verbose_name_plural": "evidence"}),
        migrations.AlterModelOptions(
            "forecaster", {"verbose_name": "forecaster", "verbose_name_plural": "forecasters"}
        ),
        # Null passes a check, so that each end must be named as there.
        migrations.RemoveConstraint("claim", "claim_hedge_range_within_0_1"),
        migrations.AddConstraint(
            "claim",
            models.CheckConstraint(
                condition=Q(hedge_low__isnull=True, hedge_high__isnull=True)
                | Q(
                    hedge_low__isnull=False,
                    hedge_high__isnull=False,
                    hedge_low__gte=0,
                    hedge_high__lte=1,
                    hedge_low__lt=F("hedge_high"),
                ),
                name="claim_hedge_range_within_0_1",
            ),
        ),
    ]
