"""What was told by letter, so that nothing is told twice."""

from django.db import models

from forecasts.models import Forecast, Mailbox


class News(models.TextChoices):
    """The kinds of things that a letter tells; Mailbox has a switch for each."""

    RESOLVED = "resolved"
    CLOSING = "closing"
    REVEALED = "revealed"
    DUE = "due"


class Letter(models.Model):
    """One thing told to one account. Written in the transaction that sends it."""

    mailbox = models.ForeignKey(Mailbox, on_delete=models.CASCADE, related_name="letters", db_index=False)
    kind = models.CharField(max_length=8, choices=News.choices)
    forecast = models.ForeignKey(
        Forecast, on_delete=models.CASCADE, related_name="letters", db_index=False, db_constraint=False
    )
    about_at = models.DateTimeField(
        help_text="The close, the reveal or the decision that was told, or where its five days of being due began."
    )
    told_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("mailbox", "kind", "forecast", "about_at"), name="letter_tells_once")
        ]
        indexes = [models.Index(fields=("mailbox", "told_at"), name="letter_recent")]

    def __str__(self) -> str:
        return f"{self.kind} {self.forecast_id} to {self.mailbox_id}"
