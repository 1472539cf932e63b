"""Running totals: what scores add up to, per owner, scope and year, in whole numbers, so that taking back is exact.

Folded from score rows by one job at a time (tracker.services.folding) and rebuildable from them; no foreign keys. Sums
that can pass 2^63 are numeric. Units: weights, coverage and their like in millionths, accrued scores in 1e-9.
"""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from .scores import Owner

EVERYONE = "everyone"


class WholeNumber(models.DecimalField):  # type: ignore[type-arg]  # generic for the checker only
    """A numeric without a fraction, 0 unless given."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_digits": 60, "decimal_places": 0, "default": 0} | options)


class Total(models.Model):
    """What a total is about: whose scores, on the forecasts of a scope that settle in a year, settled or not yet.

    A forecast counts once in each of its scopes. All years are the sum over years, all resolved the sum of both.
    """

    scope = models.CharField(max_length=100, help_text="As Scope prints it.")
    owner = models.CharField(max_length=10, choices=[*Owner.choices, (EVERYONE, "Everyone, pooled")])
    forecaster = models.BigIntegerField(default=0, help_text="The forecaster's id; 0 for every other owner.")
    method = models.CharField(max_length=20, blank=True)
    year = models.PositiveSmallIntegerField()
    settled = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("scope", "owner", "forecaster", "method", "year", "settled"), name="total_once"
            ),
            models.CheckConstraint(
                condition=models.Q(owner=Owner.FORECASTER, forecaster__gt=0)
                | ~models.Q(owner=Owner.FORECASTER) & models.Q(forecaster=0),
                name="total_of_a_forecaster_names_them",
            ),
        ]
        # There is one constant in each scope, so its rows tell which scopes there are.
        indexes = [models.Index(fields=("scope",), condition=models.Q(owner=Owner.CONSTANT), name="total_constant")]

    def __str__(self) -> str:
        return f"{self.owner} {self.forecaster or self.method} on {self.scope}, {self.year}"


class Part(models.Model):
    """One row of sums that belongs to a total."""

    total = models.ForeignKey(Total, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False)

    class Meta:
        abstract = True


class CellTotal(Part):
    """How much was said at a probability of the grid, and how much of that came out yes."""

    view = models.CharField(max_length=5)
    cell = models.SmallIntegerField(help_text="In 0.0001.")
    weight = models.BigIntegerField(default=0)
    yes = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("total", "view", "cell"), name="cell_total_once")]

    def __str__(self) -> str:
        return f"{self.view}, cell {self.cell}"


class ClusterTotal(Part):
    """Sums over forecasts, each one trial however many answer it: c is its weight, s = sum w (y - p)(1, x)."""

    view = models.CharField(max_length=5)
    n = models.BigIntegerField(default=0, help_text="Forecasts.")
    c = WholeNumber(help_text="Sum of c.")
    cc = WholeNumber(help_text="Sum of c squared.")
    ss = WholeNumber(help_text="Sum of s0 squared; s0 in 1e-10.")
    sx = WholeNumber(help_text="Sum of s0 s1; s1 in 1e-16, since x, the log odds, are in 1e-6.")
    xx = WholeNumber(help_text="Sum of s1 squared.")
    spread = WholeNumber(help_text="Sum of c times the sum of w p (1 - p), in 1e-20: what U can at most vary by.")
    spread_x = WholeNumber(help_text="The same with x, in 1e-26.")
    spread_xx = WholeNumber(help_text="The same with x squared, in 1e-32.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=("total", "view"), name="cluster_total_once")]

    def __str__(self) -> str:
        return self.view


class BinTotal(Part):
    """Sums over forecasts with some weight in a bin of ten."""

    view = models.CharField(max_length=5)
    bin = models.SmallIntegerField()
    n = models.BigIntegerField(default=0, help_text="Forecasts.")
    uu = WholeNumber(help_text="Sum of the squared weight of a forecast in the bin.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=("total", "view", "bin"), name="bin_total_once")]

    def __str__(self) -> str:
        return f"{self.view}, bin {self.bin}"


class MomentTotal(Part):
    """Sums over score rows of products of c, the coverage that counts for the measure, and a, the accrued score."""

    measure = models.CharField(max_length=13)
    n = models.BigIntegerField(default=0, help_text="Score rows.")
    c = WholeNumber()
    a = WholeNumber()
    cc = WholeNumber()
    ca = WholeNumber()
    aa = WholeNumber()
    ccc = WholeNumber()
    cca = WholeNumber()
    caa = WholeNumber()
    aaa = WholeNumber()
    beside = WholeNumber(help_text="For the Brier score: what the crowd accrued over the same moments.")
    coverage = WholeNumber()
    contested = WholeNumber()
    attainable = WholeNumber()
    upsets = WholeNumber(help_text="Sum of w min(p, 1 - p), in 1e-10.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=("total", "measure"), name="moment_total_once")]

    def __str__(self) -> str:
        return self.measure


class Counted(models.Model):
    """What of a forecast the totals hold: the run whose scores were added, under which scopes and year."""

    forecast = models.BigIntegerField(primary_key=True)
    run = models.BigIntegerField(null=True)
    scopes = ArrayField(models.CharField(max_length=100), default=list)
    year = models.PositiveSmallIntegerField()
    settled = models.BooleanField()
    settles_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(
                fields=("settles_at",), condition=models.Q(settled=False, run__isnull=False), name="counted_unsettled"
            ),
            GinIndex(fields=("scopes",), name="counted_scopes"),
        ]

    def __str__(self) -> str:
        return f"run {self.run} of forecast {self.forecast}"


class Recount(models.Model):
    """A note, made by triggers, that what a forecast adds to the totals may have changed."""

    forecast = models.BigIntegerField(db_index=True)

    def __str__(self) -> str:
        return f"forecast {self.forecast}"
