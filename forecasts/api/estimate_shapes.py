"""What an estimate looks like over the API, and what making one takes."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from forecasts.models import HIGHEST, LOWEST, Estimate

from .shapes import Instant, Number, Shape, Text, Whole

AN_ID = serializers.IntegerField(help_text="The id of a piece of evidence on this forecast.")


class EstimateParameters(Shape):
    forecaster = Text(required=False, max_length=40, help_text="Only the estimates of this forecaster, by name.")


class EstimateOut(serializers.Serializer[Estimate]):
    id = serializers.IntegerField(help_text="Unique among estimates; it says nothing about order.")
    forecaster = serializers.CharField(source="forecaster.username", help_text="Whose it is.")
    is_bot = serializers.BooleanField(source="forecaster.is_bot", help_text="Whether a program made it.")
    probability = serializers.FloatField(
        allow_null=True, min_value=LOWEST, max_value=HIGHEST, help_text="P(yes); null withdraws the one before."
    )
    made_at = serializers.DateTimeField(help_text="From when it stands.")
    expires_at = serializers.DateTimeField(allow_null=True, help_text="Up to when it stands; null: until replaced.")
    rationale = serializers.CharField(help_text="Why, in Markdown, as written: sanitise it before showing it as HTML.")
    evidence = serializers.SerializerMethodField(help_text="The ids of the evidence that it cites, ascending.")
    crowd_seen = serializers.BooleanField(help_text="Whether its author could see the crowd when making it.")
    wording = serializers.IntegerField(source="wording.version", help_text="The version of the wording it answers.")
    via = serializers.ChoiceField(Estimate.Via.choices, help_text="How it came in.")

    @extend_schema_field(serializers.ListField(child=AN_ID))
    def get_evidence(self, estimate: Estimate) -> list[int]:
        # Whoever has just made it knows what it cites.
        if (cited := self.context.get("cited")) is not None:
            return sorted(set(cited))
        return sorted(cited.pk for cited in estimate.evidence.all())


@extend_schema_field({"type": "number", "minimum": LOWEST, "maximum": HIGHEST, "example": 0.7})
class Probability(Number):
    """A number; the service says which of them can be stored, and why 0 and 1 cannot."""


class NewEstimate(Shape):
    probability = Probability(help_text=f"P(yes), {LOWEST} to {HIGHEST}; 0 and 1 are refused.")
    rationale = Text(
        default="", allow_blank=True, max_length=20_000, trim_whitespace=False, help_text="Why, in Markdown."
    )
    evidence = serializers.ListField(
        child=Whole(help_text="The id of a piece of evidence on this forecast."),
        default=list,
        max_length=100,
        help_text="The ids of the evidence that it rests on.",
    )
    expires_at = Instant(
        default=None, allow_null=True, help_text="Up to when it stands, with its zone; null: until replaced."
    )
