"""What a board or a calibration is about: everything, a source, a collection or a tag."""

import datetime as dt
from dataclasses import dataclass
from typing import Self

from django.db.models import QuerySet
from django.db.models.functions import Greatest

from forecasts.models import ANSWERED, Collection, Forecast, Source
from forecasts.refusals import Invalid

KINDS = ("all", "source", "collection", "tag")


@dataclass(frozen=True)
class Scope:
    """A set of forecasts. Rehearsals count in their own collection and in no other scope."""

    kind: str = "all"
    key: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "all", "source:slug", "collection:slug" or "tag:name"."""
        kind, _, key = (text or "all").partition(":")
        if kind not in KINDS or bool(key) == (kind == "all") or "\x00" in key:
            raise Invalid("Use all, source:slug, collection:slug or tag:name.", field="scope")
        scope = cls(kind, key)
        if not scope.exists():
            raise Invalid(f"There is no {kind} “{key}”.", field="scope")
        return scope

    def __str__(self) -> str:
        return f"{self.kind}:{self.key}" if self.key else self.kind

    @property
    def label(self) -> str:
        match self.kind:
            case "source":
                return Source.objects.get(slug=self.key).title
            case "collection":
                return Collection.objects.get(slug=self.key).title
            case "tag":
                return f"Tagged {self.key}"
            case _:
                return "Everything"

    @property
    def simulated(self) -> bool:
        return self.kind == "collection" and Collection.objects.filter(slug=self.key, simulated=True).exists()

    def exists(self) -> bool:
        match self.kind:
            case "source":
                return Source.objects.filter(slug=self.key).exists()
            case "collection":
                return Collection.objects.filter(slug=self.key).exists()
            case "tag":
                return Forecast.objects.filter(tags__contains=[self.key]).exists()
            case _:
                return True

    def forecasts(self) -> QuerySet[Forecast]:
        match self.kind:
            case "source":
                return Forecast.objects.filter(claim__source__slug=self.key, simulated=False)
            case "collection":
                return Forecast.objects.filter(collections__slug=self.key)
            case "tag":
                return Forecast.objects.filter(tags__contains=[self.key], simulated=False)
            case _:
                return Forecast.objects.filter(simulated=False)

    def answered(self) -> QuerySet[Forecast]:
        """Those that resolved yes or no."""
        return self.forecasts().filter(resolution__outcome__in=ANSWERED)


def scopes_of(forecast: Forecast) -> list[Scope]:
    """Every scope that a forecast counts in, with its collections and its claim's source at hand."""
    collections = [Scope("collection", collection.slug) for collection in forecast.collections.all()]
    if forecast.simulated:
        return collections
    source = [Scope("source", forecast.claim.source.slug)] if forecast.claim else []
    return [Scope(), *source, *collections, *(Scope("tag", tag) for tag in forecast.tags)]


def scopes() -> list[Scope]:
    """Those that have a resolved forecast, everything first; for menus."""
    answered = Forecast.objects.filter(resolution__outcome__in=ANSWERED)
    sources = Source.objects.filter(claims__forecasts__in=answered).distinct().values_list("slug", flat=True)
    collections = Collection.objects.filter(forecasts__in=answered).distinct().values_list("slug", flat=True)
    tagged = answered.filter(simulated=False).values_list("tags", flat=True)
    return [
        Scope(),
        *(Scope("source", slug) for slug in sources),
        *(Scope("collection", slug) for slug in collections),
        *(Scope("tag", tag) for tag in sorted({tag for tags in tagged for tag in tags})),
    ]


@dataclass(frozen=True)
class View:
    """Which forecasts of a scope count: settled ones, unless none are or the reader wants all of them."""

    scope: Scope
    settled: bool
    provisional: bool
    year: int | None
    years: list[int]
    forecasts: QuerySet[Forecast]


def view(scope: Scope, *, settled: bool, at: dt.datetime, year: int | None = None) -> View:
    """Settled forecasts, of the year they settled in; all resolved ones, provisional, if asked or if none has settled.

    A forecast settles once both its close and its due date are past: before that the resolved ones are a biased sample,
    since yes can come early and no cannot.
    """
    answered = scope.answered()
    settled_ones = answered.filter(closes_at__lte=at, resolve_by__lte=at)
    provisional = not settled or not settled_ones.exists()
    found = (answered if provisional else settled_ones).annotate(settles_at=Greatest("closes_at", "resolve_by"))
    years = [moment.year for moment in found.datetimes("settles_at", "year", order="DESC")]
    if year is not None:
        found = found.filter(settles_at__year=year)
    return View(scope, not provisional, provisional, year, years, found)
