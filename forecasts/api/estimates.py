"""Estimates on a forecast: history as one may see it, making one, withdrawing."""

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from forecasts import queries
from forecasts.models import Estimate, Forecast
from forecasts.services import estimating

from .endpoints import SLUG, Endpoint, found_forecast
from .estimate_shapes import EstimateOut, EstimateParameters, NewEstimate


def idempotency_key(longest: int) -> OpenApiParameter:
    return OpenApiParameter(
        "Idempotency-Key",
        {"type": "string", "minLength": 1, "maxLength": longest},
        OpenApiParameter.HEADER,
        description=f"Yours to choose, 1 to {longest} characters. The same key again returns what it made; with "
        "anything else in the body it is refused.",
    )


@extend_schema(parameters=[SLUG])
class EstimateList(Endpoint):
    @extend_schema(
        summary="History of estimates",
        description="Newest first: your own, and those of others once the forecast is revealed to you.",
        parameters=[EstimateParameters],
        responses=EstimateOut(many=True),
    )
    def get(self, request: Request, slug: str) -> Response:
        found = queries.estimates(found_forecast(slug), user=request.user, at=self.at)
        if name := self.parameters(EstimateParameters).get("forecaster"):
            found = found.filter(forecaster__username=name)
        return self.paged(found, EstimateOut)

    @extend_schema(
        summary="Make an estimate",
        description="It stands from now until you replace or withdraw it, or until it expires.",
        parameters=[idempotency_key(100)],
        request=NewEstimate,
        responses={
            201: EstimateOut,
            200: OpenApiResponse(EstimateOut, description="The estimate that this idempotency key made before."),
        },
    )
    def post(self, request: Request, slug: str) -> Response:
        forecast, given = _named(slug), self.body(NewEstimate)
        made = estimating.submit(
            forecast=forecast,
            forecaster=self.actor,
            at=self.at,
            via=Estimate.Via.API,
            idempotency_key=request.headers.get("Idempotency-Key"),
            **given,
        )
        shown = EstimateOut(made, context={"cited": given["evidence"]})
        return Response(shown.data, status=201 if made.made_at == self.at else 200)

    @extend_schema(
        summary="Withdraw",
        description="Recorded as an estimate without a probability: from now on you do not stand.",
        responses={200: EstimateOut},
    )
    def delete(self, request: Request, slug: str) -> Response:
        made = estimating.withdraw(forecast=_named(slug), forecaster=self.actor, at=self.at, via=Estimate.Via.API)
        return Response(EstimateOut(made, context={"cited": ()}).data)


def _named(slug: str) -> Forecast:
    """Who it is, and no more: the service reads the rest while it holds it."""
    found = Forecast.objects.only("slug").filter(slug=slug).first()
    return found or found_forecast(slug)
