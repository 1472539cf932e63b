"""Sources, their claims, and how they are doing."""

from typing import Any

from django.db.models import Count, Q, QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from forecasts.api.endpoints import Endpoint
from forecasts.api.forecast_shapes import ForecastSummary
from forecasts.models import ANSWERED, Outcome, Source
from tracker.queries import effects, hedges
from tracker.queries.sources import scoreboard

from .effects import PairOut
from .hedges import AuthorsOut

NAME = OpenApiParameter("slug", str, OpenApiParameter.PATH, description="The source's public name.")


class SourceSummary(serializers.Serializer[Any]):
    slug = serializers.CharField(help_text="Its public name, as in its address.")
    page = serializers.CharField(source="get_absolute_url", help_text="The path of its page.")
    title = serializers.CharField(help_text="The document that predicts.")
    author = serializers.CharField(help_text="Who wrote it.")
    publisher = serializers.CharField(help_text="Where it appeared; empty if nowhere.")
    url = serializers.CharField(help_text="The document's address; empty if it has none.")
    published_on = serializers.DateField(allow_null=True, help_text="When it appeared; null if not known.")
    summary = serializers.CharField(help_text="What it is about.")
    n_claims = serializers.IntegerField(help_text="Claims registered from it.")
    n_forecasts = serializers.IntegerField(help_text="Forecasts made of them.")
    n_resolved = serializers.IntegerField(help_text="Of these, resolved yes or no.")
    n_annulled = serializers.IntegerField(help_text="Of these, annulled.")


class ClaimBoardOut(serializers.Serializer[Any]):
    key = serializers.CharField(source="claim.key", help_text="Such as C1.")
    author = serializers.CharField(source="claim.author", help_text="Whose prediction it is.")
    where = serializers.CharField(source="claim.where", help_text="Section and bullet.")
    restated = serializers.CharField(source="claim.restated", help_text="The claim in our words.")
    hedge_word = serializers.CharField(source="claim.hedge_word", help_text="The author's own word; empty for none.")
    hedge_low = serializers.FloatField(
        source="claim.hedge_low", allow_null=True, help_text="Lower end of the word's range, 0 to 1; null for none."
    )
    hedge_high = serializers.FloatField(
        source="claim.hedge_high", allow_null=True, help_text="Upper end of the word's range, 0 to 1; null for none."
    )
    hedge_scale = serializers.CharField(source="claim.hedge_scale", help_text="The published scale of that range.")
    forecasts = serializers.SerializerMethodField(help_text="In order; the two branches of a pair side by side.")

    @extend_schema_field(ForecastSummary(many=True))
    def get_forecasts(self, board: Any) -> Any:
        asked = [one for question in board.questions for one in (question.forecast, question.twin) if one]
        return ForecastSummary(asked, many=True, context=self.context).data


class SourceConditionOut(serializers.Serializer[Any]):
    condition = serializers.CharField(source="forecast.slug", help_text="A forecast of this source, by its slug.")
    branches = serializers.SerializerMethodField(help_text="The forecasts that depend on it, by their slugs.")

    def get_branches(self, found: Any) -> list[str]:
        return [branch.slug for branch in found.branches]


class SourceDetail(SourceSummary):
    claims = serializers.SerializerMethodField(help_text="In their order, each with its forecasts.")
    conditions = serializers.SerializerMethodField(help_text="What depends on what.")
    pairs = serializers.SerializerMethodField(help_text="Its pairs in order, with their effects, as under pairs/.")
    authors = serializers.SerializerMethodField(
        help_text="How it does: its authors' own words, translated by a published scale, against what happened."
    )

    @extend_schema_field(ClaimBoardOut(many=True))
    def get_claims(self, source: Source) -> Any:
        return ClaimBoardOut(self.context["board"].claims, many=True, context=self.context).data

    @extend_schema_field(SourceConditionOut(many=True))
    def get_conditions(self, source: Source) -> Any:
        return SourceConditionOut(self.context["board"].conditions, many=True).data

    @extend_schema_field(PairOut(many=True))
    def get_pairs(self, source: Source) -> Any:
        return PairOut(self.context["pairs"], many=True).data

    @extend_schema_field(AuthorsOut)
    def get_authors(self, source: Source) -> Any:
        return AuthorsOut(self.context["authors"]).data


class SourceList(Endpoint):
    @extend_schema(
        summary="List sources",
        description="Documents that predict, by title, each with how far it has come.",
        responses=SourceSummary(many=True),
    )
    def get(self, request: Request) -> Response:
        return self.paged(_counted(), SourceSummary)


@extend_schema(parameters=[NAME])
class SourceOne(Endpoint):
    @extend_schema(
        summary="One source with its claims",
        description="Every claim, its forecasts, and how they have turned out; the effects of its pairs; and how its "
        "authors' words do, translated.",
        responses=SourceDetail,
    )
    def get(self, request: Request, slug: str) -> Response:
        source = _counted().filter(slug=slug).first()
        if source is None:
            raise NotFound(f"There is no source “{slug}”.")
        context = {
            "board": scoreboard(source, user=request.user, at=self.at),
            "pairs": effects.of_source(source.slug, user=request.user, at=self.at),
            "authors": hedges.of_source(source),
            "at": self.at,
        }
        return Response(SourceDetail(source, context=context).data)


def _counted() -> QuerySet[Source]:
    outcome = "claims__forecasts__resolution__outcome"
    return Source.objects.annotate(
        n_claims=Count("claims", distinct=True),
        n_forecasts=Count("claims__forecasts", distinct=True),
        n_resolved=Count("claims__forecasts", filter=Q(**{f"{outcome}__in": ANSWERED}), distinct=True),
        n_annulled=Count("claims__forecasts", filter=Q(**{outcome: Outcome.ANNULLED}), distinct=True),
    ).order_by("title", "slug")
