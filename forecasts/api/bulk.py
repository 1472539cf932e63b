"""Many estimates in one request: all of them, or none."""

from collections.abc import Mapping
from typing import Any, Final

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from forecasts.models import HIGHEST, LOWEST, Estimate
from forecasts.services import checks, estimating_many
from forecasts.services.estimating_many import LONGEST_KEY, MOST, Made, Said

from .endpoints import Endpoint
from .estimate_shapes import NewEstimate, Probability
from .estimates import idempotency_key
from .shapes import Slug

LONGEST_SLUG: Final = 120


class NewEstimateOf(NewEstimate):
    forecast = Slug(max_length=LONGEST_SLUG, help_text="The forecast's public name; each once in a request.")
    probability = Probability(
        allow_null=True, help_text=f"P(yes), {LOWEST} to {HIGHEST}; 0 and 1 are refused. Null withdraws."
    )


class EstimateMade(serializers.Serializer[Made]):
    id = serializers.IntegerField(help_text="The estimate's.")
    forecast = serializers.CharField(help_text="The slug that was given.")
    probability = serializers.FloatField(allow_null=True, min_value=LOWEST, max_value=HIGHEST, help_text="P(yes).")
    made_at = serializers.DateTimeField(help_text="From when it stands: the same for all of a request.")
    wording = serializers.IntegerField(help_text="The version of the wording it answers.")
    crowd_seen = serializers.BooleanField(help_text="Whether its author could see the crowd when making it.")
    repeated = serializers.BooleanField(help_text="Whether this idempotency key had made it before.")


class EstimateBulk(Endpoint):
    # One answer per row, in one list.
    pagination_class = None

    @extend_schema(
        summary="Make many estimates",
        description=f"1 to {MOST:,} rows, each of another forecast. All of them go on record at one instant, or none: "
        "a refusal names each row at fault, counted from 0, such as 17.probability. One answer per row, in order.",
        parameters=[idempotency_key(LONGEST_KEY)],
        request=NewEstimateOf(many=True),
        responses={
            201: EstimateMade(many=True),
            200: OpenApiResponse(EstimateMade(many=True), description="What this idempotency key made before."),
        },
    )
    def post(self, request: Request) -> Response:
        made = estimating_many.submit_all(
            _said(request.data),
            by=self.actor,
            at=self.at,
            via=Estimate.Via.API,
            idempotency_key=request.headers.get("Idempotency-Key"),
        )
        # The same instant in all of them: read from the field once, since thousands are sent.
        when = serializers.DateTimeField().to_representation(made[0].made_at)
        rows = [
            {
                "id": row.id,
                "forecast": row.forecast,
                "probability": row.probability,
                "made_at": when,
                "wording": row.wording,
                "crowd_seen": row.crowd_seen,
                "repeated": row.repeated,
            }
            for row in made
        ]
        return Response(rows, status=200 if made[0].repeated else 201)


def _said(body: Any) -> list[Said]:
    """Every row, or a refusal that names all that cannot be read."""
    if not isinstance(body, list):
        raise serializers.ValidationError({"non_field_errors": ["Give a list of estimates, such as [{…}, {…}]."]})
    if len(body) > MOST:
        raise serializers.ValidationError({"non_field_errors": [f"At most {MOST:,} rows; these are {len(body):,}."]})
    rows: list[Said] = []
    faults: list[Mapping[str, Any]] = []
    for row in body:
        said = _plain(row)
        if said is None:
            shape = NewEstimateOf(data=row)
            if not shape.is_valid():
                faults.append(shape.errors)
                continue
            given = dict(shape.validated_data)
            said = Said(**given | {"evidence": tuple(given["evidence"])})
        faults.append({})
        rows.append(said)
    if any(faults):
        raise serializers.ValidationError(faults)
    return rows


def _plain(row: Any) -> Said | None:
    """A row of the common kind, read at once; None for any other, which goes the long way that knows all faults."""
    if not isinstance(row, dict) or not {"forecast", "probability"} <= row.keys() <= {
        "forecast",
        "probability",
        "rationale",
    }:
        return None
    forecast, probability, rationale = row["forecast"], row["probability"], row.get("rationale", "")
    good = (
        type(forecast) is str
        and 0 < len(forecast) <= LONGEST_SLUG
        and (type(probability) in {float, int} or probability is None)
        and type(rationale) is str
        and len(rationale) <= checks.MAX_TEXT
    )
    return Said(forecast, probability, rationale) if good else None
