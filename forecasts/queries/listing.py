"""Lists of forecasts: what they are narrowed to, in which order, page by page."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.contrib.postgres.search import SearchRank
from django.db.models import Case, Exists, F, FloatField, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Cast

from forecasts.models import Estimate, Forecast, Status, Viewer
from forecasts.models.visibility import revealed_to
from forecasts.refusals import Invalid

from .crowds import with_crowd
from .menus import UNCONDITIONAL
from .searching import Search, hits, understood

# Beyond these a reader narrows the list, and a program pages through the API.
MOST: Final = 1000
ORDERINGS: dict[str, tuple[str, ...]] = {
    "closes": ("closes_at", "id"),
    "-closes": ("-closes_at", "-id"),
    "newest": ("-created_at", "-id"),
    "active": ("-crowd_state__moved_at", "-id"),
    "forecasters": ("-crowd_state__n_standing", "-id"),
    "claim": ("claim__source_id", "claim__position", "position", "id"),
    "relevance": ("-rank", "id"),
}


@dataclass(frozen=True)
class Filters:
    """What a list of forecasts is narrowed to; empty means everything.

    condition is a forecast's slug, or UNCONDITIONAL. mine is yes or no: whether one has estimated it. Without an
    ordering those that fit a search best come first, else those that close soonest.
    """

    status: str = ""
    source: str = ""
    collection: str = ""
    tag: str = ""
    condition: str = ""
    mine: str = ""
    search: str = ""
    ordering: str = ""

    @property
    def order(self) -> str:
        asked = self.ordering or "relevance"
        return asked if asked != "relevance" or self.search.strip() else "closes"


def stretches(filters: Filters, *, user: Viewer, at: dt.datetime) -> list[QuerySet[Forecast]]:
    """The whole list as one or two queries, each in the order of an index; bare, for `rows` to fill a page of them.

    Rehearsals show only when their collection is asked for.
    """
    found, _ = _narrowed(filters, user=user, at=at)
    if filters.order == "closes":
        # A page begins with what has yet to close, a program reads from end to end.
        return [found.order_by(*ORDERINGS["closes"])]
    return _stretches(found, filters.order, user=user, at=at)


def in_full(found: QuerySet[Forecast], *, user: Viewer, at: dt.datetime) -> QuerySet[Forecast]:
    """With everything that a row of a list shows."""
    return with_crowd(found, user=user, at=at).select_related(
        "claim__source", "resolution", "condition__resolution", "pair"
    )


def rows(ids: Sequence[int], *, user: Viewer, at: dt.datetime) -> list[Forecast]:
    """These forecasts in this order, in full, in one query."""
    found = {each.pk: each for each in in_full(Forecast.objects.filter(pk__in=ids), user=user, at=at)}
    return [found[id_] for id_ in ids if id_ in found]


@dataclass(frozen=True)
class Page:
    """A page of a list: its forecasts, what the search was taken for and by which words of their questions it found
    them, and how many there are, None beyond MOST.
    """

    number: int
    forecasts: list[Forecast]
    more: bool
    n: int | None
    meant: dict[str, list[str]] = field(default_factory=dict)
    hits: frozenset[str] = frozenset()

    @property
    def has_previous(self) -> bool:
        return self.number > 1

    @property
    def before(self) -> int:
        return self.number - 1

    @property
    def after(self) -> int:
        return self.number + 1

    @property
    def ends_early(self) -> bool:
        """There is more than is shown at all."""
        return self.n is None and not self.more


def page(filters: Filters, *, user: Viewer, at: dt.datetime, number: int = 1, size: int = 25) -> Page:
    """Read along an index whatever the number of rows, in at most nine queries.

    For that it is read as two stretches, one after the other: those that have what the order goes by, and the rest.
    Closing soonest begins with what has yet to close, and goes back from there. First the ids, then what rows show: in
    one query with all its joins the database would not always find the index.
    """
    number = max(1, min(number, MOST // size))
    found, search = _narrowed(filters, user=user, at=at)
    head, *rest = (_ids(each) for each in _stretches(found, filters.order, user=user, at=at))
    first, wanted = (number - 1) * size, size + 1
    ids = list(head[first : first + wanted])
    if len(ids) < wanted and rest:
        skipped = max(0, first - (_count(head) if first else 0)) if not ids else 0
        ids += rest[0][skipped : skipped + wanted - len(ids)]
    n = _count(found)
    shown = rows(ids[:size], user=user, at=at)
    return Page(
        number=number,
        forecasts=shown,
        more=len(ids) > size and number < MOST // size,
        n=n if n <= MOST else None,
        meant=search.meant if search else {},
        hits=hits(search, (forecast.question for forecast in shown)) if search else frozenset(),
    )


def every(filters: Filters, *, user: Viewer, at: dt.datetime, most: int, size: int = 500) -> Iterator[Forecast]:
    """The list from its beginning, up to `most` of it: first all ids, then what rows show, `size` at a time."""
    found, _ = _narrowed(filters, user=user, at=at)
    ids: list[int] = []
    for stretch in _stretches(found, filters.order, user=user, at=at):
        ids += _ids(stretch)[: most - len(ids)]
    for begin in range(0, len(ids), size):
        yield from rows(ids[begin : begin + size], user=user, at=at)


def first(filters: Filters, *, user: Viewer, at: dt.datetime, most: int) -> list[Forecast]:
    """The beginning of such a list, uncounted, as far as it has what its order goes by."""
    found, _ = _narrowed(filters, user=user, at=at)
    head, *_ = _stretches(found, filters.order, user=user, at=at)
    return rows(list(_ids(head)[:most]), user=user, at=at)


def best(words: str, *, most: int) -> list[int]:
    """The ids of those, rehearsals apart, that a search finds, the best match first; of many only the newest."""
    search = understood(words)
    if search.query is None:
        return []
    found = Forecast.objects.filter(search_entry__document=search.query, simulated=False)
    return list(_ids(_ranked(found, search, most=20 * most).order_by(*ORDERINGS["relevance"]))[:most])


def selected(filters: Filters, *, user: Viewer, at: dt.datetime) -> QuerySet[Forecast]:
    """What passes the filters, bare and in no order."""
    return _narrowed(filters, user=user, at=at)[0]


def count(found: QuerySet[Any, Any]) -> int | None:
    """How many there are; None beyond MOST."""
    n = _count(found)
    return n if n <= MOST else None


def _count(found: QuerySet[Any, Any]) -> int:
    """Counted no further than to tell whether there are too many to show."""
    return found.order_by().values("pk")[: MOST + 1].count()


def _narrowed(filters: Filters, *, user: Viewer, at: dt.datetime) -> tuple[QuerySet[Forecast], Search | None]:
    """What passes the filters, in no order; and what the search was taken for."""
    search = understood(filters.search) if filters.search.strip() else None
    found = _found(filters, user=user, at=at)
    if search is not None:
        found = found.none() if search.query is None else found.filter(search_entry__document=search.query)
    return _ranked(found, search) if filters.order == "relevance" else found, search


def _found(filters: Filters, *, user: Viewer, at: dt.datetime) -> QuerySet[Forecast]:
    if filters.status and filters.status not in Status.values:
        raise Invalid(f"Choose one of {', '.join(Status.values)}.", field="status")
    if filters.ordering and filters.ordering not in ORDERINGS:
        raise Invalid(f"Choose one of {', '.join(ORDERINGS)}.", field="ordering")
    found = Forecast.objects.all()
    if filters.status:
        found = found.with_status(filters.status, at=at)
    if filters.source:
        found = found.filter(claim__source__slug=filters.source)
    found = found.filter(collections__slug=filters.collection) if filters.collection else found.filter(simulated=False)
    if filters.tag:
        found = found.filter(tags__contains=[filters.tag])
    if filters.condition == UNCONDITIONAL:
        found = found.filter(condition=None)
    elif filters.condition:
        found = found.filter(condition__slug=filters.condition)
    if filters.mine and user.pk is not None:
        found = found.filter(estimated(user) if filters.mine == "yes" else ~estimated(user))
    return found


def estimated(user: Viewer) -> Exists:
    """Whether `user` has an estimate on a forecast."""
    return Exists(Estimate.objects.filter(forecast=OuterRef("pk"), forecaster=user.pk))


def _ranked(found: QuerySet[Forecast], search: Search | None, *, most: int = MOST + 1) -> QuerySet[Forecast]:
    """Ranking reads each document that matches: where a word is everywhere, only the newest are ranked."""
    if search is None or search.query is None or search.whole is None:
        return found.annotate(rank=Value(0.0))
    newest = list(found.order_by("-pk").values_list("pk", flat=True)[:most])
    document = F("search_entry__document")
    whole, begun = (Cast(SearchRank(document, query), FloatField()) for query in (search.whole, search.query))
    return Forecast.objects.filter(pk__in=newest).annotate(rank=whole + begun / 10)


def _stretches(found: QuerySet[Forecast], order: str, *, user: Viewer, at: dt.datetime) -> list[QuerySet[Forecast]]:
    if order == "closes":
        ahead, past = found.filter(closes_at__gt=at), found.filter(closes_at__lte=at)
        return [ahead.order_by("closes_at", "id"), past.order_by("-closes_at", "-id")]
    if order == "claim":
        # The same for all of them, claim_id leads the index.
        alone = found.filter(claim=None).order_by("claim_id", "position", "id")
        return [found.filter(claim__isnull=False).select_related("claim").order_by(*ORDERINGS[order]), alone]
    if order in {"active", "forecasters"}:
        seen = revealed_to(user, at=at) & Q(crowd_state__moved_at__isnull=False)
        rest = found.annotate(seen=_flag(seen)).filter(seen=0)
        return [found.filter(seen).select_related("crowd_state").order_by(*ORDERINGS[order]), rest.order_by("-id")]
    return [found.order_by(*ORDERINGS[order])]


def _ids(found: QuerySet[Forecast]) -> QuerySet[Forecast, int]:
    return found.values_list("pk", flat=True)


def _flag(condition: Q) -> Case:
    """1 or 0 and never null, so that its opposite is all the rest."""
    return Case(When(condition, then=1), default=0, output_field=IntegerField())
