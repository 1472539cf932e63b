"""Nearest questions by trigrams, which tell a curator what has been asked already; and the resolvers' queue."""

import django.contrib.postgres.indexes
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("forecasts", "0007_feeds")]
    operations = [
        TrigramExtension(),
        migrations.AddIndex(
            "forecast",
            django.contrib.postgres.indexes.GistIndex(
                django.contrib.postgres.indexes.OpClass("question", name="gist_trgm_ops(siglen=64)"),
                name="forecast_question_near",
            ),
        ),
        # What has been decided is not in it.
        migrations.AddIndex(
            "forecast",
            models.Index(fields=("resolve_by", "id"), condition=models.Q(resolution=None), name="forecast_undecided"),
        ),
    ]
