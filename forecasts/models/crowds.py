"""What the crowd said, as exact points, one per change. Derived from estimates and rebuildable."""

import datetime as dt
from typing import Self

from django.db import models

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
    """How far the crowd points of a forecast have been worked out."""

    forecast = models.OneToOneField(
        "Forecast", primary_key=True, on_delete=models.CASCADE, related_name="crowd_state", db_constraint=False
    )
    n_estimates = models.PositiveIntegerField(default=0, help_text="Estimates taken in.")
    through_at = models.DateTimeField(help_text="Expiries up to here are taken in.")
    read_at = models.DateTimeField(help_text="When the estimates were read.")
    next_expiry_at = models.DateTimeField(null=True, help_text="The next instant at which the crowd changes by itself.")

    def __str__(self) -> str:
        return f"{self.n_estimates} estimates through {self.through_at:%Y-%m-%d}"
