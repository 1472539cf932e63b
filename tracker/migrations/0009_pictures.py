"""Pictures of charts."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("tracker", "0008_webhooks")]
    operations = [
        migrations.CreateModel(
            name="Picture",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "digest",
                    models.CharField(help_text="SHA-256 of the recipe, in hexadecimal.", max_length=64, unique=True),
                ),
                ("recipe", models.TextField(help_text="What it is drawn from, as JSON; empty once it is drawn.")),
                ("asked_at", models.DateTimeField()),
                ("tries", models.PositiveIntegerField(default=0, help_text="How often a worker has begun.")),
                ("rests_until", models.DateTimeField(help_text="A worker is at it, or was, until then.", null=True)),
                ("said", models.CharField(blank=True, help_text="What went wrong the last time.", max_length=500)),
                ("drawn_at", models.DateTimeField(null=True)),
                ("content", models.BinaryField(null=True)),
            ],
            options={
                "ordering": ("-id",),
                "indexes": [models.Index(condition=Q(drawn_at=None), fields=["id"], name="picture_waits")],
                "constraints": [
                    models.CheckConstraint(condition=Q(digest__regex="^[0-9a-f]{64}$"), name="picture_digest_is_one"),
                    models.CheckConstraint(
                        condition=Q(drawn_at__isnull=True, content__isnull=True) & ~Q(recipe="")
                        | Q(drawn_at__isnull=False, content__isnull=False, recipe=""),
                        name="picture_waits_or_is_drawn",
                    ),
                ],
            },
        ),
    ]
