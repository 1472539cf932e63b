"""Two forecasters compared."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from forecasts.api.endpoints import Endpoint
from forecasts.api.shapes import Share, Text
from tracker.models import Owner
from tracker.queries.comparison import COMPARED, comparison, subject
from tracker.scopes import Scope

from .parameters import ScopeParameters

WHO = f"A forecaster's name, or one of {', '.join(COMPARED)}."


class CompareParameters(ScopeParameters):
    a = Text(max_length=60, help_text=WHO)
    b = Text(max_length=60, help_text=WHO)


class SubjectOut(serializers.Serializer[Any]):
    name = serializers.CharField(source="key", help_text="As in the parameter.")
    label = serializers.CharField(help_text="For people.")  # type: ignore[assignment]  # hides nothing: a declared field is taken off its class
    owner = serializers.ChoiceField(Owner.choices, help_text="A forecaster, or a reference.")


def _difference(what: str) -> serializers.FloatField:
    return serializers.FloatField(
        min_value=-1, max_value=1, help_text=f"{what}, of Brier scores, -1 to 1; below 0 a did better."
    )


class RoundOut(serializers.Serializer[Any]):
    number = serializers.IntegerField(min_value=1, help_text="From 1, in the order in which they entered.")
    entered_at = serializers.DateTimeField(help_text="When the last of its forecasts counted for the first time.")
    claim = serializers.CharField(source="label", help_text="The claim's key; empty for a forecast without a claim.")
    title = serializers.CharField(help_text="The claim, or the question.")
    address = serializers.CharField(help_text="Its page.")
    n_forecasts = serializers.IntegerField(min_value=1, help_text="Forecasts in it on which both stood.")
    difference = _difference("Mean difference of the round")
    mean = _difference("Mean over the rounds so far")
    low = _difference("Lower end of the interval of the expected mean, which holds at every round at once with 95%")
    high = _difference("Upper end of that interval")


class ComparisonOut(serializers.Serializer[Any]):
    a = SubjectOut(help_text="One of the two.")
    b = SubjectOut(help_text="The other.")
    scope = serializers.CharField(help_text="As in the parameter.")
    scope_label = serializers.CharField(source="scope.label", help_text="For people.")
    settled = serializers.BooleanField(help_text="Whether only settled forecasts are counted.")
    provisional = serializers.BooleanField(
        help_text="Whether unsettled ones are: asked for, or because none has settled. Those are a biased sample."
    )
    level = Share(help_text="With what probability all intervals of the path hold together.")
    n_forecasts = serializers.IntegerField(help_text="Forecasts on which both stood at one time.")
    n_waiting = serializers.IntegerField(help_text="Those of them that wait for others of their claims.")
    n_rounds = serializers.IntegerField(help_text="Rounds so far; the forecasts of one claim make one.")
    sentence = serializers.CharField(help_text="What may be claimed, in words.")
    reach = serializers.CharField(help_text="How far intervals reach after so many rounds, in words.")
    rounds = RoundOut(many=True, help_text="In order; a correction recomputes all of them.")


class CompareOne(Endpoint):
    @extend_schema(
        summary="Comparison",
        description=(
            "Two forecasters on what both answered: the mean difference of their Brier scores, round by round, with "
            "intervals that hold at every round at once, so that one may look every day."
        ),
        parameters=[CompareParameters],
        responses=ComparisonOut,
    )
    def get(self, request: Request) -> Response:
        asked = self.parameters(CompareParameters)
        read = comparison(
            a=subject(asked["a"], field="a"),
            b=subject(asked["b"], field="b"),
            scope=Scope.parse(asked["scope"]),
            settled=asked["settled"],
            at=self.at,
        )
        return Response(ComparisonOut(read).data)
