"""The scoring state of every resolution."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from forecasts.api.endpoints import Endpoint
from forecasts.models import Outcome, Resolution
from tracker.queries.progress import Step, progress

STEPS = [(step.value, step.value) for step in Step]


class ProgressOut(serializers.Serializer[Any]):
    forecast = serializers.CharField(source="resolution.forecast.slug", help_text="The forecast, by its slug.")
    revision = serializers.IntegerField(source="resolution.revision", help_text="Which of its resolutions, from 1.")
    outcome = serializers.ChoiceField(Outcome.choices, source="resolution.outcome", help_text="What it says.")
    decided_at = serializers.DateTimeField(source="resolution.decided_at", help_text="When it was decided.")
    step = serializers.ChoiceField(
        STEPS,
        help_text="waiting for a worker; scoring, a worker is at it; scored, not yet on boards; folded into them; "
        "nothing to score; superseded by a later revision; failed, and tried again every 15 seconds.",
    )
    finished_at = serializers.DateTimeField(allow_null=True, help_text="When it was scored; null if it is not.")
    n_scores = serializers.IntegerField(help_text="Rows that scoring made, references included.")


class ScoringList(Endpoint):
    @extend_schema(
        summary="How far scoring has come",
        description="Every resolution, the latest first, with how far its scoring is.",
        responses=ProgressOut(many=True),
    )
    def get(self, request: Request) -> Response:
        rows = Resolution.objects.select_related("forecast").order_by("-id")
        return self.get_paginated_response(ProgressOut(progress(self.paginate_queryset(rows) or []), many=True).data)
