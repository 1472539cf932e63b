"""Large catalogues that are registered by a job, and how far each is."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("forecasts", "0009_refused_letters"),
    ]

    operations = [
        migrations.CreateModel(
            name="Registration",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("asked_at", models.DateTimeField()),
                ("digest", models.CharField(help_text="SHA-256 of the text, in hexadecimal.", max_length=64)),
                ("text", models.TextField()),
                ("title", models.CharField(help_text="The source's.", max_length=500)),
                ("source", models.CharField(help_text="The source's slug.", max_length=100)),
                ("n_forecasts", models.PositiveIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("made", "Made"),
                            ("refused", "Refused"),
                            ("failed", "Failed"),
                        ],
                        default="waiting",
                        max_length=7,
                    ),
                ),
                ("ended_at", models.DateTimeField(null=True)),
                ("report", models.JSONField(help_text="What it made, by slug or key.", null=True)),
                ("faults", models.JSONField(default=list, help_text="Why it was refused or failed.")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="registrations",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("-asked_at", "-id"),
            },
        ),
        migrations.CreateModel(
            name="RegistrationProgress",
            fields=[
                (
                    "registration",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="progress",
                        serialize=False,
                        to="forecasts.registration",
                    ),
                ),
                ("tries", models.PositiveIntegerField(default=0, help_text="How often a worker has begun.")),
                ("done", models.PositiveIntegerField(default=0, help_text="Forecasts gone through, this time.")),
                ("told_at", models.DateTimeField(null=True)),
                ("said", models.CharField(blank=True, help_text="What went wrong the last time.", max_length=500)),
            ],
        ),
        migrations.AddConstraint(
            model_name="registration",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "waiting")), fields=("digest",), name="registration_waits_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="registration",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", True), ("state", "waiting")),
                    models.Q(
                        models.Q(("state", "waiting"), _negated=True),
                        ("ended_at__gte", models.F("asked_at")),
                        ("ended_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="registration_ends_after_it_was_asked_for",
            ),
        ),
        migrations.AddConstraint(
            model_name="registration",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "made"), ("report__isnull", False)),
                    models.Q(models.Q(("state", "made"), _negated=True), ("report__isnull", True)),
                    _connector="OR",
                ),
                name="registration_says_what_it_made",
            ),
        ),
        migrations.AddConstraint(
            model_name="registration",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["refused", "failed"]), models.Q(("faults", []), _negated=True)),
                    models.Q(models.Q(("state__in", ["refused", "failed"]), _negated=True), ("faults", [])),
                    _connector="OR",
                ),
                name="registration_says_why_it_was_not_made",
            ),
        ),
        migrations.AddConstraint(
            model_name="registration",
            constraint=models.CheckConstraint(
                condition=models.Q(("digest__regex", "^[0-9a-f]{64}$")), name="registration_digest_is_one"
            ),
        ),
    ]
