"""What was claimed: documents that predict, and each thing they predict."""

from django.db import models
from django.db.models import F, Q


class Source(models.Model):
    """A document that makes predictions."""

    slug = models.SlugField(max_length=80, unique=True)
    title = models.CharField(max_length=300)
    author = models.CharField(max_length=200)
    publisher = models.CharField(max_length=200, blank=True)
    url = models.URLField(max_length=500, blank=True)
    published_on = models.DateField(null=True, blank=True)
    summary = models.TextField(blank=True)

    class Meta:
        ordering = ("title",)

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"/sources/{self.slug}/"


class Claim(models.Model):
    """One thing a source predicts, restated, with how sure its author said to be."""

    # Its claims are found by the index that keeps their positions apart.
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="claims", db_index=False)
    key = models.CharField(max_length=20, help_text="Such as C1.")
    position = models.PositiveIntegerField(help_text="The order on the source's page, from 1.")
    author = models.CharField(
        max_length=200, help_text="Whose prediction it is; a commenter's may not be the source's."
    )
    premise = models.BooleanField(default=False, help_text="What the other claims take for granted.")
    section = models.CharField(max_length=200, blank=True)
    bullet = models.PositiveIntegerField(null=True, blank=True)
    restated = models.TextField(help_text="The prediction in our own words.")
    hedge_word = models.CharField(max_length=60, blank=True, help_text="The author's own word for how likely it is.")
    hedge_low = models.FloatField(null=True, blank=True, help_text="Lower end of the word's range, 0 to 1.")
    hedge_high = models.FloatField(null=True, blank=True, help_text="Upper end of the word's range, 0 to 1.")
    hedge_scale = models.CharField(max_length=200, blank=True, help_text="The published scale that gives the range.")
    hedge_note = models.TextField(blank=True, help_text="Where the word stands and what it covers.")

    class Meta:
        ordering = ("source", "position")
        constraints = [
            models.UniqueConstraint(fields=("source", "key"), name="claim_key_once_per_source"),
            models.UniqueConstraint(fields=("source", "position"), name="claim_position_once_per_source"),
            models.CheckConstraint(
                condition=Q(hedge_low__isnull=True, hedge_high__isnull=True)
                | Q(
                    # Null passes a check, so that each end is named as there.
                    hedge_low__isnull=False,
                    hedge_high__isnull=False,
                    hedge_low__gte=0,
                    hedge_high__lte=1,
                    hedge_low__lt=F("hedge_high"),
                ),
                name="claim_hedge_range_within_0_1",
            ),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def where(self) -> str:
        """Where in the source it stands: section and bullet."""
        return f"{self.section}, bullet {self.bullet}" if self.bullet else self.section


class Collection(models.Model):
    """A named set of forecasts, which is also a scope of scores."""

    slug = models.SlugField(max_length=80, unique=True)
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    simulated = models.BooleanField(default=False, help_text="Its forecasts and forecasters are invented.")

    class Meta:
        ordering = ("title",)

    def __str__(self) -> str:
        return self.title
