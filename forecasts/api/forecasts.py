"""Forecasts: the list, one in full, and registering."""

from collections.abc import Iterable
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from forecasts import queries
from forecasts.models import Claim, Collection, Estimate, Forecast
from forecasts.refusals import Invalid
from forecasts.services import amending, registering
from forecasts.services.registering import Text

from .endpoints import SLUG, Endpoint, found_forecast
from .forecast_shapes import (
    Amendment,
    ForecastDetail,
    ForecastParameters,
    ForecastSummary,
    NewForecast,
    NewWording,
    WordingOut,
)

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
            text=_text(given),
            by=self.actor,
            at=self.at,
            claim=_claim(given["claim"]),
            part=given["part"],
            hedged=given["hedged"],
            predicts=given["predicts"],
            tags=given["tags"],
            collections=_collections(given["collections"]),
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

    @extend_schema(
        summary="Amend a forecast",
        description="For curators: its tags and collections, which say on what boards it counts. What it asks changes "
        "only by a new wording, and what it depends on never.",
        request=Amendment,
        responses=ForecastDetail,
    )
    def patch(self, request: Request, slug: str) -> Response:
        given, forecast = self.body(Amendment), found_forecast(slug)
        own = forecast.collections.values_list("slug", flat=True)
        amending.amend(
            forecast=forecast,
            tags=given.get("tags", forecast.tags),
            collections=_collections(given.get("collections", own)),
            by=self.actor,
        )
        return Response(_in_full(self, slug))


@extend_schema(parameters=[SLUG])
class WordingList(Endpoint):
    @extend_schema(
        summary="Every wording of a forecast",
        description="Oldest first. An estimate names the one that its author read.",
        responses=WordingOut(many=True),
    )
    def get(self, request: Request, slug: str) -> Response:
        return self.paged(found_forecast(slug).wordings.select_related("author").order_by("version"), WordingOut)

    @extend_schema(
        summary="Word a forecast anew",
        description="For curators, while it has no answer. The old wording stays, with the estimates that its words "
        "were read for; what is not given is empty in the new one. A text that changes nothing answers 200.",
        request=NewWording,
        responses={200: WordingOut, 201: WordingOut},
    )
    def post(self, request: Request, slug: str) -> Response:
        given, forecast = self.body(NewWording), found_forecast(slug)
        wording = registering.reword(
            forecast=forecast,
            text=_text(given),
            by=self.actor,
            at=self.at,
            reason=given["reason"],
            version=given["version"],
        )
        return Response(WordingOut(wording).data, status=200 if wording.version == forecast.version else 201)


def _text(given: dict[str, Any]) -> Text:
    return Text(
        **{name: given[name] for name in (*WORDS, "opens_at", "closes_at", "spot_at")},
        resolve_by=given.get("resolve_by") or given["closes_at"],
    )


def _collections(slugs: Iterable[str]) -> list[Collection]:
    wanted = set(slugs)
    found = list(Collection.objects.filter(slug__in=wanted))
    if lacking := wanted - {each.slug for each in found}:
        raise Invalid(f"There is no collection “{min(lacking)}”.", field="collections")
    return found


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
