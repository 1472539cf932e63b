"""Pictures of charts, kept for a while so that each is drawn once."""

from django.db import models
from django.db.models import Q


class Picture(models.Model):
    """A picture by the digest of all that it is drawn from, data included: what has changed is another picture."""

    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the recipe, in hexadecimal.")
    recipe = models.TextField(help_text="What it is drawn from, as JSON; empty once it is drawn.")
    asked_at = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0, help_text="How often a worker has begun.")
    rests_until = models.DateTimeField(null=True, help_text="A worker is at it, or was, until then.")
    said = models.CharField(max_length=500, blank=True, help_text="What went wrong the last time.")
    drawn_at = models.DateTimeField(null=True)
    content = models.BinaryField(null=True)

    class Meta:
        ordering = ("-id",)
        constraints = [
            models.CheckConstraint(condition=Q(digest__regex="^[0-9a-f]{64}$"), name="picture_digest_is_one"),
            models.CheckConstraint(
                condition=Q(drawn_at__isnull=True, content__isnull=True) & ~Q(recipe="")
                | Q(drawn_at__isnull=False, content__isnull=False, recipe=""),
                name="picture_waits_or_is_drawn",
            ),
        ]
        indexes = [models.Index(fields=["id"], condition=Q(drawn_at=None), name="picture_waits")]

    def __str__(self) -> str:
        return f"{self.digest[:8]}: {'drawn' if self.drawn_at else 'waiting'}"
