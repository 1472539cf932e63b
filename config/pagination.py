"""Pages of rows by cursor: each begins after the last row of the one before, whatever came in between.

Rows may come in stretches, one after the other, each in an order of its own.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.db.models import F, Model, Q, QuerySet
from django.db.models.expressions import OrderBy
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from forecasts.refusals import Invalid

PAGE, LONGEST_PAGE = 50, 200
# Without a time, so that the same page is the same answer, and costs who has it already a 304.
SIGNER = signing.Signer(salt="cursor")


@dataclass(frozen=True)
class Key:
    """One column that rows are ordered by; PostgreSQL puts nulls last ascending and first descending."""

    name: str
    descending: bool
    nulls_last: bool

    @classmethod
    def of(cls, order: Any) -> "Key":
        if isinstance(order, str):
            return cls(order.lstrip("-"), order.startswith("-"), not order.startswith("-"))
        if not (isinstance(order, OrderBy) and isinstance(order.expression, F)):
            raise TypeError(order)
        nulls_last = bool(order.nulls_last) or not (order.descending or order.nulls_first)
        name: str = order.expression.name  # type: ignore[attr-defined]  # the stubs leave it out
        return cls(name, order.descending, nulls_last)

    def value(self, row: Model) -> Any:
        value: Any = row
        for part in self.name.split("__"):
            value = getattr(value, part, None)
        return value

    def same(self, value: Any) -> Q:
        return Q(**{f"{self.name}__isnull": True}) if value is None else Q(**{self.name: value})

    def beyond(self, value: Any, *, back: bool) -> Q | None:
        """Rows strictly after `value` in this column, or before it; none where nothing can be."""
        nulls = Q(**{f"{self.name}__isnull": True})
        nulls_lie_there = self.nulls_last != back
        if value is None:
            return None if nulls_lie_there else ~nulls
        further = Q(**{f"{self.name}__{'lt' if self.descending != back else 'gt'}": value})
        return further | nulls if nulls_lie_there else further


@dataclass(frozen=True)
class Place:
    """Between which rows a page begins, and whether it leads back. values are of the row beside it, None at an end."""

    stretch: int = 0
    values: list[Any] | None = None
    back: bool = False


class Keyset(BasePagination):
    """Reads the order_by of the rows it is given, which must end in something unique."""

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """`queryset` may be a list of them, the stretches."""
        self.stretches = [queryset] if isinstance(queryset, QuerySet) else list(queryset)
        self.url = request.build_absolute_uri()
        limit = _limit(request.query_params.get("limit", ""))
        place = self._place(request.query_params.get("cursor", ""))
        found = self._found(place, limit + 1)
        more, rows = len(found) > limit, found[:limit]
        self.rows = rows[::-1] if place.back else rows
        self.further = more or place.back
        self.earlier = more if place.back else place.values is not None
        return [row for _, row in self.rows]

    def _found(self, place: Place, most: int) -> list[tuple[int, Any]]:
        """The rows from there on, or back, each with the number of its stretch."""
        found: list[tuple[int, Any]] = []
        numbers = range(place.stretch, -1, -1) if place.back else range(place.stretch, len(self.stretches))
        for number in numbers:
            rows = self.stretches[number]
            if number == place.stretch and place.values is not None:
                rows = rows.filter(_beyond(_keys(rows), place.values, back=place.back))
            found += ((number, row) for row in (rows.reverse() if place.back else rows)[: most - len(found)])
            if len(found) == most:
                break
        return found

    def get_paginated_response(self, data: Any) -> Response:
        following = self._link(self.rows[-1], back=False) if self.rows and self.further else None
        preceding = self._link(self.rows[0], back=True) if self.rows and self.earlier else None
        return Response({"next": following, "previous": preceding, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        def link(which: str) -> dict[str, Any]:
            return {
                "type": ["string", "null"],
                "format": "uri",
                "description": f"The address of the {which} page; null where there is none.",
            }

        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {
                "next": link("next"),
                "previous": link("previous"),
                "results": schema | {"description": "The rows of this page."},
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return [
            {
                "name": "cursor",
                "in": "query",
                "required": False,
                "description": "Where the page begins. Follow next and previous; do not make one up.",
                "schema": {"type": "string"},
            },
            {
                "name": "limit",
                "in": "query",
                "required": False,
                "description": f"Rows on a page, 1 to {LONGEST_PAGE}.",
                "schema": {"type": "integer", "minimum": 1, "maximum": LONGEST_PAGE, "default": PAGE},
            },
        ]

    def _link(self, found: tuple[int, Model], *, back: bool) -> str:
        stretch, row = found
        keys = _keys(self.stretches[stretch])
        values = [_packed(key.value(row)) for key in keys]
        # Signed, so that a value of another kind than its column's cannot be slipped in.
        cursor = {"s": stretch, "o": _order(keys), "v": values, "b": back}
        return replace_query_param(self.url, "cursor", SIGNER.sign_object(cursor, compress=True))

    def _place(self, text: str) -> Place:
        if not text:
            return Place()
        try:
            cursor = SIGNER.unsign_object(text)
        except signing.BadSignature:
            raise Invalid("Not a cursor of ours. Follow next and previous as given.", field="cursor") from None
        stretch = cursor["s"]
        if stretch >= len(self.stretches) or cursor["o"] != _order(_keys(self.stretches[stretch])):
            raise Invalid("A cursor of another list or ordering. Begin without one.", field="cursor")
        return Place(stretch, [_unpacked(value) for value in cursor["v"]], bool(cursor["b"]))


def _keys(rows: "QuerySet[Any]") -> list[Key]:
    return [Key.of(order) for order in rows.query.order_by]


def _order(keys: Sequence[Key]) -> str:
    return ",".join(f"{key.name}{'-' * key.descending}" for key in keys)


def _limit(text: str) -> int:
    if not text:
        return PAGE
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= LONGEST_PAGE):
        raise Invalid(f"Give a whole number from 1 to {LONGEST_PAGE}.", field="limit")
    return int(text)


def _beyond(keys: Sequence[Key], values: Sequence[Any], *, back: bool) -> Q:
    """Rows after (or before) those values, column by column: equal in the first few, beyond in the next."""
    found, equal = Q(pk__in=()), Q()
    for key, value in zip(keys, values, strict=True):
        further = key.beyond(value, back=back)
        if further is not None:
            found |= equal & further
        equal &= key.same(value)
    return found


def _packed(value: Any) -> Any:
    return {"at": value.isoformat()} if isinstance(value, dt.datetime) else value


def _unpacked(value: Any) -> Any:
    return dt.datetime.fromisoformat(value["at"]) if isinstance(value, dict) else value
