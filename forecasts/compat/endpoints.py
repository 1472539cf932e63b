"""What the adapter's addresses have in common: no description of ours, and pages by limit and offset."""

from collections.abc import Callable, Sequence
from typing import Any, Final, NoReturn, TypeVar

from django.db.models import Model, QuerySet
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from forecasts.api.endpoints import Endpoint
from forecasts.api.shapes import LARGEST_ID
from forecasts.models import Forecast
from forecasts.refusals import Invalid

Row = TypeVar("Row", bound=Model)
PAGE: Final = 20
LONGEST_PAGE: Final = 100
# As far as PostgreSQL counts.
FARTHEST: Final = LARGEST_ID - LONGEST_PAGE


class Adapter(Endpoint):
    """Described by Metaculus, and so not in /api/v1/schema/. What is unknown in a request is ignored."""

    schema = None

    def given(self, name: str) -> str:
        """A parameter of the query string; empty where it was not given."""
        return str(self.request.query_params.get(name, "")).strip()

    def all_given(self, name: str) -> list[str]:
        """Every value of a parameter that may be repeated; commas part values too."""
        values = ",".join(self.request.query_params.getlist(name)).split(",")
        return [value.strip() for value in values if value.strip()]

    def whole(self, name: str, *, lowest: int = 0) -> int | None:
        """A whole number that was given, however large; None where none was."""
        text = self.given(name)
        if not text:
            return None
        if not (text.isascii() and text.isdigit()) or number_of(text) < lowest:
            raise Invalid(f"Give a whole number from {lowest}.", field=name)
        return number_of(text)

    def sent(self, shape: type[serializers.Serializer[Any]], body: Any, *, many: bool = False) -> Any:
        checked = shape(data=body, many=many)
        checked.is_valid(raise_exception=True)
        return checked.validated_data

    def turned(self, found: QuerySet[Row], shown: Callable[[Sequence[Row]], list[dict[str, Any]]]) -> Response:
        """The rows from an offset on, and the addresses of the pages beside them; past the end none."""
        limit = min(self.whole("limit", lowest=1) or PAGE, LONGEST_PAGE)
        offset = min(self.whole("offset") or 0, FARTHEST)
        rows = list(found[offset : offset + limit + 1])
        url = self.request.build_absolute_uri()
        following = replace_query_param(url, "offset", offset + limit) if len(rows) > limit else None
        preceding = replace_query_param(url, "offset", max(offset - limit, 0)) if offset else None
        return Response({"next": following, "previous": preceding, "results": shown(rows[:limit])})


class Nowhere(Adapter):
    """Every other address of that API."""

    permission_classes = []

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> NoReturn:
        raise NotFound("There is nothing at this address. What is here of that API: docs/metaculus.md.")


def number_of(digits: str) -> int:
    """Of any number of digits; one beyond every id is as good as the largest."""
    return min(int(digits.lstrip("0")[:20] or 0), LARGEST_ID)


def found_post(number: int, *, field: str = "") -> Forecast:
    """The forecast that is the post and the question of that number, or a refusal of the field that names it."""
    forecast = Forecast.objects.filter(pk=number).first()
    if forecast is None and field:
        raise Invalid(f"There is no post {number}. posts/ lists them.", field=field)
    if forecast is None:
        raise NotFound(f"There is no post {number}. posts/ lists them.")
    return forecast
