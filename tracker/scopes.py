"""What a board or a calibration is about: everything, a source, a collection or a tag."""

from dataclasses import dataclass
from typing import Self

from django.db.models import QuerySet

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
