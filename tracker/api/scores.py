"""The scores of one forecast."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from forecasts.api.endpoints import SLUG, Endpoint, found_forecast
from forecasts.api.shapes import Share
from tracker.models import Owner, Score
from tracker.queries import scores
from tracker.queries.measures import REFERENCES

STATES = [(state, state) for state in ("unresolved", "pending", "scored", "annulled")]


class ScoreOut(serializers.Serializer[Score]):
    owner = serializers.ChoiceField(
        Owner.choices, help_text="A forecaster, or what is scored beside them: a crowd, the author's words, a constant."
    )
    name = serializers.SerializerMethodField(help_text="The forecaster's name, or the method of the reference.")
    label = serializers.SerializerMethodField(help_text="For people.")  # type: ignore[assignment]  # hides nothing: a declared field is taken off its class
    brier = serializers.FloatField(
        allow_null=True,
        min_value=0,
        max_value=1,
        help_text="Squared error over time standing, 0 to 1; lower is better.",
    )
    log_score = serializers.FloatField(
        allow_null=True, min_value=0, help_text="-ln of the probability given to what happened, nats; lower is better."
    )
    baseline = serializers.FloatField(
        allow_null=True,
        help_text="Points over the scheduled time; 0 is always one half, 100 certain and right; higher is better.",
    )
    peer = serializers.FloatField(
        allow_null=True, help_text="Points against the others standing then; 0 is as good as they; higher is better."
    )
    spot_baseline = serializers.FloatField(
        allow_null=True, help_text="The baseline score at the spot time; higher is better; null if not standing then."
    )
    spot_peer = serializers.FloatField(
        allow_null=True, help_text="The peer score at the spot time; higher is better; null if not standing then."
    )
    spot_early = serializers.BooleanField(help_text="The answer came before the spot time: those two count nowhere.")
    coverage = Share(help_text="Time standing over the scheduled length, 0 to 1.")
    contested = Share(help_text="Time standing together with another, likewise.")
    attainable = Share(help_text="The coverage of one who always stood, 0 to 1.")

    def get_name(self, score: Score) -> str:
        return score.forecaster.username if score.forecaster else score.method

    def get_label(self, score: Score) -> str:
        if score.forecaster:
            return score.forecaster.username
        return REFERENCES.get((Owner(score.owner), score.method), score.method)


class ForecastScoresOut(serializers.Serializer[Any]):
    state = serializers.ChoiceField(
        STATES, help_text="pending: resolved, and a worker has yet to score it. annulled: nothing is scored."
    )
    settled = serializers.BooleanField(
        help_text="Whether it counts on boards: past closing and due date. Until then the scores are provisional."
    )
    finished_at = serializers.DateTimeField(allow_null=True, help_text="When it was scored; null if it was not.")
    scores = ScoreOut(source="people", many=True, help_text="Forecasters, best baseline first.")
    references = ScoreOut(many=True, help_text="The crowd by each method, the author's words, always one half.")


@extend_schema(parameters=[SLUG])
class ScoresOne(Endpoint):
    @extend_schema(
        summary="Scores of a forecast",
        description="Null is no score, which is not 0.",
        responses=ForecastScoresOut,
    )
    def get(self, request: Request, slug: str) -> Response:
        forecast = found_forecast(slug)
        read = scores.of_forecast(forecast)
        body = {
            "state": read.state,
            "settled": forecast.settles_at <= self.at,
            "finished_at": read.finished_at,
            "people": read.people,
            "references": read.references,
        }
        return Response(ForecastScoresOut(body).data)
