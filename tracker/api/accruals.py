"""How one forecaster's score on a forecast came about."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from forecasts.api.endpoints import SLUG, Endpoint, found_forecast
from forecasts.models import Forecaster
from tracker.queries import accruals

NAME = OpenApiParameter("name", str, OpenApiParameter.PATH, description="The forecaster's name.")


class PartOut(serializers.Serializer[accruals.Part]):
    start_at = serializers.DateTimeField(help_text="From when they stood so.")
    end_at = serializers.DateTimeField(help_text="Until when.")
    n = serializers.IntegerField(help_text="How many estimates this row sums up; 1 but in the middle of many.")
    probability = serializers.FloatField(allow_null=True, help_text="What they stood with; null for several.")
    share = serializers.FloatField(help_text="The time over the scheduled length; the sum is the coverage.")
    baseline = serializers.FloatField(help_text="Points added to the baseline score.")
    peer = serializers.FloatField(help_text="Points added to the peer score.")
    brier = serializers.FloatField(help_text="What it added to the Brier score, which is a mean over time standing.")
    log_score = serializers.FloatField(help_text="What it added to the log score, likewise.")


class MomentOut(serializers.Serializer[accruals.Moment]):
    at = serializers.DateTimeField(help_text="From when, until the next row; the last one ends what counts.")
    baseline = serializers.FloatField(help_text="The baseline score that it would be, were it always so.")
    peer = serializers.FloatField(help_text="The peer score, likewise; both are 0 while not standing.")


class AccrualOut(serializers.Serializer[Any]):
    total = PartOut(help_text="All of it together: the scores.")
    parts = PartOut(many=True, help_text="By time. Of very many the middle ones are one row.")
    moments = MomentOut(many=True, help_text="By time, a row per change; of very many, averages of neighbours.")


@extend_schema(parameters=[SLUG, NAME])
class AccrualOne(Endpoint):
    @extend_schema(
        operation_id="forecasts_scores_of_one_retrieve",
        summary="How a score came about",
        description="What each estimate of a forecaster added to their scores on a resolved forecast, and each moment.",
        responses=AccrualOut,
    )
    def get(self, request: Request, slug: str, name: str) -> Response:
        # PostgreSQL takes no null character, and no name has one.
        forecaster = None if "\x00" in name else Forecaster.objects.filter(username=name).first()
        found = accruals.accrual(found_forecast(slug), forecaster) if forecaster else None
        if found is None:
            raise NotFound(f"“{name}” has no score on this forecast.")
        return Response(AccrualOut(found).data)
