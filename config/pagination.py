"""Pages of rows by cursor: each begins after the last row of the one before, whatever came in between."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.db.models import F, Model, Q
from django.db.models.expressions import OrderBy
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from forecasts.refusals import Invalid

PAGE, LONGEST_PAGE = 50, 200


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


class Keyset(BasePagination):
    """Reads the order_by of the rows it is given, which must end in something unique."""

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        self.url = request.build_absolute_uri()
        self.keys = [Key.of(order) for order in queryset.query.order_by]
        limit = _limit(request.query_params.get("limit", ""))
        values, self.back = self._cursor(request.query_params.get("cursor", ""))
        if values is not None:
            queryset = queryset.filter(_beyond(self.keys, values, back=self.back))
        found = list((queryset.reverse() if self.back else queryset)[: limit + 1])
        more, rows = len(found) > limit, found[:limit]
        self.rows = rows[::-1] if self.back else rows
        self.further = more or self.back
        self.earlier = more if self.back else values is not None
        return self.rows

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

    def _order(self) -> str:
        return ",".join(f"{key.name}{'-' * key.descending}" for key in self.keys)

    def _link(self, row: Model, *, back: bool) -> str:
        values = [_packed(key.value(row)) for key in self.keys]
        # Signed, so that a value of another kind than its column's cannot be slipped in.
        cursor = signing.dumps({"o": self._order(), "v": values, "b": back}, salt="cursor", compress=True)
        return replace_query_param(self.url, "cursor", cursor)

    def _cursor(self, text: str) -> tuple[list[Any] | None, bool]:
        if not text:
            return None, False
        try:
            cursor = signing.loads(text, salt="cursor")
        except signing.BadSignature:
            raise Invalid("Not a cursor of ours. Follow next and previous as given.", field="cursor") from None
        if cursor["o"] != self._order():
            raise Invalid("A cursor of another list or ordering. Begin without one.", field="cursor")
        return [_unpacked(value) for value in cursor["v"]], bool(cursor["b"])


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
