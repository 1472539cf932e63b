"""How far scoring has come, and what failed, as the jobs last saw it."""

from django.db import models


class Backlog(models.Model):
    """What the job that looks for work last found: one row, so that a page need not count what is on record."""

    looked_at = models.DateTimeField(help_text="When it last looked, or finished a batch.")
    in_force = models.PositiveIntegerField(help_text="Resolutions in force.")
    waiting = models.PositiveIntegerField(help_text="Those of them that had no current run then.")
    waits_since = models.DateTimeField(null=True, help_text="When the oldest of those was decided; null: none waited.")

    def __str__(self) -> str:
        return f"{self.waiting} of {self.in_force} wait"


class Failure(models.Model):
    """A forecast that could not be scored or folded; gone once it was. It is tried again at every look."""

    class Stage(models.TextChoices):
        SCORING = "scoring"
        FOLDING = "folding"

    stage = models.CharField(max_length=7, choices=Stage.choices)
    forecast = models.BigIntegerField()
    said = models.CharField(max_length=500, help_text="What went wrong, for whoever looks after the service.")
    times = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("forecast", "stage"), name="failure_once_per_stage")]

    def __str__(self) -> str:
        return f"{self.stage} of forecast {self.forecast}: {self.said}"
