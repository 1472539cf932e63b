"""Calibration."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from forecasts.api.endpoints import Endpoint
from forecasts.api.shapes import Share, Text
from forecasts.crowd import METHODS
from forecasts.models import Forecaster
from forecasts.refusals import Invalid
from tracker.queries.calibration import VIEWS, calibration
from tracker.scopes import Scope

from .parameters import ScopeParameters


class CalibrationParameters(ScopeParameters):
    forecaster = Text(
        required=False, max_length=40, help_text="Of this forecaster; without, and without crowd, everyone."
    )
    crowd = serializers.ChoiceField(
        [(method, method) for method in METHODS], required=False, help_text="Of the crowd by this method."
    )
    view = serializers.ChoiceField(
        list(VIEWS.items()),
        default="time",
        help_text="; ".join(f"{name}: {what}" for name, what in VIEWS.items()) + ".",
    )
    year = serializers.IntegerField(
        required=False, min_value=1, max_value=9998, help_text="Only forecasts that settled in this year."
    )


class DecompositionOut(serializers.Serializer[Any]):
    miscalibration = Share(
        allow_null=True,
        help_text="What recalibration would take off the Brier score, 0 to 1; lower is better; null while empty.",
    )
    discrimination = Share(
        allow_null=True, help_text="What telling yes from no takes off it, 0 to 1; higher is better; null while empty."
    )
    miscalibration_by_chance = Share(
        allow_null=True,
        help_text="What the miscalibration of a calibrated forecaster stays below in 95% of cases; null while empty.",
    )
    uncertainty = Share(
        allow_null=True, help_text="The Brier score of always saying the base rate, 0 to 0.25; null while empty."
    )


class RecalibrationOut(serializers.Serializer[Any]):
    intercept = serializers.FloatField(
        allow_null=True, help_text="Log odds of the outcome at one half; 0 is calibrated; null where it does not exist."
    )
    slope = serializers.FloatField(
        allow_null=True,
        help_text="1 is calibrated, below 1 overconfident, above 1 underconfident; null where it does not exist.",
    )
    intercept_se = serializers.FloatField(
        allow_null=True,
        min_value=0,
        help_text="Standard error, with forecasts as clusters; null below 100 forecasts, where it covers too little.",
    )
    slope_se = serializers.FloatField(allow_null=True, min_value=0, help_text="Likewise.")


class BinOut(serializers.Serializer[Any]):
    lower = Share(help_text="The bin holds probabilities from here, 0 to 1.")
    upper = Share(help_text="Up to here, not included, except in the last bin.")
    n = serializers.IntegerField(help_text="Forecasts on which one of these was said.")
    n_eff = serializers.FloatField(help_text="Forecasts of equal weight that would weigh as much.")
    weight = serializers.FloatField(help_text="Their weight: 1 is one forecast for all of its scheduled time.")
    mean_probability = Share(allow_null=True, help_text="Weighted mean of what was said; null while empty.")
    observed_frequency = Share(allow_null=True, help_text="Weighted share of yes; null while empty.")
    low = Share(allow_null=True, help_text="Its Wilson 95% interval at n_eff; null while empty.")
    high = Share(allow_null=True, help_text="The upper end of it.")
    few = serializers.BooleanField(help_text="Whether n_eff is below 10: too few to lean on.")


# Named by the fields of an object, because one of them is a word of Python's.
BlockOut = type(
    "BlockOut",
    (serializers.Serializer,),
    {
        "__doc__": "Probabilities that isotonic regression recalibrates to one value.",
        "from": Share(source="start", help_text="The lowest probability said in it."),
        "to": Share(source="end", help_text="The highest probability said in it."),
        "recalibrated": Share(help_text="The share of yes that the regression gives."),
        "weight": serializers.FloatField(help_text="Its weight, as of a bin."),
    },
)


class BandPointOut(serializers.Serializer[Any]):
    probability = Share(help_text="What was said.")
    low = Share(help_text="From here, pointwise in 95% of cases, the curve of a calibrated forecaster would lie,")
    high = Share(help_text="up to here.")


class MeasuredOut(serializers.Serializer[Any]):
    """What calibration says, whatever it is of."""

    n_forecasts = serializers.IntegerField(help_text="Forecasts counted.")
    n_effective = serializers.FloatField(
        min_value=0, help_text="Forecasts of equal weight that would weigh as much: what the band rests on."
    )
    weight = serializers.FloatField(help_text="Their weight: 1 is one forecast for all of its scheduled time.")
    brier = Share(allow_null=True, help_text="Weighted mean Brier score, 0 to 1; lower is better; null while empty.")
    mean_probability = Share(allow_null=True, help_text="Weighted mean of what was said; null while empty.")
    base_rate = Share(allow_null=True, help_text="Weighted share of yes; null while empty.")
    decomposition = DecompositionOut(
        source="*", help_text="brier = miscalibration - discrimination + uncertainty (CORP)."
    )
    auc = Share(
        allow_null=True,
        help_text="The chance that a yes was given more than a no, ties half; higher is better; null for one outcome.",
    )
    p_value = Share(
        allow_null=True,
        help_text="Of the one test that log odds need no shift and no stretch; from 0.05 up it could be chance.",
    )
    recalibration = RecalibrationOut(source="*", help_text="Logistic regression of the outcome on the log odds said.")
    bins = BinOut(many=True, help_text="Ten of equal width; none while empty.")
    curve = BlockOut(many=True, help_text="The reliability curve by isotonic regression; none while empty.")
    band = BandPointOut(many=True, help_text="The consistency band around the diagonal; none while empty.")
    sentence = serializers.CharField(help_text="What it says, in words.")
    caveat = serializers.CharField(help_text="What the sentence rests on, and what in it only illustrates.")


class CalibrationOut(MeasuredOut):
    subject = serializers.CharField(help_text="The forecaster's name or the crowd method; empty for everyone.")
    label = serializers.CharField(help_text="For people.")  # type: ignore[assignment]  # hides nothing: a declared field is taken off its class
    scope = serializers.CharField(help_text="As in the parameter.")
    scope_label = serializers.CharField(source="scope.label", help_text="For people.")
    view = serializers.ChoiceField(list(VIEWS.items()), help_text="As in the parameter.")
    year = serializers.IntegerField(allow_null=True, help_text="The year in which the forecasts settled; null: all.")
    years = serializers.ListField(
        child=serializers.IntegerField(help_text="A year."), help_text="Years in which any settled, latest first."
    )
    settled = serializers.BooleanField(help_text="Whether only settled forecasts are counted.")
    provisional = serializers.BooleanField(
        help_text="Whether unsettled ones are: asked for, or because none has settled. Those are a biased sample."
    )


class CalibrationOne(Endpoint):
    @extend_schema(
        summary="Calibration",
        description="Of what was given 70%, how much happened: of a forecaster, of a crowd method, or of everyone.",
        parameters=[CalibrationParameters],
        responses=CalibrationOut,
    )
    def get(self, request: Request) -> Response:
        asked = self.parameters(CalibrationParameters)
        name = asked.pop("forecaster", None)
        forecaster = None if name is None else _forecaster(name)
        read = calibration(scope=Scope.parse(asked.pop("scope")), forecaster=forecaster, **asked)
        return Response(CalibrationOut(read).data)


def _forecaster(name: str) -> Forecaster:
    found = Forecaster.objects.filter(username=name).first()
    if found is None:
        raise Invalid(f"There is no forecaster “{name}”.", field="forecaster")
    return found
