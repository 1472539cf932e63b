"""Indexes for the lists of one owner's scores and of the scopes in which something counts."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("forecasts", "0007_feeds"),
        ("tracker", "0004_letters"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="score", name="score_forecaster"),
        migrations.AddIndex(
            model_name="score", index=models.Index(fields=["forecaster", "-id"], name="score_of_forecaster")
        ),
        migrations.AddIndex(
            model_name="total",
            index=models.Index(fields=["scope"], condition=models.Q(owner="constant"), name="total_constant"),
        ),
    ]
