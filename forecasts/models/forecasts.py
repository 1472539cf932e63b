"""What was asked: forecasts, their versioned wordings, conditions and pairs."""

import datetime as dt
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, GistIndex, OpClass
from django.db import models
from django.db.models import F, Q

from .sources import Collection
from .visibility import Viewer, revealed_to


class Outcome(models.TextChoices):
    """What a resolution says."""

    YES = "yes"
    NO = "no"
    ANNULLED = "annulled"
    REOPENED = "reopened"


class Status(models.TextChoices):
    """Derived from times and the resolution, never stored."""

    UPCOMING = "upcoming"
    OPEN = "open"
    CLOSED = "closed"
    DUE = "due"
    RESOLVED = "resolved"
    ANNULLED = "annulled"


ANSWERED = (Outcome.YES, Outcome.NO)
ENDED = (*ANSWERED, Outcome.ANNULLED)
UNANSWERED = Q(resolution=None) | Q(resolution__outcome=Outcome.REOPENED)


class ForecastQuerySet(models.QuerySet["Forecast"]):
    def with_status(self, status: str, *, at: dt.datetime) -> Self:
        """Forecasts of that status at that instant; `status` is one of Status."""
        return self.filter(
            {
                Status.UPCOMING: UNANSWERED & Q(opens_at__gt=at),
                Status.OPEN: UNANSWERED & Q(opens_at__lte=at, closes_at__gt=at),
                Status.CLOSED: UNANSWERED & Q(closes_at__lte=at, resolve_by__gt=at),
                Status.DUE: UNANSWERED & Q(closes_at__lte=at, resolve_by__lte=at),
                Status.RESOLVED: Q(resolution__outcome__in=ANSWERED),
                Status.ANNULLED: Q(resolution__outcome=Outcome.ANNULLED),
            }[Status(status)]
        )

    def visible_to(self, user: Viewer, *, at: dt.datetime) -> Self:
        """Forecasts whose crowd, estimates and rationales `user` may see at that instant."""
        return self.filter(revealed_to(user, at=at))


class Pair(models.Model):
    """The same event asked twice: given that a condition comes true, and given that it does not."""

    slug = models.SlugField(max_length=120, unique=True)
    title = models.CharField(max_length=300)
    condition = models.ForeignKey("Forecast", on_delete=models.PROTECT, related_name="pairs_on_it")

    def __str__(self) -> str:
        return self.title


class Forecast(models.Model):
    """A resolvable question. What it asks lives in its wordings; the current one's question and times are copied here.

    A deferred trigger refuses a commit in which the copies differ from the latest wording, another keeps
    `resolution` at the highest revision, and a third refuses a change of condition or pair.
    """

    slug = models.SlugField(max_length=120, unique=True)
    # One index is enough for both: that of a claim's forecasts in their order.
    claim = models.ForeignKey(
        "Claim",
        null=True,
        blank=True,
        db_index=False,
        on_delete=models.PROTECT,
        related_name="forecasts",
        help_text="Where it is from.",
    )
    part = models.CharField(max_length=10, blank=True, help_text="Which part of its claim, such as a.")
    hedged = models.BooleanField(default=False, help_text="The claim's hedge word covers this part.")
    predicts = models.CharField(
        max_length=3, default="yes", choices=[("yes", "yes"), ("no", "no")], help_text="What would bear the claim out."
    )
    position = models.PositiveIntegerField(default=0, help_text="The order under its claim.")
    tags = ArrayField(models.SlugField(max_length=40), default=list, blank=True)
    collections: "models.ManyToManyField[Collection, models.Model]" = models.ManyToManyField(
        "Collection", blank=True, related_name="forecasts"
    )
    simulated = models.BooleanField(default=False, help_text="Invented for a rehearsal; counts in its own scope only.")
    condition = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="branches", help_text="Counts only if..."
    )
    condition_outcome = models.CharField(max_length=3, blank=True, choices=[("yes", "yes"), ("no", "no")])
    pair = models.ForeignKey(Pair, null=True, blank=True, on_delete=models.PROTECT, related_name="branches")
    reveal_at = models.DateTimeField(null=True, blank=True, help_text="When everyone may see the crowd.")
    programs_in_crowd = models.BooleanField(
        default=True, db_default=True, help_text="Whether the estimates of programs count in the crowd."
    )
    created_by = models.ForeignKey("Forecaster", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    version = models.PositiveIntegerField(default=1, help_text="The current wording's version.")
    question = models.CharField(max_length=500)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    resolve_by = models.DateTimeField()
    spot_at = models.DateTimeField(null=True, blank=True)
    resolution = models.OneToOneField(
        "Resolution", null=True, blank=True, on_delete=models.PROTECT, related_name="current_for", editable=False
    )

    objects = ForecastQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(condition=Q(opens_at__lt=F("closes_at")), name="forecast_closes_after_it_opens"),
            models.CheckConstraint(condition=Q(condition__lt=F("id")), name="forecast_condition_is_older"),
            models.CheckConstraint(
                condition=Q(condition__isnull=True, condition_outcome="")
                | Q(condition__isnull=False, condition_outcome__in=["yes", "no"]),
                name="forecast_condition_names_its_outcome",
            ),
            models.CheckConstraint(
                condition=Q(pair__isnull=True) | Q(condition__isnull=False), name="forecast_in_a_pair_has_a_condition"
            ),
            models.UniqueConstraint(fields=("pair", "condition_outcome"), name="pair_has_one_branch_per_outcome"),
        ]
        indexes = [
            models.Index(fields=("closes_at", "id"), name="forecast_closes_at"),
            models.Index(fields=("created_at", "id"), name="forecast_created_at"),
            models.Index(fields=("claim", "position", "id"), name="forecast_in_its_claim"),
            models.Index(fields=("opens_at", "id"), name="forecast_opens_at"),
            models.Index(fields=("reveal_at",), condition=Q(reveal_at__isnull=False), name="forecast_reveal_at"),
            GinIndex(fields=("tags",), name="forecast_tags"),
            # The resolvers' queue is in this order; what has been decided is not in it.
            models.Index(fields=("resolve_by", "id"), condition=Q(resolution=None), name="forecast_undecided"),
            # What is open, and what has closed and waits, however much was decided before.
            models.Index(fields=("closes_at", "id"), condition=Q(resolution=None), name="forecast_unanswered"),
            # Answers "which ask nearly this?" with the nearest few, however many there are.
            GistIndex(OpClass("question", name="gist_trgm_ops(siglen=64)"), name="forecast_question_near"),
        ]

    def __str__(self) -> str:
        return self.question

    def get_absolute_url(self) -> str:
        return f"/forecasts/{self.slug}/"

    @property
    def label(self) -> str:
        """The claim's key and the part, such as C1a; empty for a forecast that stands alone."""
        return f"{self.claim.key}{self.part}" if self.claim else ""

    @property
    def hedge(self) -> tuple[float, float] | None:
        """The range of P(yes) that the claim's hedge word translates to, turned round where the claim predicts no."""
        claim = self.claim if self.hedged else None
        if claim is None or claim.hedge_low is None or claim.hedge_high is None:
            return None
        if self.predicts == "no":
            return 1 - claim.hedge_high, 1 - claim.hedge_low
        return claim.hedge_low, claim.hedge_high

    @property
    def outcome(self) -> str:
        """The outcome in force: yes, no or annulled; empty while there is none."""
        current = self.resolution
        return current.outcome if current and current.outcome in ENDED else ""

    @property
    def settles_at(self) -> dt.datetime:
        """From when on it counts: before its close and its due date those that have resolved are a biased sample."""
        return max(self.closes_at, self.resolve_by)

    def status_at(self, at: dt.datetime) -> Status:
        if self.outcome:
            return Status.ANNULLED if self.outcome == Outcome.ANNULLED else Status.RESOLVED
        if at < self.opens_at:
            return Status.UPCOMING
        if at < self.closes_at:
            return Status.OPEN
        return Status.CLOSED if at < self.resolve_by else Status.DUE


class Wording(models.Model):
    """What a forecast asked, from one time on. Append-only: a change of words is a new version with its reason."""

    forecast = models.ForeignKey(Forecast, on_delete=models.PROTECT, related_name="wordings")
    version = models.PositiveIntegerField()
    question = models.CharField(max_length=500)
    background = models.TextField(blank=True)
    criteria = models.TextField(blank=True)
    sources = ArrayField(models.CharField(max_length=500), default=list, blank=True)
    fallback = models.TextField(blank=True)
    annulled_if = models.TextField(blank=True)
    known_at_rule = models.TextField(blank=True)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    resolve_by = models.DateTimeField()
    spot_at = models.DateTimeField(null=True, blank=True)
    author = models.ForeignKey("Forecaster", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    reason = models.TextField(blank=True, help_text="Why it was changed; empty for the first.")

    class Meta:
        ordering = ("forecast", "version")
        constraints = [
            models.UniqueConstraint(fields=("forecast", "version"), name="wording_version_once"),
            models.UniqueConstraint(fields=("id", "forecast"), name="wording_of_its_forecast"),
            models.CheckConstraint(condition=Q(opens_at__lt=F("closes_at")), name="wording_closes_after_it_opens"),
            models.CheckConstraint(
                condition=Q(version=1) | (Q(version__gt=1) & ~Q(reason="")), name="wording_change_has_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question} (wording {self.version})"
