"""Large catalogues that curators put on record by a job: what was asked, how far it is, what came of it."""

from django.db import models
from django.db.models import F, Q


class Registration(models.Model):
    """A catalogue that was asked for, and what became of it: made, or refused with every fault.

    Whoever carries it out holds this row to the end; how far they are is beside it, for others to read meanwhile.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        MADE = "made"
        REFUSED = "refused"
        # Not the catalogue's fault, as far as anyone knows.
        FAILED = "failed"

    by = models.ForeignKey("Forecaster", on_delete=models.PROTECT, related_name="registrations")
    asked_at = models.DateTimeField()
    digest = models.CharField(max_length=64, help_text="SHA-256 of the text, in hexadecimal.")
    text = models.TextField()
    title = models.CharField(max_length=500, help_text="The source's.")
    source = models.CharField(max_length=100, help_text="The source's slug.")
    n_forecasts = models.PositiveIntegerField()
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    ended_at = models.DateTimeField(null=True)
    report = models.JSONField(null=True, help_text="What it made, by slug or key.")
    faults = models.JSONField(default=list, help_text="Why it was refused or failed.")

    class Meta:
        ordering = ("-asked_at", "-id")
        constraints = [
            # Sent twice, it is one job.
            models.UniqueConstraint(fields=("digest",), condition=Q(state="waiting"), name="registration_waits_once"),
            models.CheckConstraint(
                condition=Q(state="waiting", ended_at__isnull=True)
                | (~Q(state="waiting") & Q(ended_at__isnull=False, ended_at__gte=F("asked_at"))),
                name="registration_ends_after_it_was_asked_for",
            ),
            models.CheckConstraint(
                condition=(Q(state="made") & Q(report__isnull=False)) | (~Q(state="made") & Q(report__isnull=True)),
                name="registration_says_what_it_made",
            ),
            models.CheckConstraint(
                condition=(Q(state__in=["refused", "failed"]) & ~Q(faults=[]))
                | (~Q(state__in=["refused", "failed"]) & Q(faults=[])),
                name="registration_says_why_it_was_not_made",
            ),
            models.CheckConstraint(condition=Q(digest__regex="^[0-9a-f]{64}$"), name="registration_digest_is_one"),
        ]

    def __str__(self) -> str:
        return f"{self.title}: {self.state}"


class RegistrationProgress(models.Model):
    """How far the job is: written on a connection of its own, since what its transaction does shows only at the end."""

    registration = models.OneToOneField(
        Registration, primary_key=True, on_delete=models.CASCADE, related_name="progress", db_constraint=False
    )
    tries = models.PositiveIntegerField(default=0, help_text="How often a worker has begun.")
    done = models.PositiveIntegerField(default=0, help_text="Forecasts gone through, this time.")
    told_at = models.DateTimeField(null=True)
    said = models.CharField(max_length=500, blank=True, help_text="What went wrong the last time.")

    def __str__(self) -> str:
        return f"{self.done} done, try {self.tries}"
