"""What belongs to one forecast: estimates, evidence, revisions, branches; and the resolvers' queue."""

import datetime as dt
from collections.abc import Iterable

from django.db.models import Case, Count, Exists, F, FloatField, IntegerField, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce

from forecasts.models import (
    UNANSWERED,
    Citation,
    Estimate,
    Evidence,
    Forecast,
    Outcome,
    Rating,
    Resolution,
    Viewer,
    Wording,
)
from forecasts.models.visibility import revealed_to

from .crowds import with_crowd

EVIDENCE_ORDERINGS = {"newest": ("-added_at", "-id"), "useful": ("-n_useful", "-added_at", "-id")}


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


def first_due(found: QuerySet[Forecast], *, most: int) -> list[Forecast]:
    """Of unanswered ones those due first."""
    rows = [row for each in _unanswered(found) for row in each.order_by("resolve_by", "id")[:most]]
    return sorted(rows, key=lambda row: (row.resolve_by, row.pk))[:most]


def n_due(*, at: dt.datetime, most: int) -> int:
    """How many wait for a resolver, counted no further than to `most`."""
    never, again = (each.order_by().values("pk")[:most] for each in _unanswered(due(at=at)))
    return min(never.union(again, all=True).count(), most)


def _unanswered(found: QuerySet[Forecast]) -> tuple[QuerySet[Forecast], QuerySet[Forecast]]:
    """What was never decided, along an index of just that, and the few that were reopened."""
    return found.filter(resolution=None), found.filter(resolution__outcome=Outcome.REOPENED)


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


def evidence(forecast: Forecast, *, user: Viewer, at: dt.datetime, ordering: str = "newest") -> QuerySet[Evidence]:
    """Newest or most useful first, each with `n_useful`: forecasters whose latest rating calls it useful; `said` and
    `own_ratio`, what `user` last said of it; and `n_citations`, null while others' estimates are hidden from `user`.
    """
    # One by one for each piece: joined and grouped they would multiply, and the latest be sought among all ratings.
    later = Rating.objects.filter(
        evidence=OuterRef("evidence"), forecaster=OuterRef("forecaster"), rated_at__gt=OuterRef("rated_at")
    )
    ratings = Rating.objects.filter(evidence=OuterRef("pk"))
    own = ratings.filter(forecaster=user.pk).order_by("-rated_at")
    citations = Citation.objects.filter(evidence=OuterRef("pk"))
    return (
        Evidence.objects.filter(forecast=forecast)
        .select_related("added_by")
        .annotate(
            n_useful=_count(ratings.filter(~Exists(later), useful=True)),
            n_citations=Case(When(revealed_to(user, at=at, path="forecast"), then=_count(citations))),
            said=Subquery(own.values("useful")[:1]),
            own_ratio=Subquery(own.values("likelihood_ratio")[:1]),
        )
        .order_by(*EVIDENCE_ORDERINGS[ordering])
    )


def weighed(forecast: Forecast, *, user: Viewer, since: dt.datetime) -> QuerySet[Evidence]:
    """The pieces that `user` added or cited after `since` and gave a likelihood ratio, `ratio`; oldest first."""
    own = Rating.objects.filter(evidence=OuterRef("pk"), forecaster=user.pk).order_by("-rated_at")
    cited = Citation.objects.filter(evidence=OuterRef("pk"), estimate__forecaster=user.pk, estimate__made_at__gt=since)
    brought = Q(added_by=user.pk, added_at__gt=since)
    added_with = Case(When(added_by=user.pk, then=F("likelihood_ratio")), output_field=FloatField())
    return (
        Evidence.objects.filter(brought | Exists(cited), forecast=forecast)
        .annotate(ratio=Coalesce(Subquery(own.values("likelihood_ratio")[:1]), added_with))
        .filter(ratio__isnull=False)
        .order_by("added_at", "id")
    )


def _count(rows: QuerySet[Rating] | QuerySet[Citation]) -> Coalesce:
    """How many there are for the piece of evidence outside."""
    counted = rows.order_by().values("evidence").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def wordings(forecasts: Iterable[Forecast]) -> dict[int, Wording]:
    """The wording in force of each, by the forecast's id."""
    latest = Wording.objects.filter(forecast__in=list(forecasts)).order_by("forecast_id", "-version")
    return {wording.forecast_id: wording for wording in latest.distinct("forecast_id")}


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
