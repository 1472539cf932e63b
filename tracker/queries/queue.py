"""What waits for a resolver: the most overdue first, a page at a time, each with what a resolver wants to know."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from forecasts import queries
from forecasts.models import Evidence, Forecast, Outcome, Viewer

PER_PAGE, AT_A_TIME = 25, 500
# What comes due within two weeks is worth preparing.
SOON = dt.timedelta(days=14)

KINDS: Final = {
    "waiting": "Closed and waiting",
    "overdue": "Overdue",
    "soon": "Due within two weeks",
}

Place = tuple[dt.datetime, int]


@dataclass(frozen=True)
class Page:
    """Forecasts annotated as by `with_crowd`, with `n_evidence` and `n_branches`; `following` begins the next page."""

    rows: list[Forecast]
    following: Place | None


def page(*, kind: str, source: str, user: Viewer, at: dt.datetime, after: Place | None = None, size: int = 0) -> Page:
    """The same number of queries, and as much work, whatever is on record and has been answered."""
    size = size or PER_PAGE
    places = _places(_narrowed(kind, source, at), after, size)
    shown, more = places[:size], places[size:]
    found = Forecast.objects.filter(pk__in=[pk for _, pk in shown])
    found = found.select_related("claim__source", "resolution", "condition__resolution")
    rows = queries.with_crowd(found, user=user, at=at).annotate(
        n_evidence=_count(Evidence.objects.filter(forecast=OuterRef("pk")), "forecast"),
        n_branches=_count(Forecast.objects.filter(condition=OuterRef("pk")), "condition"),
    )
    return Page(list(rows.order_by("resolve_by", "id")), shown[-1] if more else None)


def _narrowed(kind: str, source: str, at: dt.datetime) -> Q:
    """A branch waits for its condition, and cannot be decided before it."""
    ready = Q(condition=None) | Q(condition__resolution__outcome__in=[Outcome.YES, Outcome.NO, Outcome.ANNULLED])
    times = {
        "waiting": Q(closes_at__lte=at),
        "overdue": Q(resolve_by__lte=at),
        "soon": Q(resolve_by__gt=at, resolve_by__lte=at + SOON),
    }[kind]
    return ready & times & (Q(claim__source__slug=source) if source else Q())


def every(*, kind: str, source: str, user: Viewer, at: dt.datetime) -> Iterator[Forecast]:
    """The whole queue, some hundreds at a time."""
    after: Place | None = None
    while True:
        found = page(kind=kind, source=source, user=user, at=at, after=after, size=AT_A_TIME)
        yield from found.rows
        if (after := found.following) is None:
            return


def _places(narrowed: Q, after: Place | None, size: int) -> list[Place]:
    """Where the rows of a page stand, and one more: what was never decided by an index of just that, and the few that
    were reopened.
    """
    if after is not None:
        narrowed &= Q(resolve_by__gt=after[0]) | Q(resolve_by=after[0], pk__gt=after[1])
    undecided = Forecast.objects.filter(narrowed, resolution=None)
    reopened = Forecast.objects.filter(narrowed, resolution__outcome=Outcome.REOPENED)
    found: list[Place] = []
    for rows in (undecided, reopened):
        found += rows.order_by("resolve_by", "id").values_list("resolve_by", "pk")[: size + 1]
    return sorted(found)[: size + 1]


def _count(rows: QuerySet[Any], by: str) -> Coalesce:
    counted = rows.order_by().values(by).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
