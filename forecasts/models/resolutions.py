"""What was settled: resolutions, each a revision of the one before. Append-only."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from .forecasts import Outcome


class Resolution(models.Model):
    """One decision about a forecast. The highest revision is in force; triggers refuse a gap and a first reopening."""

    forecast = models.ForeignKey("Forecast", on_delete=models.PROTECT, related_name="resolutions", db_index=False)
    revision = models.PositiveIntegerField()
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    known_at = models.DateTimeField(help_text="When the answer became knowable; later estimates do not count.")
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        "Forecaster",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="decisions",
        help_text="Empty: the system.",
    )
    reason = models.TextField()
    links = ArrayField(models.URLField(max_length=1000), default=list, blank=True)
    cause = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="effects",
        help_text="The condition's resolution that brought this one about.",
    )

    class Meta:
        ordering = ("forecast", "revision")
        constraints = [
            models.UniqueConstraint(fields=("forecast", "revision"), name="resolution_revision_once"),
            models.CheckConstraint(condition=Q(revision__gte=1), name="resolution_revision_from_1"),
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="resolution_outcome_is_known"),
            models.CheckConstraint(condition=Q(known_at__lte=F("decided_at")), name="resolution_known_before_decided"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=False) ^ Q(cause__isnull=False),
                name="resolution_by_a_person_or_by_a_cause",
            ),
        ]
        indexes = [
            models.Index(fields=("outcome", "decided_at"), name="resolution_recent"),
            models.Index(fields=("decided_at",), name="resolution_decided_at"),
        ]

    def __str__(self) -> str:
        return f"{self.outcome}, revision {self.revision}"
