"""What the API's addresses have in common: the clock, the actor, strict input, pages of rows."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.exceptions import NotAuthenticated, NotFound
from rest_framework.generics import GenericAPIView
from rest_framework.response import Response

from forecasts.api.shapes import READ_ELSEWHERE, Shape
from forecasts.models import Forecast, Forecaster

Row = TypeVar("Row", bound=Model)

SLUG = OpenApiParameter("slug", str, OpenApiParameter.PATH, description="The forecast's public name.")


class Endpoint(GenericAPIView[Any]):
    """One address. Each request reads the clock once, here at the edge, as `self.at`."""

    at: dt.datetime

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        self.at = timezone.now()
        super().initial(request, *args, **kwargs)

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Which verbs it takes is in the Allow header; the rest is in the description of the API."""
        return Response(status=204)

    @property
    def actor(self) -> Forecaster:
        if not isinstance(self.request.user, Forecaster):
            raise NotAuthenticated
        return self.request.user

    def body(self, shape: type[Shape]) -> dict[str, Any]:
        return self._checked(shape, self.request.data)

    def parameters(self, shape: type[Shape]) -> dict[str, Any]:
        """The query string; an empty parameter is one that was not given."""
        given = self.request.query_params.items()
        return self._checked(shape, {name: value for name, value in given if value and name not in READ_ELSEWHERE})

    def paged(
        self,
        rows: QuerySet[Row] | Sequence[QuerySet[Row]],
        serializer: type[serializers.BaseSerializer[Any]],
        fill: Callable[[list[Row]], list[Row]] = list,
        **context: Any,
    ) -> Response:
        """A page of the rows, or of several stretches of rows; `fill` reads what they show, in the same order."""
        page = fill(self.paginate_queryset(rows) or [])  # type: ignore[arg-type]  # our paginator takes both
        return self.get_paginated_response(serializer(page, many=True, context={"at": self.at} | context).data)

    def _checked(self, shape: type[Shape], given: Any) -> dict[str, Any]:
        checked = shape(data=given)
        checked.is_valid(raise_exception=True)
        return dict(checked.validated_data)


def found_forecast(slug: str) -> Forecast:
    """The forecast of that slug with its claim, condition and resolution, or a 404 that says which is missing."""
    try:
        return Forecast.objects.select_related("claim__source", "resolution", "condition__resolution", "pair").get(
            slug=slug
        )
    except Forecast.DoesNotExist:
        raise NotFound(f"There is no forecast “{slug}”.") from None
