"""Notes on forecasts and what of them is withheld: append-only, replies held to their thread."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

# None of the rows it looks at can change afterwards, so that looking once is enough. A reply comes after what it
# answers, so that no circle can be stored.
NOTE_STAYS_WITHIN = """
CREATE FUNCTION forecasts_note_stays_within() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.reply_to_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM forecasts_note n
        WHERE n.id = NEW.reply_to_id AND n.forecast_id = NEW.forecast_id AND NOT n.is_private
          AND n.made_at <= NEW.made_at AND coalesce(n.thread_id, n.id) = NEW.thread_id) THEN
        RAISE EXCEPTION 'note % replies to what is no earlier public note of its thread and forecast', NEW.id
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.estimate_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM forecasts_estimate e
        WHERE e.id = NEW.estimate_id AND e.forecast_id = NEW.forecast_id AND e.forecaster_id = NEW.author_id) THEN
        RAISE EXCEPTION 'note % goes with an estimate that is not its author''s on its forecast', NEW.id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER note_stays_within BEFORE INSERT ON forecasts_note
    FOR EACH ROW EXECUTE FUNCTION forecasts_note_stays_within();
"""

WITHHOLDING_SUCCEEDS = """
CREATE FUNCTION forecasts_withholding_succeeds() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE latest integer;
BEGIN
    IF (SELECT is_private FROM forecasts_note WHERE id = NEW.note_id) THEN
        RAISE EXCEPTION 'note % is private: nobody is shown it', NEW.note_id USING ERRCODE = 'check_violation';
    END IF;
    SELECT coalesce(max(revision), 0) INTO latest FROM forecasts_withholding WHERE note_id = NEW.note_id;
    IF NEW.revision > latest + 1 THEN
        RAISE EXCEPTION 'revision % of note % would leave a gap after %', NEW.revision, NEW.note_id, latest
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER withholding_succeeds BEFORE INSERT ON forecasts_withholding
    FOR EACH ROW EXECUTE FUNCTION forecasts_withholding_succeeds();
"""


def trigger(table: str, name: str, sql: str) -> migrations.RunSQL:
    return migrations.RunSQL(sql, f"DROP TRIGGER {name} ON forecasts_{table}; DROP FUNCTION forecasts_{name};")


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
    dependencies = [
        ("forecasts", "0012_reading_at_scale"),
    ]

    operations = [
        migrations.CreateModel(
            name="Note",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("made_at", models.DateTimeField()),
                ("text", models.TextField(help_text="Markdown.")),
                ("is_private", models.BooleanField(default=False, help_text="Only its author ever sees it.")),
                ("idempotency_key", models.CharField(blank=True, max_length=100, null=True)),
                (
                    "recorded_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                (
                    "author",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "estimate",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        help_text="The author's own that it goes with.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notes",
                        to="forecasts.estimate",
                    ),
                ),
                (
                    "forecast",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notes",
                        to="forecasts.forecast",
                    ),
                ),
                (
                    "reply_to",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replies",
                        to="forecasts.note",
                    ),
                ),
                (
                    "thread",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        help_text="The note that began it; empty for that note itself.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="thread_notes",
                        to="forecasts.note",
                    ),
                ),
            ],
            options={
                "ordering": ("made_at", "id"),
            },
        ),
        migrations.CreateModel(
            name="Withholding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("revision", models.PositiveIntegerField()),
                ("withheld", models.BooleanField(help_text="False: shown again.")),
                ("decided_at", models.DateTimeField()),
                ("reason", models.CharField(blank=True, max_length=500)),
                (
                    "decided_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="withholdings",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "note",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="withholdings",
                        to="forecasts.note",
                    ),
                ),
            ],
            options={
                "ordering": ("note", "revision"),
            },
        ),
        migrations.AddIndex(
            model_name="note",
            index=models.Index(fields=["forecast", "made_at", "id"], name="note_on_forecast"),
        ),
        migrations.AddIndex(
            model_name="note",
            index=models.Index(
                condition=models.Q(("thread", None)), fields=["forecast", "made_at", "id"], name="note_begins_thread"
            ),
        ),
        migrations.AddIndex(
            model_name="note",
            index=models.Index(
                condition=models.Q(("thread", None), _negated=True),
                fields=["thread", "made_at", "id"],
                name="note_in_thread",
            ),
        ),
        migrations.AddConstraint(
            model_name="note",
            constraint=models.UniqueConstraint(fields=("forecast", "author", "made_at"), name="note_once_per_instant"),
        ),
        migrations.AddConstraint(
            model_name="note",
            constraint=models.UniqueConstraint(fields=("author", "idempotency_key"), name="note_once_per_key"),
        ),
        migrations.AddConstraint(
            model_name="note",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("reply_to__isnull", True), ("thread__isnull", True)),
                    models.Q(("reply_to__isnull", False), ("thread__isnull", False)),
                    _connector="OR",
                ),
                name="note_replies_within_a_thread",
            ),
        ),
        migrations.AddConstraint(
            model_name="withholding",
            constraint=models.UniqueConstraint(fields=("note", "revision"), name="withholding_revision_once"),
        ),
        migrations.AddConstraint(
            model_name="withholding",
            constraint=models.CheckConstraint(
                condition=models.Q(("revision__gte", 1)), name="withholding_revision_from_1"
            ),
        ),
        migrations.AddConstraint(
            model_name="withholding",
            constraint=models.CheckConstraint(
                condition=models.Q(("revision__gt", 1), ("withheld", True), _connector="OR"),
                name="withholding_begins_withheld",
            ),
        ),
        protect("note"),
        protect("withholding"),
        trigger("note", "note_stays_within", NOTE_STAYS_WITHIN),
        trigger("withholding", "withholding_succeeds", WITHHOLDING_SUCCEEDS),
    ]
