"""What people say to one another about a forecast, and what of that is withheld. Append-only."""

import datetime as dt
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Prefetch, Q
from django.db.models.functions import Now

from .visibility import Viewer, revealed_to

LONGEST_NOTE = 10_000


class NoteQuerySet(models.QuerySet["Note"]):
    def visible_to(self, user: Viewer, *, at: dt.datetime) -> Self:
        """One's own, and others' public ones on forecasts that are revealed to `user`: they may tell probabilities."""
        return self.filter(Q(author_id=user.pk) | Q(is_private=False) & revealed_to(user, at=at, path="forecast"))

    def with_withholdings(self) -> Self:
        """Each with `in_force`, its latest withholding, in one query more."""
        later = Withholding.objects.filter(note=OuterRef("note"), revision__gt=OuterRef("revision"))
        latest = Withholding.objects.filter(~Exists(later)).select_related("decided_by")
        return self.prefetch_related(Prefetch("withholdings", latest, to_attr="in_force"))


class Note(models.Model):
    """Something said about a forecast, to everyone who may see its estimates, or to oneself.

    Triggers hold a reply to a public, earlier note on the same forecast, in whose thread it stands, and the estimate
    to one of the author's own there.
    """

    forecast = models.ForeignKey("Forecast", on_delete=models.PROTECT, related_name="notes", db_index=False)
    author = models.ForeignKey("Forecaster", on_delete=models.PROTECT, related_name="notes", db_index=False)
    made_at = models.DateTimeField()
    text = models.TextField(help_text="Markdown.")
    is_private = models.BooleanField(default=False, help_text="Only its author ever sees it.")
    reply_to = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replies", db_index=False
    )
    thread = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="thread_notes",
        db_index=False,
        help_text="The note that began it; empty for that note itself.",
    )
    estimate = models.ForeignKey(
        "Estimate",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="notes",
        db_index=False,
        help_text="The author's own that it goes with.",
    )
    idempotency_key = models.CharField(max_length=100, null=True, blank=True)
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = NoteQuerySet.as_manager()

    class Meta:
        ordering = ("made_at", "id")
        constraints = [
            models.UniqueConstraint(fields=("forecast", "author", "made_at"), name="note_once_per_instant"),
            models.UniqueConstraint(fields=("author", "idempotency_key"), name="note_once_per_key"),
            models.CheckConstraint(
                condition=Q(reply_to__isnull=True, thread__isnull=True)
                | Q(reply_to__isnull=False, thread__isnull=False),
                name="note_replies_within_a_thread",
            ),
        ]
        indexes = [
            models.Index(fields=("forecast", "made_at", "id"), name="note_on_forecast"),
            models.Index(fields=("forecast", "made_at", "id"), condition=Q(thread=None), name="note_begins_thread"),
            models.Index(fields=("thread", "made_at", "id"), condition=~Q(thread=None), name="note_in_thread"),
        ]

    def __str__(self) -> str:
        return f"note {self.pk}"

    @property
    def withholding(self) -> "Withholding | None":
        """Why it is withheld now; None where it is not."""
        rows: list[Withholding] | None = getattr(self, "in_force", None)
        latest = rows[0] if rows else None if rows is not None else self.withholdings.order_by("-revision").first()
        return latest if latest and latest.withheld else None

    def text_for(self, user: Viewer) -> str | None:
        """What `user`, who may see the note, is shown of it: None where it is withheld, but for moderators."""
        if self.withholding and not getattr(user, "may_moderate", False):
            return None
        return self.text


class Withholding(models.Model):
    """One decision not to show a note's text, or to show it again. The highest revision is in force, without gaps."""

    note = models.ForeignKey(Note, on_delete=models.PROTECT, related_name="withholdings", db_index=False)
    revision = models.PositiveIntegerField()
    withheld = models.BooleanField(help_text="False: shown again.")
    decided_by = models.ForeignKey("Forecaster", on_delete=models.PROTECT, related_name="withholdings")
    decided_at = models.DateTimeField()
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ("note", "revision")
        constraints = [
            models.UniqueConstraint(fields=("note", "revision"), name="withholding_revision_once"),
            models.CheckConstraint(condition=Q(revision__gte=1), name="withholding_revision_from_1"),
            models.CheckConstraint(condition=Q(revision__gt=1) | Q(withheld=True), name="withholding_begins_withheld"),
        ]

    def __str__(self) -> str:
        return f"{'withheld' if self.withheld else 'shown again'}, revision {self.revision}"

    @property
    def by_author(self) -> bool:
        """Whether its author withdrew it, rather than a moderator."""
        return self.decided_by_id == self.note.author_id
