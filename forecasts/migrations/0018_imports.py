"""Records that people bring along from elsewhere: never changed, and removed by their owners when they like."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# An outcome that is put down later succeeds the one in force.
OUTCOME_SUCCEEDS = """
CREATE FUNCTION forecasts_imported_outcome_succeeds() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE latest integer;
BEGIN
    SELECT coalesce(max(revision), 0) INTO latest FROM forecasts_importedoutcome WHERE forecast_id = NEW.forecast_id;
    IF NEW.revision > latest + 1 THEN
        RAISE EXCEPTION 'revision % of imported forecast % would leave a gap after %', NEW.revision, NEW.forecast_id,
            latest USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER imported_outcome_succeeds BEFORE INSERT ON forecasts_importedoutcome
    FOR EACH ROW EXECUTE FUNCTION forecasts_imported_outcome_succeeds();
"""


def hold(table: str) -> migrations.RunSQL:
    """Against changes; against removal it is no record of this service's, and its owner may take it away."""
    return migrations.RunSQL(
        f"""
        CREATE TRIGGER refuse_rewrite BEFORE UPDATE ON forecasts_{table}
            FOR EACH ROW EXECUTE FUNCTION forecasts_refuse_rewrite();
        CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON forecasts_{table}
            FOR EACH STATEMENT EXECUTE FUNCTION forecasts_refuse_rewrite();
        """,
        f"DROP TRIGGER refuse_rewrite ON forecasts_{table}; DROP TRIGGER refuse_truncate ON forecasts_{table};",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("forecasts", "0017_ledger"),
    ]

    operations = [
        migrations.CreateModel(
            name="Import",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("asked_at", models.DateTimeField()),
                ("format", models.CharField(max_length=20)),
                (
                    "whose",
                    models.CharField(
                        blank=True, help_text="Whose record of it, where it names several people.", max_length=200
                    ),
                ),
                ("file_name", models.CharField(blank=True, max_length=200)),
                ("digest", models.CharField(help_text="SHA-256 of the file, in hexadecimal.", max_length=64)),
                ("size", models.PositiveIntegerField(help_text="Bytes.")),
                ("content", models.BinaryField(help_text="Emptied when it has come to an end.")),
                ("n_estimates", models.PositiveIntegerField(help_text="As many as were read in it.")),
                (
                    "shows",
                    models.BooleanField(
                        help_text="Whether everybody shall see the record; null leaves it as it is.", null=True
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("previewed", "Previewed"),
                            ("waiting", "Waiting"),
                            ("made", "Made"),
                            ("refused", "Refused"),
                            ("failed", "Failed"),
                        ],
                        default="previewed",
                        max_length=9,
                    ),
                ),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "report",
                    models.JSONField(
                        help_text="What it brought, and every row not taken; before the end, what it would.", null=True
                    ),
                ),
                ("faults", models.JSONField(default=list, help_text="Why it was refused or failed.")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="imports", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ("-asked_at", "-id"),
            },
        ),
        migrations.CreateModel(
            name="ImportedForecast",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(help_text="What names it there.", max_length=64)),
                ("question", models.TextField()),
                ("background", models.TextField(blank=True)),
                ("url", models.URLField(blank=True, help_text="Where it stands there.", max_length=1000)),
                ("opened_at", models.DateTimeField(null=True)),
                ("closes_at", models.DateTimeField(null=True)),
                ("remark", models.CharField(blank=True, help_text="What was changed on the way.", max_length=500)),
                ("brought_at", models.DateTimeField()),
            ],
            options={
                "ordering": ("id",),
            },
        ),
        migrations.CreateModel(
            name="ImportProgress",
            fields=[
                (
                    "of",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="progress",
                        serialize=False,
                        to="forecasts.import",
                    ),
                ),
                ("tries", models.PositiveIntegerField(default=0, help_text="How often a worker has begun.")),
                ("done", models.PositiveIntegerField(default=0, help_text="Questions gone through, this time.")),
                ("told_at", models.DateTimeField(null=True)),
                ("said", models.CharField(blank=True, help_text="What went wrong the last time.", max_length=500)),
            ],
        ),
        migrations.CreateModel(
            name="ImportedEstimate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("made_at", models.DateTimeField()),
                ("probability", models.FloatField(help_text="0.0001 to 0.9999; null withdraws.", null=True)),
                ("rationale", models.TextField(blank=True)),
                ("remark", models.CharField(blank=True, help_text="What was changed on the way.", max_length=500)),
                ("brought_at", models.DateTimeField()),
                (
                    "forecast",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="estimates",
                        to="forecasts.importedforecast",
                    ),
                ),
            ],
            options={
                "ordering": ("made_at", "id"),
            },
        ),
        migrations.CreateModel(
            name="ImportedOutcome",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("revision", models.PositiveIntegerField()),
                (
                    "outcome",
                    models.CharField(choices=[("yes", "Yes"), ("no", "No"), ("annulled", "Annulled")], max_length=8),
                ),
                ("known_at", models.DateTimeField(help_text="When the answer became known, or was put down there.")),
                ("brought_at", models.DateTimeField()),
                (
                    "forecast",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="outcomes",
                        to="forecasts.importedforecast",
                    ),
                ),
            ],
            options={
                "ordering": ("forecast", "revision"),
            },
        ),
        migrations.CreateModel(
            name="ImportedRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("origin", models.CharField(help_text="The format of the files that brought it.", max_length=20)),
                ("is_public", models.BooleanField(default=False)),
                ("begun_at", models.DateTimeField()),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="imported_records",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("origin",),
            },
        ),
        migrations.AddField(
            model_name="importedforecast",
            name="record",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="forecasts",
                to="forecasts.importedrecord",
            ),
        ),
        migrations.AddConstraint(
            model_name="import",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "waiting")), fields=("by",), name="import_waits_alone"
            ),
        ),
        migrations.AddConstraint(
            model_name="import",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("ended_at__gte", models.F("asked_at")),
                        ("ended_at__isnull", False),
                        ("state__in", ("made", "refused", "failed")),
                    ),
                    models.Q(
                        models.Q(("state__in", ("made", "refused", "failed")), _negated=True),
                        ("ended_at__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="import_ends_after_it_was_asked_for",
            ),
        ),
        migrations.AddConstraint(
            model_name="import",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "made"), _negated=True), ("report__isnull", False), _connector="OR"
                ),
                name="import_says_what_it_made",
            ),
        ),
        migrations.AddConstraint(
            model_name="import",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["refused", "failed"]), models.Q(("faults", []), _negated=True)),
                    models.Q(models.Q(("state__in", ["refused", "failed"]), _negated=True), ("faults", [])),
                    _connector="OR",
                ),
                name="import_says_why_it_was_not_made",
            ),
        ),
        migrations.AddConstraint(
            model_name="import",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ("made", "refused", "failed")), ("content", b"")),
                    models.Q(
                        models.Q(("state__in", ("made", "refused", "failed")), _negated=True),
                        models.Q(("content", b""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="import_keeps_its_file_to_its_end",
            ),
        ),
        migrations.AddConstraint(
            model_name="import",
            constraint=models.CheckConstraint(
                condition=models.Q(("digest__regex", "^[0-9a-f]{64}$")), name="import_digest_is_one"
            ),
        ),
        migrations.AddConstraint(
            model_name="importedestimate",
            constraint=models.UniqueConstraint(
                fields=("forecast", "made_at"), name="imported_estimate_once_per_instant"
            ),
        ),
        migrations.AddConstraint(
            model_name="importedestimate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("probability__isnull", True),
                    models.Q(("probability__gte", 0.0001), ("probability__lte", 0.9999)),
                    _connector="OR",
                ),
                name="imported_estimate_probability_within_bounds",
            ),
        ),
        migrations.AddConstraint(
            model_name="importedoutcome",
            constraint=models.UniqueConstraint(fields=("forecast", "revision"), name="imported_outcome_revision_once"),
        ),
        migrations.AddConstraint(
            model_name="importedoutcome",
            constraint=models.CheckConstraint(
                condition=models.Q(("revision__gte", 1)), name="imported_outcome_revision_from_1"
            ),
        ),
        migrations.AddConstraint(
            model_name="importedoutcome",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome__in", ["yes", "no", "annulled"])), name="imported_outcome_is_one"
            ),
        ),
        migrations.AddConstraint(
            model_name="importedrecord",
            constraint=models.UniqueConstraint(fields=("owner", "origin"), name="imported_record_once"),
        ),
        migrations.AddConstraint(
            model_name="importedrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(("origin__regex", "^[a-z]+$")), name="imported_record_names_its_origin"
            ),
        ),
        migrations.AddConstraint(
            model_name="importedforecast",
            constraint=models.UniqueConstraint(fields=("record", "key"), name="imported_forecast_once"),
        ),
        migrations.AddConstraint(
            model_name="importedforecast",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("key", ""), _negated=True), models.Q(("question", ""), _negated=True)),
                name="imported_forecast_asks_something",
            ),
        ),
        *(hold(table) for table in ("importedforecast", "importedestimate", "importedoutcome")),
        migrations.RunSQL(
            OUTCOME_SUCCEEDS,
            "DROP TRIGGER imported_outcome_succeeds ON forecasts_importedoutcome;"
            "DROP FUNCTION forecasts_imported_outcome_succeeds;",
        ),
    ]
