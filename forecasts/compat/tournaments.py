"""Sources and collections as tournaments, each with a number and a slug that are its alone.

Source n is tournament 2n, collection n is 2n + 1, and 1 is the site, where nothing else is: both tables count from 1.
Their slugs are `source:…` and `collection:…`, as scopes of scores are written. A slug alone means the collection that
has it, else the source; digits alone are a number.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from django.db.models import Q
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from forecasts.models import Collection, Forecast, Source
from forecasts.refusals import Invalid

from .endpoints import Adapter, number_of

Tournament = Source | Collection
SITE: Final[dict[str, Any]] = {
    "id": 1,
    "type": "site_main",
    "name": "Forecast Tracker",
    "slug": "site",
    "visibility": "normal",
}
# The list is not paged.
MOST: Final = 1000


class TournamentList(Adapter):
    def get(self, request: Request) -> Response:
        """Rehearsals aside, as unlisted ones are there."""
        collections = [shown(each) for each in Collection.objects.filter(simulated=False)[:MOST]]
        return Response(collections + [shown(each) for each in Source.objects.all()[:MOST]])


class TournamentOne(Adapter):
    def get(self, request: Request, name: str) -> Response:
        found = dict(_named([name]))
        if name not in found:
            raise NotFound(_none(name))
        tournament = found[name]
        about = tournament.summary if isinstance(tournament, Source) else tournament.description
        return Response(shown(tournament) | {"description": about})


def shown(tournament: Tournament) -> dict[str, Any]:
    hidden = isinstance(tournament, Collection) and tournament.simulated
    return {
        "id": 2 * tournament.pk + isinstance(tournament, Collection),
        "type": "tournament",
        "name": tournament.title,
        "slug": f"{_kind(tournament)}:{tournament.slug}",
        "visibility": "unlisted" if hidden else "normal",
    }


def of(forecast: Forecast) -> list[dict[str, Any]]:
    """The tournaments that a forecast is in, that of its source first."""
    sources = [shown(forecast.claim.source)] if forecast.claim else []
    return sources + [shown(each) for each in forecast.collections.all()]


def among(names: Sequence[str]) -> Q:
    """Forecasts in any of these tournaments; rehearsals only where their collection is named."""
    found = dict(_named(names))
    if missing := [name for name in names if name not in found]:
        raise Invalid(_none(missing[0]), field="tournaments")
    sources = {each.pk for each in found.values() if isinstance(each, Source)}
    collections = {each.pk for each in found.values() if isinstance(each, Collection)}
    wanted = Q(pk__in=())
    if sources:
        wanted |= Q(claim__source__in=sources, simulated=False)
    if collections:
        wanted |= Q(pk__in=Forecast.objects.filter(collections__in=collections).values("pk"))
    return wanted


def _named(names: Sequence[str]) -> Iterator[tuple[str, Tournament]]:
    """Those that there are, by the names that were given; in two queries."""
    # PostgreSQL takes no null character, and no slug has one.
    asked = {name: _parts(name) for name in names if "\x00" not in name}
    # Collections last: a bare slug that both have is theirs.
    here: list[Tournament] = list(Source.objects.filter(_any_of(asked, "source")))
    here.extend(Collection.objects.filter(_any_of(asked, "collection")))
    found: dict[tuple[str, str | int], Tournament] = {}
    for each in here:
        kind = _kind(each)
        found |= {(kind, each.pk): each, (kind, each.slug): each, ("", each.slug): each}
    yield from ((name, found[parts]) for name, parts in asked.items() if parts in found)


def _any_of(asked: Mapping[str, tuple[str, str | int]], kind: str) -> Q:
    keys = [key for of, key in asked.values() if of in {"", kind}]
    slugs, ids = ([key for key in keys if isinstance(key, type_)] for type_ in (str, int))
    return Q(slug__in=slugs) | Q(pk__in=ids)


def _parts(name: str) -> tuple[str, str | int]:
    """Of which kind, none where it is not said; and its primary key or its slug."""
    if name.isascii() and name.isdigit():
        number = number_of(name)
        return "collection" if number % 2 else "source", number // 2
    kind, colon, slug = name.partition(":")
    return (kind, slug) if colon and kind in {"source", "collection"} else ("", name)


def _kind(of: Tournament) -> str:
    return "source" if isinstance(of, Source) else "collection"


def _none(name: str) -> str:
    return f"There is no tournament “{name[:80]}”. projects/tournaments/ lists them."
