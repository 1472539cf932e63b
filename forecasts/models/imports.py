"""Records that people bring along from elsewhere, and the jobs that bring them. Beside the record, no part of it."""

from typing import Self

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery

from .estimates import HIGHEST, LOWEST
from .visibility import Viewer

ENDED = ("made", "refused", "failed")


class Import(models.Model):
    """A file that somebody sent, and what became of it: looked at, waiting, brought along, or refused with the faults.

    Whoever carries it out holds this row to the end; how far they are is beside it, for others to read meanwhile.
    """

    class State(models.TextChoices):
        # Its owner has been shown what it would do and has said nothing yet.
        PREVIEWED = "previewed"
        WAITING = "waiting"
        MADE = "made"
        REFUSED = "refused"
        # Not the file's fault, as far as anyone knows.
        FAILED = "failed"

    by = models.ForeignKey("Forecaster", on_delete=models.PROTECT, related_name="imports")
    asked_at = models.DateTimeField()
    format = models.CharField(max_length=20)
    whose = models.CharField(max_length=200, blank=True, help_text="Whose record of it, where it names several people.")
    file_name = models.CharField(max_length=200, blank=True)
    digest = models.CharField(max_length=64, help_text="SHA-256 of the file, in hexadecimal.")
    size = models.PositiveIntegerField(help_text="Bytes.")
    content = models.BinaryField(help_text="Emptied when it has come to an end.")
    n_estimates = models.PositiveIntegerField(help_text="As many as were read in it.")
    shows = models.BooleanField(null=True, help_text="Whether everybody shall see the record; null leaves it as it is.")
    state = models.CharField(max_length=9, choices=State.choices, default=State.PREVIEWED)
    ended_at = models.DateTimeField(null=True)
    report = models.JSONField(
        null=True, help_text="What it brought, and every row not taken; before the end, what it would."
    )
    faults = models.JSONField(default=list, help_text="Why it was refused or failed.")

    class Meta:
        ordering = ("-asked_at", "-id")
        constraints = [
            models.UniqueConstraint(fields=("by",), condition=Q(state="waiting"), name="import_waits_alone"),
            models.CheckConstraint(
                condition=Q(state__in=ENDED, ended_at__isnull=False, ended_at__gte=F("asked_at"))
                | (~Q(state__in=ENDED) & Q(ended_at__isnull=True)),
                name="import_ends_after_it_was_asked_for",
            ),
            models.CheckConstraint(
                condition=~Q(state="made") | Q(report__isnull=False), name="import_says_what_it_made"
            ),
            models.CheckConstraint(
                condition=(Q(state__in=["refused", "failed"]) & ~Q(faults=[]))
                | (~Q(state__in=["refused", "failed"]) & Q(faults=[])),
                name="import_says_why_it_was_not_made",
            ),
            models.CheckConstraint(
                condition=(Q(state__in=ENDED) & Q(content=b"")) | (~Q(state__in=ENDED) & ~Q(content=b"")),
                name="import_keeps_its_file_to_its_end",
            ),
            models.CheckConstraint(condition=Q(digest__regex="^[0-9a-f]{64}$"), name="import_digest_is_one"),
        ]

    def __str__(self) -> str:
        return f"{self.format}: {self.state}"


class ImportProgress(models.Model):
    """How far the job is: written on a connection of its own, since what its transaction does shows only at the end."""

    of = models.OneToOneField(
        Import, primary_key=True, on_delete=models.CASCADE, related_name="progress", db_constraint=False
    )
    tries = models.PositiveIntegerField(default=0, help_text="How often a worker has begun.")
    done = models.PositiveIntegerField(default=0, help_text="Questions gone through, this time.")
    told_at = models.DateTimeField(null=True)
    said = models.CharField(max_length=500, blank=True, help_text="What went wrong the last time.")

    def __str__(self) -> str:
        return f"{self.done} done, try {self.tries}"


class ImportedRecordQuerySet(models.QuerySet["ImportedRecord"]):
    def visible_to(self, user: Viewer) -> Self:
        """One's own, and what others show."""
        return self.filter(Q(owner_id=user.pk) | Q(is_public=True))


class ImportedRecord(models.Model):
    """All that somebody brought along from one place. Its owner alone sees it, unless shown; they may remove it."""

    owner = models.ForeignKey("Forecaster", on_delete=models.PROTECT, related_name="imported_records")
    origin = models.CharField(max_length=20, help_text="The format of the files that brought it.")
    is_public = models.BooleanField(default=False)
    begun_at = models.DateTimeField()

    objects = ImportedRecordQuerySet.as_manager()

    class Meta:
        ordering = ("origin",)
        constraints = [
            models.UniqueConstraint(fields=("owner", "origin"), name="imported_record_once"),
            models.CheckConstraint(condition=Q(origin__regex="^[a-z]+$"), name="imported_record_names_its_origin"),
        ]

    def __str__(self) -> str:
        return self.origin


class ImportedForecastQuerySet(models.QuerySet["ImportedForecast"]):
    def with_outcome(self) -> Self:
        """Each with the `outcome` in force and when it was `known_at`; None where it has none."""
        latest = ImportedOutcome.objects.filter(forecast=OuterRef("pk")).order_by("-revision")
        return self.annotate(
            outcome=Subquery(latest.values("outcome")[:1]), known_at=Subquery(latest.values("known_at")[:1])
        )


class ImportedForecast(models.Model):
    """A question that somebody answered elsewhere, in the words and with the times of the file that first brought it.

    It and what hangs on it may be removed with the whole record, never changed.
    """

    record = models.ForeignKey(ImportedRecord, on_delete=models.CASCADE, related_name="forecasts", db_index=False)
    key = models.CharField(max_length=64, help_text="What names it there.")
    question = models.TextField()
    background = models.TextField(blank=True)
    url = models.URLField(max_length=1000, blank=True, help_text="Where it stands there.")
    opened_at = models.DateTimeField(null=True)
    closes_at = models.DateTimeField(null=True)
    remark = models.CharField(max_length=500, blank=True, help_text="What was changed on the way.")
    brought_at = models.DateTimeField()

    objects = ImportedForecastQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(fields=("record", "key"), name="imported_forecast_once"),
            models.CheckConstraint(condition=~Q(key="") & ~Q(question=""), name="imported_forecast_asks_something"),
        ]

    def __str__(self) -> str:
        return self.question


class ImportedEstimate(models.Model):
    """A probability that its owner says they gave elsewhere at that time; a null probability withdraws."""

    forecast = models.ForeignKey(ImportedForecast, on_delete=models.CASCADE, related_name="estimates", db_index=False)
    made_at = models.DateTimeField()
    probability = models.FloatField(null=True, help_text="0.0001 to 0.9999; null withdraws.")
    rationale = models.TextField(blank=True)
    remark = models.CharField(max_length=500, blank=True, help_text="What was changed on the way.")
    brought_at = models.DateTimeField()

    class Meta:
        ordering = ("made_at", "id")
        constraints = [
            models.UniqueConstraint(fields=("forecast", "made_at"), name="imported_estimate_once_per_instant"),
            models.CheckConstraint(
                condition=Q(probability__isnull=True) | Q(probability__gte=LOWEST, probability__lte=HIGHEST),
                name="imported_estimate_probability_within_bounds",
            ),
        ]

    def __str__(self) -> str:
        return "withdrawn" if self.probability is None else f"{self.probability:.2%}"


class ImportedOutcome(models.Model):
    """How a question came out there. The highest revision is in force, without gaps (a trigger holds them)."""

    class Outcome(models.TextChoices):
        YES = "yes"
        NO = "no"
        ANNULLED = "annulled"

    forecast = models.ForeignKey(ImportedForecast, on_delete=models.CASCADE, related_name="outcomes", db_index=False)
    revision = models.PositiveIntegerField()
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    known_at = models.DateTimeField(help_text="When the answer became known, or was put down there.")
    brought_at = models.DateTimeField()

    class Meta:
        ordering = ("forecast", "revision")
        constraints = [
            models.UniqueConstraint(fields=("forecast", "revision"), name="imported_outcome_revision_once"),
            models.CheckConstraint(condition=Q(revision__gte=1), name="imported_outcome_revision_from_1"),
            models.CheckConstraint(condition=Q(outcome__in=["yes", "no", "annulled"]), name="imported_outcome_is_one"),
        ]

    def __str__(self) -> str:
        return f"{self.outcome}, revision {self.revision}"
