"""Leaderboards."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from forecasts.api.endpoints import Endpoint
from forecasts.api.shapes import Share
from tracker.models import Owner
from tracker.queries.leaderboards import leaderboard
from tracker.queries.measures import MEASURES
from tracker.queries.standings import WHO
from tracker.scopes import Scope

from .parameters import ScopeParameters


class LeaderboardParameters(ScopeParameters):
    measure = serializers.ChoiceField(
        [(name, measure.label) for name, measure in MEASURES.items()],
        default="peer",
        help_text=" ".join(
            f"{name}: {measure.unit}, {measure.better} is better." for name, measure in MEASURES.items()
        ),
    )
    year = serializers.IntegerField(
        required=False, min_value=1, max_value=9998, help_text="Only forecasts that settled in this year."
    )

    who = serializers.ChoiceField(
        list(WHO.items()),
        default="everyone",
        help_text="Who is ranked: people and programs together, or either among themselves. The scores are the same: "
        "who stands beside somebody on a forecast does not depend on it.",
    )


class MeasureOut(serializers.Serializer[Any]):
    name = serializers.CharField(help_text="As in the parameter.")
    label = serializers.CharField(help_text="For people.")  # type: ignore[assignment]  # hides nothing: a declared field is taken off its class
    unit = serializers.CharField(help_text="Unit or range.")
    better = serializers.ChoiceField([("higher", "higher"), ("lower", "lower")], help_text="Which way is better.")
    explanation = serializers.CharField(help_text="What it measures.")


class BoardRow(serializers.Serializer[Any]):
    rank = serializers.IntegerField(
        allow_null=True, min_value=1, help_text="From 1, best first; null under the minimum and for references."
    )
    owner = serializers.ChoiceField(Owner.choices, help_text="A forecaster, or a reference.")
    name = serializers.CharField(help_text="The forecaster's name, or the method of the reference.")
    label = serializers.CharField(help_text="For people.")  # type: ignore[assignment]  # hides nothing: a declared field is taken off its class
    is_bot = serializers.BooleanField(help_text="Whether it is marked as a program.")
    simulated = serializers.BooleanField(help_text="Whether it was invented for a rehearsal.")
    rank_best = serializers.IntegerField(
        allow_null=True,
        min_value=1,
        help_text="The best rank that the intervals allow, jointly at 95% for all ranked rows; null without a rank.",
    )
    rank_worst = serializers.IntegerField(allow_null=True, min_value=1, help_text="The worst one, likewise.")
    n = serializers.IntegerField(help_text="Forecasts that count for this score.")
    upsets = serializers.FloatField(
        min_value=0, help_text="Upsets to expect if calibrated: the sum of min(p, 1 - p) over the time standing."
    )
    coverage = Share(help_text="Time standing over all scheduled time of the board, 0 to 1.")
    contested = Share(help_text="Time standing together with another, likewise.")
    attainable = Share(help_text="What coverage would be, had they always stood on the forecasts they stood on.")
    score = serializers.FloatField(help_text="By the board's measure, which names unit and direction.")
    crowd = Share(
        allow_null=True,
        help_text="On a board by Brier score the crowd's over the same moments, 0 to 1, lower is better; else null.",
    )
    low = serializers.FloatField(
        allow_null=True, help_text="The 95% interval of the score over forecasts like these; null below the minimum."
    )
    high = serializers.FloatField(allow_null=True, help_text="Its upper end, likewise.")


class BoardOut(serializers.Serializer[Any]):
    scope = serializers.CharField(help_text="As in the parameter.")
    scope_label = serializers.CharField(source="scope.label", help_text="For people.")
    measure = MeasureOut(help_text="What the score is.")
    year = serializers.IntegerField(allow_null=True, help_text="The year in which the forecasts settled; null: all.")
    years = serializers.ListField(
        child=serializers.IntegerField(help_text="A year."), help_text="Years that have a board, latest first."
    )
    who = serializers.ChoiceField(list(WHO.items()), help_text="Who is ranked, as in the parameter.")
    settled = serializers.BooleanField(help_text="Whether only settled forecasts are counted.")
    provisional = serializers.BooleanField(
        help_text="Whether unsettled ones are: asked for, or because none has settled. Those are a biased sample."
    )
    n_forecasts = serializers.IntegerField(help_text="Forecasts on this board.")
    attainable = Share(help_text="The coverage of one who always stood, 0 to 1.")
    minimum = serializers.IntegerField(help_text="Forecasts that it takes to be ranked.")
    minimum_upsets = serializers.IntegerField(help_text="Expected upsets that it takes to be ranked.")
    distinguishable = serializers.BooleanField(
        help_text="Whether the data put any ranked row wholly before another; overlap is no tie."
    )
    ranked = BoardRow(many=True, help_text="Best first.")
    unranked = BoardRow(many=True, help_text="Those under the minimum, best first.")
    references = BoardRow(
        many=True,
        help_text="The crowd by each method, the author's words, always one half, and the base rate in hindsight.",
    )


class LeaderboardOne(Endpoint):
    @extend_schema(
        summary="Leaderboard",
        description="Who did how well on a scope, by one measure.",
        parameters=[LeaderboardParameters],
        responses=BoardOut,
    )
    def get(self, request: Request) -> Response:
        asked = self.parameters(LeaderboardParameters)
        board = leaderboard(scope=Scope.parse(asked.pop("scope")), **asked)
        return Response(BoardOut(board).data)
