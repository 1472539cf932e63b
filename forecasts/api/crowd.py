"""The crowd of a forecast over time."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from forecasts import queries
from forecasts.models import CrowdPoint

from .endpoints import SLUG, Endpoint, found_forecast
from .shapes import Share


class CrowdPointOut(serializers.Serializer[CrowdPoint]):
    at = serializers.DateTimeField(help_text="From when it holds, until the next point.")
    n = serializers.IntegerField(help_text="How many stand with an estimate.")
    recency_weighted = Share(
        allow_null=True, help_text="P(yes) by the median that weighs newer estimates more; null while nobody stands."
    )
    median = Share(allow_null=True, help_text="P(yes) by the plain median; null while nobody stands.")
    mean_log_odds = Share(allow_null=True, help_text="P(yes) by the mean of log odds; null while nobody stands.")


class Crowd(serializers.Serializer[Any]):
    hidden = serializers.BooleanField(
        help_text="Whether it is hidden from you, so that your first estimate is your own; then there are no points."
    )
    reveal_at = serializers.DateTimeField(help_text="When everyone may see it, if it has not resolved before.")
    points = CrowdPointOut(many=True, help_text="One per change, oldest first; empty while hidden.")


@extend_schema(parameters=[SLUG])
class CrowdOne(Endpoint):
    @extend_schema(
        summary="The crowd over time",
        description="Hidden until your first estimate, the reveal time or the resolution, whichever is first.",
        responses=Crowd,
    )
    def get(self, request: Request, slug: str) -> Response:
        forecast = found_forecast(slug)
        body = {
            "hidden": queries.crowd_is_hidden(forecast, user=request.user, at=self.at),
            "reveal_at": forecast.reveal_at or forecast.closes_at,
            "points": queries.crowd_points(forecast, user=request.user, at=self.at),
        }
        return Response(Crowd(body).data)
