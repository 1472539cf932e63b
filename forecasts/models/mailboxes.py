"""What an account wants to be told by letter, and when the next is due."""

from django.db import models
from django.db.models import Q


class Rhythm(models.TextChoices):
    """How often a letter may come."""

    DAILY = "daily", "every day at most"
    WEEKLY = "weekly", "once a week at most"
    NEVER = "never", "never"


class Mailbox(models.Model):
    """One per account that letters may go to. A letter goes only when there is something to say."""

    forecaster = models.OneToOneField("Forecaster", primary_key=True, on_delete=models.CASCADE, related_name="mailbox")
    rhythm = models.CharField(max_length=6, choices=Rhythm.choices, default=Rhythm.WEEKLY)
    tells_closing = models.BooleanField("closing soon: forecasts you stand on", default=True)
    tells_revealed = models.BooleanField("revealed: the crowd on forecasts you estimated, now public", default=True)
    tells_resolved = models.BooleanField("resolved: forecasts you estimated, with your score", default=True)
    tells_due = models.BooleanField("due: forecasts that wait to be resolved", default=True)
    since_at = models.DateTimeField(help_text="What happened before is not told.")
    next_at = models.DateTimeField(null=True, blank=True, help_text="When to look again; null: never.")
    refused_since = models.DateTimeField(
        null=True, blank=True, help_text="Since when the address has refused letters, one after the other."
    )
    gave_up_on = models.EmailField(
        max_length=254, blank=True, default="", db_default="", help_text="Refused letters for days; gets no more."
    )

    class Meta:
        verbose_name_plural = "mailboxes"
        constraints = [
            models.CheckConstraint(
                condition=Q(rhythm=Rhythm.NEVER, next_at__isnull=True)
                | (~Q(rhythm=Rhythm.NEVER) & Q(next_at__isnull=False)),
                name="mailbox_looks_again_unless_never",
            ),
            models.CheckConstraint(condition=Q(rhythm__in=Rhythm.values), name="mailbox_rhythm_is_known"),
        ]
        indexes = [models.Index(fields=("next_at",), name="mailbox_next")]

    def __str__(self) -> str:
        return f"letters to forecaster {self.forecaster_id}: {self.rhythm}"
