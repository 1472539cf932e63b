"""Forecasts as posts: the list and one of them."""

from collections.abc import Sequence
from typing import Any, Final

from django.db.models import Case, F, IntegerField, When
from rest_framework.request import Request
from rest_framework.response import Response

from forecasts import queries
from forecasts.models import CrowdPoint, Forecast

from .asking import asked
from .endpoints import Adapter, found_post, number_of
from .shown import post

# How many of one's own estimates on each, the newest, are shown in a list and alone.
OWN_IN_LISTS: Final = 100
OWN_ALONE: Final = 1000


class PostList(Adapter):
    def get(self, request: Request) -> Response:
        return self.turned(asked(self).only("pk"), lambda page: _shown(self, page, own=OWN_IN_LISTS))


class PostOne(Adapter):
    def get(self, request: Request, number: str) -> Response:
        (shown,) = _shown(self, [found_post(number_of(number))], own=OWN_ALONE, history=True)
        return Response(shown)


def _shown(view: Adapter, page: Sequence[Forecast], *, own: int, history: bool = False) -> list[dict[str, Any]]:
    """These forecasts in this order, in the same few queries however many they are."""
    ids = [each.pk for each in page]
    full = queries.in_full(Forecast.objects.filter(pk__in=ids), user=view.request.user, at=view.at)
    counted = Case(When(revealed=True, then=F("crowd_state__n_estimates")), output_field=IntegerField())
    rows = {each.pk: each for each in full.annotate(n_estimates=counted).prefetch_related("collections")}
    words = queries.wordings(rows.values())
    mine = queries.own_histories(ids, user=view.request.user, at=view.at, most=own)
    return [
        post(rows[id_], words[id_], mine[id_], points=_points(view, rows[id_]) if history else [], at=view.at)
        for id_ in ids
    ]


def _points(view: Adapter, forecast: Any) -> Sequence[CrowdPoint]:
    """As many as a chart draws."""
    return queries.crowd_outline(forecast, user=view.request.user, at=view.at).rows if forecast.revealed else []
