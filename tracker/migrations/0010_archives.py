"""Archives that are asked for on a page."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("tracker", "0009_pictures"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        migrations.CreateModel(
            name="Archive",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("asked_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "Waiting"), ("made", "Made"), ("failed", "Failed"), ("gone", "Gone")],
                        default="waiting",
                        max_length=7,
                    ),
                ),
                ("tries", models.PositiveIntegerField(default=0, help_text="How often a worker has begun.")),
                ("file", models.CharField(blank=True, help_text="What is being written, this time.", max_length=100)),
                ("n_files", models.PositiveIntegerField(default=0, help_text="Files written, this time.")),
                ("n_rows", models.PositiveBigIntegerField(default=0, help_text="Rows written, this time.")),
                ("told_at", models.DateTimeField(null=True)),
                ("said", models.CharField(blank=True, help_text="What went wrong the last time.", max_length=500)),
                ("ended_at", models.DateTimeField(null=True)),
                ("size", models.PositiveBigIntegerField(help_text="In bytes.", null=True)),
                ("sha256", models.CharField(blank=True, help_text="Of the ZIP, in hexadecimal.", max_length=64)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("state",), condition=Q(state="waiting"), name="archive_waits_alone"
                    ),
                    models.CheckConstraint(
                        condition=Q(state="waiting", ended_at__isnull=True)
                        | (~Q(state="waiting") & Q(ended_at__isnull=False, ended_at__gte=F("asked_at"))),
                        name="archive_ends_after_it_was_asked_for",
                    ),
                    models.CheckConstraint(
                        condition=Q(state__in=["made", "gone"], size__isnull=False, sha256__regex="^[0-9a-f]{64}$")
                        | Q(state__in=["waiting", "failed"], size__isnull=True, sha256=""),
                        name="archive_says_what_it_came_to",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ArchivePart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(help_text="From 0.")),
                ("content", models.BinaryField()),
                (
                    "archive",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="parts", to="tracker.archive"
                    ),
                ),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("archive", "number"), name="archive_part_once")]},
        ),
        # Packed already: packing again would only take time.
        migrations.RunSQL(
            "ALTER TABLE tracker_archivepart ALTER COLUMN content SET STORAGE EXTERNAL",
            "ALTER TABLE tracker_archivepart ALTER COLUMN content SET STORAGE EXTENDED",
        ),
    ]
