"""What may be asked of a picture: the parameters of its chart, and how it is to look."""

from rest_framework import serializers

from forecasts.api.shapes import Shape, Slug, Text
from tracker.api.calibration import CalibrationParameters
from tracker.api.comparison import CompareParameters
from tracker.charts.composing import NARROWEST, THEMES, USUAL, WIDEST, Look

# More pixels than a screen that has three of them in one of a page's.
FINEST = 3


class LookParameters(Shape):
    theme = serializers.ChoiceField(THEMES, default=THEMES[0], help_text="light or dark.")
    width = serializers.IntegerField(min_value=NARROWEST, max_value=WIDEST, default=USUAL, help_text="In pixels.")


class FinerLookParameters(LookParameters):
    scale = serializers.IntegerField(min_value=1, max_value=FINEST, default=2, help_text="A PNG's pixels for each.")


class HistoryParameters(Shape):
    forecast = Slug(max_length=200, help_text="The forecast's public name.")


class AccrualParameters(Shape):
    forecast = Slug(max_length=200, help_text="The forecast's public name.")
    forecaster = Text(max_length=150, help_text="The forecaster's name.")


PARAMETERS: dict[str, type[Shape]] = {
    "history": HistoryParameters,
    "accrual": AccrualParameters,
    "comparison": CompareParameters,
    "reliability": CalibrationParameters,
}


def asked(chart: str, kind: str, given: dict[str, str]) -> tuple[dict[str, object], Look]:
    """The chart's parameters and the look, checked; an empty parameter is one that was not given."""
    looks = FinerLookParameters if kind == "png" else LookParameters
    shape = type(f"{chart.capitalize()}Picture", (PARAMETERS[chart], looks), {})
    if kind != "png" and given.get("scale"):
        raise serializers.ValidationError({"scale": ["Only a PNG has one; an SVG is sharp at any size."]})
    checked = shape(data={name: value for name, value in given.items() if value})
    checked.is_valid(raise_exception=True)
    found = dict(checked.validated_data)
    return found, Look(**{name: found.pop(name) for name in ("theme", "width", "scale") if name in found})
