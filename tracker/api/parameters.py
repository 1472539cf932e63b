"""Parameters that boards and calibration share."""

from rest_framework import serializers

from forecasts.api.shapes import Shape, Text


class ScopeParameters(Shape):
    scope = Text(
        default="all",
        max_length=200,
        help_text="all, source:slug, collection:slug or tag:name; rehearsals count in their own collection only.",
    )
    settled = serializers.BooleanField(
        default=True,
        help_text="true: forecasts past closing and due date, unless none is yet. false: all resolved, provisional.",
    )
