"""The history of a forecast as its chart draws it: everything on it, in as many rows as a chart can show."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from forecasts import queries
from forecasts.models import CrowdPoint, Evidence

from .endpoints import SLUG, Endpoint, found_forecast
from .shapes import Share

TOTAL = "How many there are; more than the rows where those are thinned."


class DrawnPoint(serializers.Serializer[CrowdPoint]):
    at = serializers.DateTimeField(help_text="From when it holds.")
    n = serializers.IntegerField(help_text="How many stand with an estimate.")
    recency_weighted = Share(
        allow_null=True, help_text="P(yes) by the median that weighs newer estimates more; null while nobody stands."
    )


class DrawnEstimate(serializers.Serializer[Any]):
    made_at = serializers.DateTimeField(help_text="From when it stands.")
    probability = Share(allow_null=True, help_text="P(yes); null withdraws the one before.")


class DrawnEvidence(serializers.Serializer[Any]):
    added_at = serializers.DateTimeField(help_text="When it was brought.")
    direction = serializers.ChoiceField(Evidence.Direction.choices, help_text="Which way it moves P(yes).")
    title = serializers.CharField(help_text="What it is, as far as a tooltip has room for.")
    n = serializers.IntegerField(
        help_text="How many pieces it stands for, itself and those near it in time that point so."
    )


class DrawnWording(serializers.Serializer[Any]):
    version = serializers.IntegerField(help_text="Which wording it is; the first is not drawn.")
    made_at = serializers.DateTimeField(help_text="From when it holds.")
    reason = serializers.CharField(help_text="Why, as far as a tooltip has room for.")


class DrawnCrowd(serializers.Serializer[Any]):
    total = serializers.IntegerField(help_text=TOTAL)
    rows = DrawnPoint(many=True, help_text="Oldest first. Ends and extremes stay, of the whole and of each stretch.")


class DrawnEstimates(serializers.Serializer[Any]):
    total = serializers.IntegerField(help_text=TOTAL)
    rows = DrawnEstimate(many=True, help_text="Oldest first. Ends and extremes stay, of the whole and of each stretch.")


class DrawnPieces(serializers.Serializer[Any]):
    total = serializers.IntegerField(help_text=TOTAL)
    rows = DrawnEvidence(many=True, help_text="Oldest first; of many that are near in time, the newest of each way.")


class DrawnWordings(serializers.Serializer[Any]):
    total = serializers.IntegerField(help_text=TOTAL)
    rows = DrawnWording(many=True, help_text="Oldest first; of very many, the newest.")


class History(serializers.Serializer[Any]):
    hidden = serializers.BooleanField(help_text="Whether the crowd is hidden from you; then it has no rows.")
    crowd = DrawnCrowd(help_text="The crowd over time. The address crowd/ has every point.")
    own = DrawnEstimates(help_text="Your own estimates. The address estimates/ has them with all that was said.")
    evidence = DrawnPieces(help_text="What evidence came in. The address evidence/ has every piece.")
    wordings = DrawnWordings(help_text="Changes of the wording.")


@extend_schema(parameters=[SLUG])
class HistoryOne(Endpoint):
    @extend_schema(
        summary="History for a chart",
        description="The crowd, your own estimates, evidence and changes of the wording, from the beginning on, in at "
        "most some 1,700 short rows: where there are more, they are thinned so that the drawn line stays the same.",
        responses=History,
    )
    def get(self, request: Request, slug: str) -> Response:
        return Response(History(queries.history(found_forecast(slug), user=request.user, at=self.at)).data)
