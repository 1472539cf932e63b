"""Pairs and their effects."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from forecasts.api.endpoints import Endpoint
from forecasts.api.forecast_shapes import ConditionRef
from forecasts.api.shapes import Shape, Share, Text
from forecasts.crowd import METHODS
from tracker.queries.effects import PairEffect, effects, pairs
from tracker.scopes import Scope


class PairParameters(Shape):
    source = Text(required=False, max_length=80, help_text="Only pairs of this source, by its slug.")  # type: ignore[assignment]  # hides nothing: a declared field is taken off its class
    scope = Text(
        default="all",
        max_length=200,
        help_text="all, source:slug, collection:slug or tag:name; rehearsals show in their own collection only.",
    )


class Difference(serializers.FloatField):
    """-1 to 1."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_value": -1, "max_value": 1} | kwargs)


class DifferenceOut(serializers.Serializer[Any]):
    value = Difference(
        help_text="Median difference of the two probabilities, -1 to 1; above 0: more likely with the condition."
    )
    low = Difference(allow_null=True, help_text="Lower end of its 95% interval, -1 to 1; null for fewer than 6 people.")
    high = Difference(allow_null=True, help_text="Upper end, likewise.")


class LogOddsRatioOut(serializers.Serializer[Any]):
    value = serializers.FloatField(
        help_text="Median difference of the two log odds, in nats, unbounded; above 0: more likely with the condition."
    )
    low = serializers.FloatField(
        allow_null=True, help_text="Lower end of its 95% interval, in nats; null for fewer than 6 people."
    )
    high = serializers.FloatField(allow_null=True, help_text="Upper end, likewise.")


class EffectOut(serializers.Serializer[Any]):
    n = serializers.IntegerField(min_value=1, help_text="People who stood on both branches at that instant.")
    difference = DifferenceOut(
        help_text="The headline. Its interval is for the median of people like these; it says how they differ, not "
        "how uncertain the effect is."
    )
    log_odds_ratio = LogOddsRatioOut(help_text="The same in log odds, which sees differences near 0 and 1.")
    n_more = serializers.IntegerField(min_value=0, help_text="Of them, those who say more likely with the condition.")
    n_less = serializers.IntegerField(min_value=0, help_text="Of them, those who say less likely.")


class SidesOut(serializers.Serializer[Any]):
    given_yes = Share(help_text="Probability of the event if the condition comes true, 0 to 1.")
    given_no = Share(help_text="Probability of the event if it does not, 0 to 1.")
    difference = Difference(help_text="The first less the second, -1 to 1.")
    log_odds_ratio = serializers.FloatField(help_text="The difference of their log odds, in nats, unbounded.")


class MethodOut(SidesOut):
    method = serializers.ChoiceField([(method, method) for method in METHODS], help_text="How the crowd is made.")


class PairOut(serializers.Serializer[Any]):
    slug = serializers.CharField(source="pair.slug", help_text="The pair's public name.")
    title = serializers.CharField(source="pair.title", help_text="The event, asked with and without the condition.")
    condition = ConditionRef(help_text="What the two branches differ in.")
    given_yes = serializers.CharField(source="given_yes.slug", help_text="The branch that counts if it comes true.")
    given_no = serializers.CharField(source="given_no.slug", help_text="The branch that counts if it does not.")
    predicts = serializers.CharField(
        source="given_yes.predicts", help_text="The answer that bears the claim out: yes or no."
    )
    at = serializers.DateTimeField(
        help_text="The instant of these numbers: now, or the last before an answer that stopped them was known."
    )
    stopped = serializers.BooleanField(help_text="Whether an answer to the condition or a branch has stopped them.")
    revealed = serializers.BooleanField(
        help_text="Whether both branches are revealed to the reader; if not, effect is null and crowds are empty."
    )
    effect = EffectOut(allow_null=True, help_text="Over those who stood on both; null while hidden or if nobody did.")
    crowds = serializers.SerializerMethodField(help_text="What the crowd would say if it were those people alone.")
    own = SidesOut(allow_null=True, help_text="One's own, standing on both; null otherwise.")

    @extend_schema_field(MethodOut(many=True))
    def get_crowds(self, found: PairEffect) -> list[dict[str, Any]]:
        return [{"method": method, **SidesOut(sides).data} for method, sides in found.crowds.items()]


class PairList(Endpoint):
    @extend_schema(
        summary="List pairs with their effects",
        description="How much more likely people who stand on both branches of a pair hold its event if the condition "
        "comes true than if it does not. This is disagreement among these people, neither the uncertainty of the "
        "effect nor causation, and no outcome settles it, since one branch is always annulled.",
        parameters=[PairParameters],
        responses=PairOut(many=True),
    )
    def get(self, request: Request) -> Response:
        asked = self.parameters(PairParameters)
        page = self.paginate_queryset(pairs(Scope.parse(asked["scope"]), source=asked.get("source", ""))) or []
        return self.get_paginated_response(PairOut(effects(page, user=request.user, at=self.at), many=True).data)
