"""One scoring run per resolution and rules version, and its rows.

Derived and rebuildable, so no foreign key is kept in the database: scoring writes in bulk. Uniqueness is.
"""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q

from forecasts.models import Forecast, Forecaster, Resolution


class ScoringRun(models.Model):
    """The scoring of one resolution under one version of the rules, from inputs that its digest names.

    One that is made again, from other inputs, takes the place of the one before, which stays, no longer `current`,
    until the totals have taken back what it added to them.
    """

    resolution = models.ForeignKey(Resolution, on_delete=models.CASCADE, related_name="runs", db_constraint=False)
    forecast = models.ForeignKey(Forecast, on_delete=models.CASCADE, related_name="runs", db_constraint=False)
    rules = models.PositiveIntegerField(help_text="The version of the scoring rules.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of everything the scores depend on.")
    wording_version = models.PositiveIntegerField()
    n_estimates = models.PositiveIntegerField()
    n_scores = models.PositiveIntegerField()
    read_at = models.DateTimeField(help_text="When the inputs were read.")
    finished_at = models.DateTimeField()
    current = models.BooleanField(default=True, help_text="False once another run took its place.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("resolution", "rules"), condition=Q(current=True), name="run_once_per_resolution_and_rules"
            )
        ]
        indexes = [
            models.Index(fields=("forecast",), name="run_forecast"),
            # Rows lie in this order: what webhooks have yet to tell is at the end.
            BrinIndex(fields=("finished_at",), name="run_finished_at"),
        ]

    def __str__(self) -> str:
        return f"resolution {self.resolution_id}, rules {self.rules}"


class Owner(models.TextChoices):
    """Whose score a row is."""

    FORECASTER = "forecaster"
    CROWD = "crowd"
    AUTHOR = "author"
    CONSTANT = "constant"


class Score(models.Model):
    """What one owner earned on one forecast. Null is "no score", which is not 0.

    Units, range and direction of each measure: tracker/scoring.
    """

    run = models.ForeignKey(ScoringRun, on_delete=models.CASCADE, related_name="scores", db_constraint=False)
    forecast = models.ForeignKey(
        Forecast, on_delete=models.CASCADE, related_name="scores", db_constraint=False, db_index=False
    )
    owner = models.CharField(max_length=10, choices=Owner.choices)
    forecaster = models.ForeignKey(
        Forecaster, null=True, on_delete=models.CASCADE, related_name="scores", db_constraint=False, db_index=False
    )
    method = models.CharField(max_length=20, blank=True, help_text="Which crowd, translation or constant.")
    brier = models.FloatField(null=True)
    log_score = models.FloatField(null=True)
    baseline = models.FloatField(null=True)
    peer = models.FloatField(null=True)
    spot_baseline = models.FloatField(null=True)
    spot_peer = models.FloatField(null=True)
    crowd_brier = models.FloatField(
        null=True, help_text="The crowd's Brier score over the time standing, beside a forecaster's own."
    )
    spot_early = models.BooleanField(
        default=False, help_text="The answer came before the spot time: counts on no board."
    )
    coverage = models.FloatField()
    contested = models.FloatField(help_text="Time standing together with another, over the scheduled length.")
    attainable = models.FloatField(help_text="The coverage that one who always stood would have.")
    cells = ArrayField(models.SmallIntegerField(), default=list, help_text="Probabilities held, in 0.0001, ascending.")
    shares = ArrayField(models.IntegerField(), default=list, help_text="Time at each, in millionths of the length.")
    final_cell = models.SmallIntegerField(null=True, help_text="The probability standing at the spot time, in 0.0001.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("run", "owner", "forecaster", "method"), name="score_once_per_owner", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(owner="forecaster", forecaster__isnull=False, method="")
                | (~Q(owner="forecaster") & Q(forecaster__isnull=True) & ~Q(method="")),
                name="score_has_one_owner",
            ),
            models.CheckConstraint(condition=Q(coverage__gte=0, coverage__lte=1), name="score_coverage_within_0_1"),
        ]
        indexes = [
            # What was scored last comes first in every list of one owner's scores.
            models.Index(fields=("forecaster", "-id"), name="score_of_forecaster"),
            models.Index(fields=("forecast",), name="score_forecast"),
        ]

    def __str__(self) -> str:
        return f"{self.owner} {self.forecaster_id or self.method} on {self.forecast_id}"
