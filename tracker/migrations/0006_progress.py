"""How far scoring has come, and what failed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tracker", "0005_lists")]
    operations = [
        migrations.CreateModel(
            name="Backlog",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("looked_at", models.DateTimeField(help_text="When it last looked, or finished a batch.")),
                ("in_force", models.PositiveIntegerField(help_text="Resolutions in force.")),
                ("waiting", models.PositiveIntegerField(help_text="Those of them that had no current run then.")),
            ],
        ),
        migrations.CreateModel(
            name="Failure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("stage", models.CharField(choices=[("scoring", "Scoring"), ("folding", "Folding")], max_length=7)),
                ("forecast", models.BigIntegerField()),
                (
                    "said",
                    models.CharField(help_text="What went wrong, for whoever looks after the service.", max_length=500),
                ),
                ("times", models.PositiveIntegerField(default=1)),
                ("first_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("forecast", "stage"), name="failure_once_per_stage")]
            },
        ),
    ]
