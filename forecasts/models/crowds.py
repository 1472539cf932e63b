"""What the crowd said, as exact points, one per change. Derived from estimates and rebuildable."""

import datetime as dt
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from .visibility import Viewer, revealed_to


class CrowdPointQuerySet(models.QuerySet["CrowdPoint"]):
    def visible_to(self, user: Viewer, *, at: dt.datetime) -> Self:
        return self.filter(revealed_to(user, at=at, path="forecast"))


class CrowdPoint(models.Model):
    """The crowd from one instant on: how many stand, and their probability by each method; null while nobody stands."""

    forecast = models.ForeignKey("Forecast", on_delete=models.CASCADE, related_name="crowd_points", db_constraint=False)
    at = models.DateTimeField()
    n = models.PositiveIntegerField()
    recency_weighted = models.FloatField(null=True)
    median = models.FloatField(null=True)
    mean_log_odds = models.FloatField(null=True)

    objects = CrowdPointQuerySet.as_manager()

    class Meta:
        ordering = ("forecast", "at")
        constraints = [models.UniqueConstraint(fields=("forecast", "at"), name="crowd_point_once_per_instant")]

    def __str__(self) -> str:
        return f"{self.n} at {self.at:%Y-%m-%d}"


class CrowdState(models.Model):
    """How far the crowd points of a forecast have been worked out, and what lists show of them.

    The last point, and a trace: at most 24 of the points, those in force at as many even steps from first to last.
    """

    forecast = models.OneToOneField(
        "Forecast", primary_key=True, on_delete=models.CASCADE, related_name="crowd_state", db_constraint=False
    )
    n_estimates = models.PositiveIntegerField(default=0, help_text="Estimates taken in.")
    through_at = models.DateTimeField(help_text="Expiries up to here are taken in.")
    read_at = models.DateTimeField(help_text="When the estimates were read.")
    next_expiry_at = models.DateTimeField(null=True, help_text="The next instant at which the crowd changes by itself.")
    moved_at = models.DateTimeField(null=True, editable=False, help_text="The last point's instant; null without one.")
    n_standing = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    recency_weighted = models.FloatField(null=True, editable=False)
    trace_at = ArrayField(models.DateTimeField(), default=list, db_default=[], editable=False)
    trace = ArrayField(models.FloatField(null=True), default=list, db_default=[], editable=False)

    class Meta:
        indexes = [
            models.Index(fields=("-moved_at", "-forecast"), name="crowd_state_moved"),
            models.Index(fields=("-n_standing", "-forecast"), name="crowd_state_standing"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(moved_at__isnull=False)
                | Q(n_standing=0, recency_weighted__isnull=True, trace_at__len=0, trace__len=0),
                name="crowd_state_without_a_point_says_nothing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.n_estimates} estimates through {self.through_at:%Y-%m-%d}"
