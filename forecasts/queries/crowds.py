"""The crowd as somebody may see it: what it says now, beside their own estimate, and how it came there."""

import datetime as dt
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    Case,
    DateTimeField,
    F,
    Field,
    FloatField,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from forecasts.models import CrowdPoint, Estimate, Forecast, Viewer
from forecasts.models.visibility import revealed_to


def with_crowd(found: QuerySet[Forecast], *, user: Viewer, at: dt.datetime) -> QuerySet[Forecast]:
    """Annotate `revealed`, whether `user` may see the crowd; `crowd`, `n_standing`, `moved_at` and the few points of
    its `trace`, null while they may not; and `own`, their standing estimate.
    """
    own = Estimate.objects.filter(forecast=OuterRef("pk"), forecaster=user.pk, made_at__lte=at).order_by("-made_at")
    standing = Q(expires_at__isnull=True) | Q(expires_at__gt=at)
    return (
        found.annotate(revealed=Coalesce(revealed_to(user, at=at), False))
        .annotate(
            crowd=_shown(_latest("recency_weighted", FloatField(), at)),
            n_standing=_shown(Coalesce(_latest("n", IntegerField(), at), 0)),
            moved_at=_shown(_latest("at", DateTimeField(), at)),
            trace=_shown(F("crowd_state__trace"), ArrayField(FloatField(null=True))),
            trace_at=_shown(F("crowd_state__trace_at"), ArrayField(DateTimeField())),
            own_id=Subquery(own.values("pk")[:1]),
        )
        .annotate(own=Subquery(Estimate.objects.filter(standing, pk=OuterRef("own_id")).values("probability")[:1]))
    )


def _shown(value: Any, field: "Field[Any, Any] | None" = None) -> Case:
    return Case(When(revealed=True, then=value), output_field=field)


# What the latest row keeps of the last point, by the point's names.
KEPT = {"recency_weighted": "recency_weighted", "n": "n_standing", "at": "moved_at"}


def _latest(name: str, field: "Field[Any, Any]", at: dt.datetime) -> Case:
    """Of the point in force at `at`. That is the last one, which the crowd's state keeps, unless that lies later; only
    then are the points looked through.
    """
    points = CrowdPoint.objects.filter(forecast=OuterRef("pk"), at__lte=at).order_by("-at")
    return Case(
        When(crowd_state__moved_at__lte=at, then=F(f"crowd_state__{KEPT[name]}")),
        When(crowd_state__moved_at__gt=at, then=Subquery(points.values(name)[:1])),
        default=Value(None),
        output_field=field,
    )


def crowd_points(forecast: Forecast, *, user: Viewer, at: dt.datetime) -> QuerySet[CrowdPoint]:
    """The crowd's history as `user` may see it, oldest first; empty while hidden."""
    return CrowdPoint.objects.visible_to(user, at=at).filter(forecast=forecast, at__lte=at).order_by("at")


def crowd_is_hidden(forecast: Forecast, *, user: Viewer, at: dt.datetime) -> bool:
    return not Forecast.objects.visible_to(user, at=at).filter(pk=forecast.pk).exists()
