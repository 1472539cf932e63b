"""Evidence on a forecast: what was brought, adding a piece, rating one."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from forecasts import queries
from forecasts.models import Evidence, Rating
from forecasts.services import evidencing

from .endpoints import SLUG, Endpoint, found_forecast
from .shapes import Flag, Number, Shape, Text

RATIO = "P(evidence | yes) / P(evidence | no): above 1 raises P(yes), below 1 lowers it; null where none was given."
EVIDENCE_ID = OpenApiParameter("evidence_id", int, OpenApiParameter.PATH, description="The piece of evidence.")


class EvidenceOut(serializers.Serializer[Evidence]):
    id = serializers.IntegerField(help_text="What an estimate cites it by.")
    title = serializers.CharField(help_text="What it is.")
    url = serializers.CharField(help_text="Where it is public; empty if it has no address.")
    summary = serializers.CharField(help_text="What it says, in Markdown.")
    published_on = serializers.DateField(allow_null=True, help_text="When it was published; null if not known.")
    direction = serializers.ChoiceField(Evidence.Direction.choices, help_text="Which way it moves P(yes).")
    likelihood_ratio = serializers.FloatField(allow_null=True, help_text=RATIO)
    added_by = serializers.CharField(source="added_by.username", help_text="Who brought it.")
    added_at = serializers.DateTimeField(help_text="When it was brought.")
    n_useful = serializers.IntegerField(help_text="Forecasters whose latest rating calls it useful.")
    n_citations = serializers.IntegerField(
        allow_null=True, help_text="Estimates that cite it; null while others' estimates are hidden from you."
    )


class NewEvidence(Shape):
    title = Text(max_length=300, help_text="What it is.")
    direction = serializers.ChoiceField(Evidence.Direction.choices, help_text="Which way it moves P(yes).")
    url = Text(default="", allow_blank=True, max_length=1000, help_text="Where it is public: http or https.")
    summary = Text(default="", allow_blank=True, max_length=20_000, help_text="What it says, in Markdown.")
    published_on = serializers.DateField(default=None, allow_null=True, help_text="When it was published.")
    likelihood_ratio = Number(default=None, allow_null=True, help_text=RATIO + " At most 1,000,000.")


class NewRating(Shape):
    useful = Flag(help_text="Whether it helps to estimate.")
    likelihood_ratio = Number(default=None, allow_null=True, help_text=RATIO + " At most 1,000,000.")


class RatingOut(serializers.Serializer[Rating]):
    evidence = serializers.IntegerField(source="evidence_id", help_text="The piece of evidence.")
    forecaster = serializers.CharField(source="forecaster.username", help_text="Who rated it.")
    useful = serializers.BooleanField(help_text="Whether it helps to estimate.")
    likelihood_ratio = serializers.FloatField(allow_null=True, help_text=RATIO)
    rated_at = serializers.DateTimeField(help_text="When; the latest of each forecaster holds.")


@extend_schema(parameters=[SLUG])
class EvidenceList(Endpoint):
    @extend_schema(summary="Evidence on a forecast", description="Newest first.", responses=EvidenceOut(many=True))
    def get(self, request: Request, slug: str) -> Response:
        return self.paged(queries.evidence(found_forecast(slug), user=request.user, at=self.at), EvidenceOut)

    @extend_schema(
        summary="Add evidence",
        description="Something public that bears on the forecast, and which way.",
        request=NewEvidence,
        responses={201: EvidenceOut},
    )
    def post(self, request: Request, slug: str) -> Response:
        forecast, given = found_forecast(slug), self.body(NewEvidence)
        made = evidencing.add(forecast=forecast, by=self.actor, at=self.at, **given)
        shown = queries.evidence(forecast, user=self.actor, at=self.at).get(pk=made.pk)
        return Response(EvidenceOut(shown).data, status=201)


@extend_schema(parameters=[SLUG, EVIDENCE_ID])
class RatingList(Endpoint):
    @extend_schema(
        summary="Rate a piece of evidence",
        description="Your latest rating of it holds.",
        request=NewRating,
        responses={201: RatingOut},
    )
    def post(self, request: Request, slug: str, evidence_id: int) -> Response:
        evidence = Evidence.objects.filter(forecast=found_forecast(slug), pk=evidence_id).first()
        if evidence is None:
            raise NotFound(f"There is no evidence {evidence_id} on this forecast.")
        made = evidencing.rate(evidence=evidence, by=self.actor, at=self.at, **self.body(NewRating))
        return Response(RatingOut(made).data, status=201)
