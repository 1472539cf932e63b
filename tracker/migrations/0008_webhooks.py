"""Webhooks, what was sent to them, and an index that finds what was scored last."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import tracker.models.webhooks


class Migration(migrations.Migration):
    dependencies = [
        ("forecasts", "0012_reading_at_scale"),
        ("tracker", "0007_counted_scopes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "event",
                    models.CharField(
                        choices=[
                            ("forecast.opened", "a forecast opened"),
                            ("forecast.resolved", "a forecast was resolved, corrected, annulled or reopened"),
                            ("forecast.scored", "your score on a forecast"),
                            ("crowd.revealed", "everybody can see a crowd"),
                            ("ping", "a trial"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "revision",
                    models.PositiveIntegerField(default=0, help_text="Of the resolution that it tells of, or scores."),
                ),
                ("about_at", models.DateTimeField(help_text="When it happened.")),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "Waiting"), ("delivered", "Delivered"), ("given-up", "Given Up")],
                        default="waiting",
                        max_length=9,
                    ),
                ),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("next_at", models.DateTimeField(help_text="When to try, while it waits.", null=True)),
                ("tried_at", models.DateTimeField(null=True)),
                (
                    "status",
                    models.PositiveSmallIntegerField(
                        help_text="What the receiver answered last; null: nothing.", null=True
                    ),
                ),
                (
                    "said",
                    models.CharField(
                        blank=True, help_text="The beginning of the answer, or what went wrong.", max_length=500
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "deliveries",
            },
        ),
        migrations.CreateModel(
            name="Webhook",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("url", models.CharField(max_length=1000)),
                (
                    "events",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("forecast.opened", "a forecast opened"),
                                ("forecast.resolved", "a forecast was resolved, corrected, annulled or reopened"),
                                ("forecast.scored", "your score on a forecast"),
                                ("crowd.revealed", "everybody can see a crowd"),
                            ],
                            max_length=20,
                        ),
                        size=None,
                    ),
                ),
                ("tag", models.CharField(blank=True, help_text="Only forecasts with it.", max_length=40)),
                (
                    "salt",
                    models.CharField(
                        default=tracker.models.webhooks.new_salt, editable=False, max_length=32, unique=True
                    ),
                ),
                ("made_at", models.DateTimeField()),
                ("since_at", models.DateTimeField(help_text="What happened before is not told.")),
                (
                    "rests_until",
                    models.DateTimeField(
                        help_text="Nothing is sent before: something is being sent just now, or the last was not taken.",
                        null=True,
                    ),
                ),
                ("failures", models.PositiveIntegerField(default=0, help_text="How many tries in a row failed.")),
                ("failing_since", models.DateTimeField(null=True)),
                ("off_at", models.DateTimeField(help_text="Since when nothing is sent.", null=True)),
                ("off_why", models.CharField(blank=True, max_length=300)),
            ],
            options={
                "ordering": ("id",),
            },
        ),
        migrations.AddIndex(
            model_name="scoringrun",
            index=django.contrib.postgres.indexes.BrinIndex(fields=["finished_at"], name="run_finished_at"),
        ),
        migrations.AddField(
            model_name="delivery",
            name="forecast",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="forecasts.forecast",
            ),
        ),
        migrations.AddField(
            model_name="webhook",
            name="owner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="webhooks", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="webhook",
            name="source",
            field=models.ForeignKey(
                help_text="Only of it.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="forecasts.source",
            ),
        ),
        migrations.AddField(
            model_name="delivery",
            name="webhook",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="deliveries",
                to="tracker.webhook",
            ),
        ),
        migrations.AddConstraint(
            model_name="webhook",
            constraint=models.CheckConstraint(
                condition=models.Q(("url__regex", "^https?://")), name="webhook_address_is_http"
            ),
        ),
        migrations.AddConstraint(
            model_name="webhook",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "events__contained_by",
                        ["forecast.opened", "forecast.resolved", "forecast.scored", "crowd.revealed"],
                    ),
                    ("events__len__gt", 0),
                ),
                name="webhook_events_are_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="webhook",
            constraint=models.CheckConstraint(
                condition=models.Q(("source__isnull", True), ("tag", ""), _connector="OR"), name="webhook_has_one_scope"
            ),
        ),
        migrations.AddConstraint(
            model_name="webhook",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("off_at__isnull", True), ("off_why", "")),
                    models.Q(("off_at__isnull", False), models.Q(("off_why", ""), _negated=True)),
                    _connector="OR",
                ),
                name="webhook_says_why_it_is_off",
            ),
        ),
        migrations.AddConstraint(
            model_name="webhook",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("failing_since__isnull", True), ("failures", 0)),
                    models.Q(("failing_since__isnull", False), ("failures__gt", 0)),
                    _connector="OR",
                ),
                name="webhook_fails_since_its_first_failure",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(fields=["webhook", "-id"], name="delivery_log"),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("state", "waiting")), fields=["webhook", "next_at"], name="delivery_due"
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(
                fields=("webhook", "event", "forecast", "revision"), name="delivery_tells_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("event__in", ["forecast.opened", "forecast.resolved", "forecast.scored", "crowd.revealed", "ping"])
                ),
                name="delivery_event_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("event", "ping"), ("forecast__isnull", True)),
                    models.Q(models.Q(("event", "ping"), _negated=True), ("forecast__isnull", False)),
                    _connector="OR",
                ),
                name="delivery_is_about_a_forecast",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("next_at__isnull", False), ("state", "waiting")),
                    models.Q(("next_at__isnull", True), ("state__in", ["delivered", "given-up"])),
                    _connector="OR",
                ),
                name="delivery_is_tried_again_while_it_waits",
            ),
        ),
    ]
