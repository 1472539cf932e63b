"""Forecasts: the list, one in full, and registering."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from forecasts import queries
from forecasts.models import Claim, Estimate, Forecast
from forecasts.refusals import Invalid
from forecasts.services import registering
from forecasts.services.registering import Text

from .endpoints import SLUG, Endpoint, found_forecast
from .forecast_shapes import ForecastDetail, ForecastParameters, ForecastSummary, NewForecast

WORDS = ("question", "background", "criteria", "sources", "fallback", "annulled_if", "known_at_rule")


class ForecastList(Endpoint):
    @extend_schema(
        summary="List forecasts",
        description="Rehearsals show only when their collection is asked for. Hidden crowds are null, and sort last.",
        parameters=[ForecastParameters],
        responses=ForecastSummary(many=True),
    )
    def get(self, request: Request) -> Response:
        filters = queries.Filters(**self.parameters(ForecastParameters))
        user, at = request.user, self.at

        def fill(page: list[Forecast]) -> list[Forecast]:
            return queries.rows([each.pk for each in page], user=user, at=at)

        return self.paged(queries.stretches(filters, user=user, at=at), ForecastSummary, fill=fill)

    @extend_schema(
        summary="Register a forecast",
        description="For curators. Its text becomes wording 1; the text changes only by a new wording.",
        request=NewForecast,
        responses={201: ForecastDetail},
    )
    def post(self, request: Request) -> Response:
        given = self.body(NewForecast)
        forecast = registering.register(
            slug=given["slug"],
            text=Text(
                **{name: given[name] for name in WORDS},
                opens_at=given["opens_at"],
                closes_at=given["closes_at"],
                resolve_by=given.get("resolve_by") or given["closes_at"],
                spot_at=given["spot_at"],
            ),
            by=self.actor,
            at=self.at,
            claim=_claim(given["claim"]),
            part=given["part"],
            tags=given["tags"],
            condition=_condition(given["condition"]),
            condition_outcome=given["condition_outcome"],
            reveal_at=given["reveal_at"],
        )
        return Response(_in_full(self, forecast.slug), status=201)


@extend_schema(parameters=[SLUG])
class ForecastOne(Endpoint):
    @extend_schema(
        summary="One forecast in full",
        description="Every wording, the condition and the pair, where it is from, and one's own standing estimate.",
        responses=ForecastDetail,
    )
    def get(self, request: Request, slug: str) -> Response:
        return Response(_in_full(self, slug))


def _in_full(endpoint: Endpoint, slug: str) -> Any:
    user, at = endpoint.request.user, endpoint.at
    pk = found_forecast(slug).pk
    found = Forecast.objects.select_related("claim__source", "resolution__decided_by", "condition__resolution", "pair")
    forecast: Any = queries.with_crowd(found, user=user, at=at).get(pk=pk)
    own = Estimate.objects.filter(pk=forecast.own_id) if forecast.own is not None else Estimate.objects.none()
    context = {
        "at": at,
        "own": own.select_related("forecaster", "wording").prefetch_related("evidence").first(),
        "wordings": forecast.wordings.select_related("author").order_by("version"),
        "branches": queries.branches(forecast, user=user, at=at),
        "twin": queries.twin(forecast, user=user, at=at),
    }
    return ForecastDetail(forecast, context=context).data


def _claim(given: dict[str, str] | None) -> Claim | None:
    if given is None:
        return None
    claim = Claim.objects.filter(source__slug=given["source"], key=given["key"]).first()
    if claim is None:
        raise Invalid(f"There is no claim {given['key']} of a source “{given['source']}”.", field="claim")
    return claim


def _condition(slug: str) -> Forecast | None:
    if not slug:
        return None
    condition = Forecast.objects.select_related("resolution").filter(slug=slug).first()
    if condition is None:
        raise Invalid(f"There is no forecast “{slug}” to depend on.", field="condition")
    return condition
