"""What was estimated: probabilities, and the evidence behind them. Append-only."""

import datetime as dt
from typing import Self

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from .visibility import Viewer, revealed_to

LOWEST, HIGHEST = 0.0001, 0.9999


class EstimateQuerySet(models.QuerySet["Estimate"]):
    def visible_to(self, user: Viewer, *, at: dt.datetime) -> Self:
        """One's own, and others' on forecasts that are revealed to `user`."""
        return self.filter(Q(forecaster_id=user.pk) | revealed_to(user, at=at, path="forecast"))


class Estimate(models.Model):
    """One forecaster's probability from one time on; a null probability withdraws the one before."""

    class Via(models.TextChoices):
        PAGE = "page"
        API = "api"
        IMPORT = "import"
        SIMULATION = "simulation"

    forecast = models.ForeignKey("Forecast", on_delete=models.PROTECT, related_name="estimates", db_index=False)
    forecaster = models.ForeignKey("Forecaster", on_delete=models.PROTECT, related_name="estimates", db_index=False)
    # Its key to the wording includes the forecast (see the migration), so that no estimate cites another's words.
    wording = models.ForeignKey(
        "Wording", on_delete=models.PROTECT, related_name="estimates", db_index=False, db_constraint=False
    )
    probability = models.FloatField(null=True, help_text="0.0001 to 0.9999; null withdraws.")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    crowd_seen = models.BooleanField(default=False, help_text="Whether the crowd was visible to its author.")
    rationale = models.TextField(blank=True, help_text="Markdown.")
    via = models.CharField(max_length=12, choices=Via.choices)
    idempotency_key = models.CharField(max_length=100, null=True, blank=True)
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)
    evidence: "models.ManyToManyField[Evidence, Citation]" = models.ManyToManyField(
        "Evidence", through="Citation", related_name="cited_by"
    )

    objects = EstimateQuerySet.as_manager()

    class Meta:
        ordering = ("made_at", "id")
        constraints = [
            models.CheckConstraint(
                condition=Q(probability__isnull=True) | Q(probability__gte=LOWEST, probability__lte=HIGHEST),
                name="estimate_probability_within_bounds",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__isnull=True) | Q(expires_at__gt=F("made_at")),
                name="estimate_expires_after_made",
            ),
            models.UniqueConstraint(fields=("forecast", "forecaster", "made_at"), name="estimate_once_per_instant"),
            models.UniqueConstraint(fields=("forecaster", "idempotency_key"), name="estimate_once_per_key"),
        ]
        indexes = [
            models.Index(
                fields=("forecast", "made_at"),
                include=("forecaster", "probability", "expires_at"),
                name="estimate_history",
            ),
            models.Index(fields=("forecaster", "made_at"), name="estimate_by_forecaster"),
            BrinIndex(fields=("recorded_at",), name="estimate_recorded_at"),
        ]

    def __str__(self) -> str:
        return "withdrawn" if self.probability is None else f"{self.probability:.2%}"


class Evidence(models.Model):
    """Something public that bears on a forecast."""

    class Direction(models.TextChoices):
        RAISES = "raises"
        LOWERS = "lowers"
        NEUTRAL = "neutral"

    forecast = models.ForeignKey("Forecast", on_delete=models.PROTECT, related_name="evidence")
    added_by = models.ForeignKey("Forecaster", on_delete=models.PROTECT, related_name="evidence_added")
    added_at = models.DateTimeField()
    title = models.CharField(max_length=300)
    url = models.URLField(max_length=1000, blank=True)
    summary = models.TextField(blank=True)
    published_on = models.DateField(null=True, blank=True)
    direction = models.CharField(max_length=7, choices=Direction.choices)
    likelihood_ratio = models.FloatField(
        null=True, blank=True, help_text="P(evidence | yes) / P(evidence | no), by the one who added it; above 0."
    )

    class Meta:
        verbose_name_plural = "evidence"
        ordering = ("-added_at", "-id")
        constraints = [
            models.UniqueConstraint(
                fields=("forecast", "added_by", "url", "added_at"), name="evidence_once_per_instant"
            ),
            models.CheckConstraint(
                condition=Q(likelihood_ratio__isnull=True) | Q(likelihood_ratio__gt=0, likelihood_ratio__lte=1e6),
                name="evidence_likelihood_ratio_is_positive",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Citation(models.Model):
    """An estimate cites a piece of evidence."""

    estimate = models.ForeignKey(Estimate, on_delete=models.PROTECT, related_name="citations")
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="citations")

    class Meta:
        constraints = [models.UniqueConstraint(fields=("estimate", "evidence"), name="citation_once")]

    def __str__(self) -> str:
        return f"{self.estimate_id} cites {self.evidence_id}"


class Rating(models.Model):
    """What a forecaster thinks of a piece of evidence; their latest is the one that holds."""

    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="ratings")
    forecaster = models.ForeignKey("Forecaster", on_delete=models.PROTECT, related_name="ratings")
    useful = models.BooleanField()
    likelihood_ratio = models.FloatField(null=True, blank=True)
    rated_at = models.DateTimeField()

    class Meta:
        ordering = ("rated_at", "id")
        constraints = [
            models.UniqueConstraint(fields=("evidence", "forecaster", "rated_at"), name="rating_once_per_instant"),
            models.CheckConstraint(
                condition=Q(likelihood_ratio__isnull=True) | Q(likelihood_ratio__gt=0, likelihood_ratio__lte=1e6),
                name="rating_likelihood_ratio_is_positive",
            ),
        ]

    def __str__(self) -> str:
        return "useful" if self.useful else "not useful"
