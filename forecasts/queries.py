"""What pages, the API and feeds read of the record. The same number of queries whatever the number of rows."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Case, Count, Exists, F, FloatField, IntegerField, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.expressions import OrderBy
from django.db.models.functions import Coalesce

from .models import UNANSWERED, Citation, CrowdPoint, Estimate, Evidence, Forecast, Rating, Resolution, Status, Viewer
from .models.visibility import revealed_to
from .refusals import Invalid

ORDERINGS: dict[str, tuple[str | OrderBy, ...]] = {
    "closes": ("closes_at", "id"),
    "-closes": ("-closes_at", "-id"),
    "newest": ("-created_at", "-id"),
    "active": (F("moved_at").desc(nulls_last=True), "-id"),
    "claim": ("claim__source_id", "claim__position", "position", "id"),
}


@dataclass(frozen=True)
class Filters:
    """What a list of forecasts is narrowed to; empty means everything."""

    status: str = ""
    source: str = ""
    collection: str = ""
    tag: str = ""
    search: str = ""
    ordering: str = "closes"


def listed(filters: Filters, *, user: Viewer, at: dt.datetime) -> QuerySet[Forecast]:
    """Forecasts with the annotations of `with_crowd`. Rehearsals show only when their collection is asked for."""
    if filters.status and filters.status not in Status.values:
        raise Invalid(f"Choose one of {', '.join(Status.values)}.", field="status")
    if filters.ordering not in ORDERINGS:
        raise Invalid(f"Choose one of {', '.join(ORDERINGS)}.", field="ordering")
    found = Forecast.objects.select_related("claim__source", "resolution", "condition__resolution", "pair")
    if filters.status:
        found = found.with_status(filters.status, at=at)
    if filters.source:
        found = found.filter(claim__source__slug=filters.source)
    found = found.filter(collections__slug=filters.collection) if filters.collection else found.filter(simulated=False)
    if filters.tag:
        found = found.filter(tags__contains=[filters.tag])
    for word in filters.search.split()[:12]:
        found = found.filter(Q(question__icontains=word) | Q(slug__icontains=word) | Q(claim__key__iexact=word))
    return with_crowd(found, user=user, at=at).order_by(*ORDERINGS[filters.ordering])


def with_crowd(found: QuerySet[Forecast], *, user: Viewer, at: dt.datetime) -> QuerySet[Forecast]:
    """Annotate `revealed`, whether `user` may see the crowd; `crowd`, `n_standing` and `moved_at`, null while they may
    not; and `own`, their standing estimate.
    """
    points = CrowdPoint.objects.filter(forecast=OuterRef("pk"), at__lte=at).order_by("-at")
    seen = points.visible_to(user, at=at)
    own = Estimate.objects.filter(forecast=OuterRef("pk"), forecaster=user.pk, made_at__lte=at).order_by("-made_at")
    standing = Q(expires_at__isnull=True) | Q(expires_at__gt=at)
    n_standing = Coalesce(Subquery(points.values("n")[:1]), 0)
    return found.annotate(
        revealed=Coalesce(revealed_to(user, at=at), False),
        crowd=Subquery(seen.values("recency_weighted")[:1], output_field=FloatField()),
        n_standing=Case(When(revealed=True, then=n_standing), output_field=IntegerField()),
        moved_at=Subquery(seen.values("at")[:1]),
        own_id=Subquery(own.values("pk")[:1]),
    ).annotate(own=Subquery(Estimate.objects.filter(standing, pk=OuterRef("own_id")).values("probability")[:1]))


def due(*, at: dt.datetime) -> QuerySet[Forecast]:
    """The resolvers' queue: closed and unanswered, the most overdue first. A branch waits for its condition."""
    blocked = Q(condition__isnull=False) & (
        Q(condition__resolution=None) | Q(condition__resolution__outcome="reopened")
    )
    return (
        Forecast.objects.filter(UNANSWERED, closes_at__lte=at)
        .exclude(blocked)
        .select_related("claim__source", "resolution", "condition__resolution")
        .order_by("resolve_by", "id")
    )


def crowd_points(forecast: Forecast, *, user: Viewer, at: dt.datetime) -> QuerySet[CrowdPoint]:
    """The crowd's history as `user` may see it, oldest first; empty while hidden."""
    return CrowdPoint.objects.visible_to(user, at=at).filter(forecast=forecast, at__lte=at).order_by("at")


def crowd_is_hidden(forecast: Forecast, *, user: Viewer, at: dt.datetime) -> bool:
    return not Forecast.objects.visible_to(user, at=at).filter(pk=forecast.pk).exists()


def estimates(forecast: Forecast, *, user: Viewer, at: dt.datetime) -> QuerySet[Estimate]:
    """The estimates on a forecast that `user` may see, newest first."""
    return (
        Estimate.objects.visible_to(user, at=at)
        .filter(forecast=forecast)
        .select_related("forecaster", "wording")
        .prefetch_related("evidence")
        .order_by("-made_at", "-id")
    )


def voices(forecast: Forecast, *, user: Viewer, at: dt.datetime) -> QuerySet[Estimate]:
    """What others said, as far as `user` may see it, newest first; each with the `latest_id` of the same forecaster,
    and `withdrawn`, whether that one withdraws.
    """
    latest = Estimate.objects.filter(forecast=forecast, forecaster=OuterRef("forecaster")).order_by("-made_at")
    return (
        estimates(forecast, user=user, at=at)
        .exclude(forecaster=user.pk)
        .exclude(probability=None)
        .annotate(latest_id=Subquery(latest.values("pk")[:1]))
        .annotate(withdrawn=Exists(Estimate.objects.filter(pk=OuterRef("latest_id"), probability=None)))
    )


def own_estimates(forecast: Forecast, *, user: Viewer) -> QuerySet[Estimate]:
    """Oldest first."""
    return Estimate.objects.filter(forecast=forecast, forecaster=user.pk).order_by("made_at")


def evidence(forecast: Forecast, *, user: Viewer, at: dt.datetime) -> QuerySet[Evidence]:
    """Newest first, each with `n_useful`: forecasters whose latest rating calls it useful; `said`, what `user` last
    said of it; and `n_citations`, null while others' estimates are hidden from `user`.
    """
    # One by one for each piece: joined and grouped they would multiply, and the latest be sought among all ratings.
    later = Rating.objects.filter(
        evidence=OuterRef("evidence"), forecaster=OuterRef("forecaster"), rated_at__gt=OuterRef("rated_at")
    )
    ratings = Rating.objects.filter(evidence=OuterRef("pk"))
    citations = Citation.objects.filter(evidence=OuterRef("pk"))
    return (
        Evidence.objects.filter(forecast=forecast)
        .select_related("added_by")
        .annotate(
            n_useful=_count(ratings.filter(~Exists(later), useful=True)),
            n_citations=Case(When(revealed_to(user, at=at, path="forecast"), then=_count(citations))),
            said=Subquery(ratings.filter(forecaster=user.pk).order_by("-rated_at").values("useful")[:1]),
        )
        .order_by("-added_at", "-id")
    )


def _count(rows: QuerySet[Rating] | QuerySet[Citation]) -> Coalesce:
    """How many there are for the piece of evidence outside."""
    counted = rows.order_by().values("evidence").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def revisions(forecast: Forecast) -> QuerySet[Resolution]:
    """Every resolution, oldest first."""
    return forecast.resolutions.select_related("decided_by", "cause__forecast").order_by("revision")


def branches(forecast: Forecast, *, user: Viewer, at: dt.datetime) -> QuerySet[Forecast]:
    """What is conditional on this forecast, with the crowd as `user` may see it."""
    found = forecast.branches.select_related("claim__source", "resolution", "pair")
    return with_crowd(found, user=user, at=at).order_by("id")


def twin(forecast: Forecast, *, user: Viewer, at: dt.datetime) -> Forecast | None:
    """The other branch of its pair."""
    if forecast.pair_id is None:
        return None
    return with_crowd(
        Forecast.objects.filter(pair=forecast.pair_id).exclude(pk=forecast.pk).select_related("resolution"),
        user=user,
        at=at,
    ).first()
