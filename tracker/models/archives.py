"""Archives of the whole record that administrators asked for on a page, kept for a day."""

from django.db import models
from django.db.models import F, Q

from forecasts.models import Forecaster


class Archive(models.Model):
    """A ZIP of everything: who asked for it, how far it is, and what it came to. Its bytes are in its parts."""

    class State(models.TextChoices):
        WAITING = "waiting"
        MADE = "made"
        FAILED = "failed"
        # It was made, and its bytes have been swept.
        GONE = "gone"

    by = models.ForeignKey(Forecaster, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    tries = models.PositiveIntegerField(default=0, help_text="How often a worker has begun.")
    file = models.CharField(max_length=100, blank=True, help_text="What is being written, this time.")
    n_files = models.PositiveIntegerField(default=0, help_text="Files written, this time.")
    n_rows = models.PositiveBigIntegerField(default=0, help_text="Rows written, this time.")
    told_at = models.DateTimeField(null=True)
    said = models.CharField(max_length=500, blank=True, help_text="What went wrong the last time.")
    ended_at = models.DateTimeField(null=True)
    size = models.PositiveBigIntegerField(null=True, help_text="In bytes.")
    sha256 = models.CharField(max_length=64, blank=True, help_text="Of the ZIP, in hexadecimal.")

    class Meta:
        ordering = ("-id",)
        constraints = [
            # It is the same record whoever asks, and reading all of it twice at once would be a burden.
            models.UniqueConstraint(fields=("state",), condition=Q(state="waiting"), name="archive_waits_alone"),
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
        ]

    def __str__(self) -> str:
        return f"archive {self.pk}: {self.state}"


class ArchivePart(models.Model):
    """Bytes of an archive, in order: web and workers share no disk, and no row should be large."""

    archive = models.ForeignKey(Archive, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField(help_text="From 0.")
    content = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("archive", "number"), name="archive_part_once")]

    def __str__(self) -> str:
        return f"part {self.number} of archive {self.archive_id}"
