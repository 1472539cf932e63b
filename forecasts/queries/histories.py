"""The whole history of a forecast for its chart: never more than a chart can show, whatever the record holds."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from django.db.models import QuerySet
from django.db.models.functions import Left

from forecasts.columns import points_of
from forecasts.instants import instant, microseconds
from forecasts.models import CrowdPoint, Estimate, Evidence, Forecast, Viewer, Wording
from forecasts.thinning import outline, stretches

from .crowds import crowd_is_hidden, crowd_points
from .reading import own_estimates

POINTS: Final = 1000
OWN: Final = 400
# Of each way that evidence points, one mark in a stretch.
STRETCHES: Final = 60
MARKS: Final = STRETCHES * len(Evidence.Direction)
WORDINGS: Final = 100
# What a tooltip has room for.
LETTERS: Final = 120


@dataclass(frozen=True)
class Drawn:
    """The rows that stand for `total` of them, oldest first."""

    total: int
    rows: list[Any]


@dataclass(frozen=True)
class History:
    hidden: bool
    crowd: Drawn
    own: Drawn
    evidence: Drawn
    wordings: Drawn


def history(forecast: Forecast, *, user: Viewer, at: dt.datetime) -> History:
    """All of it as `user` may see it, thinned where there is more than a chart can show."""
    hidden = crowd_is_hidden(forecast, user=user, at=at)
    return History(
        hidden=hidden,
        crowd=Drawn(0, []) if hidden else crowd_outline(forecast, user=user, at=at),
        own=Drawn(0, []) if user.pk is None else _own(own_estimates(forecast, user=user).filter(made_at__lte=at)),
        evidence=_evidence(Evidence.objects.filter(forecast=forecast, added_at__lte=at)),
        wordings=_wordings(Wording.objects.filter(forecast=forecast, version__gt=1)),
    )


def crowd_outline(forecast: Forecast, *, user: Viewer, at: dt.datetime) -> Drawn:
    """The crowd's points as `user` may see them, those that are drawn where there are many."""
    columns = points_of([forecast.pk])[forecast.pk]
    total = int(np.searchsorted(columns.at, microseconds(at), side="right"))
    points: QuerySet[CrowdPoint] = crowd_points(forecast, user=user, at=at)
    if total > POINTS:
        # The first method is the one that is drawn.
        kept = outline(columns.at[:total], columns.values[:total, 0], POINTS)
        points = points.filter(at__in=[instant(count) for count in columns.at[kept].tolist()])
    return Drawn(total, list(points))


def _own(estimates: QuerySet[Estimate]) -> Drawn:
    said = list(estimates.values_list("made_at", "probability"))
    made_at = np.array([microseconds(at) for at, _ in said], np.int64)
    kept = outline(made_at, np.array([probability for _, probability in said], np.float64), OWN)
    return Drawn(len(said), [{"made_at": said[i][0], "probability": said[i][1]} for i in kept.tolist()])


def _evidence(evidence: QuerySet[Evidence]) -> Drawn:
    """Where there is too much, the newest of each way in each stretch stands for the others there, `n` with itself."""
    found = list(evidence.order_by("added_at", "id").values_list("pk", "added_at", "direction"))
    places = stretches(np.array([microseconds(at) for _, at, _ in found], np.int64), STRETCHES).tolist()
    if len(found) <= MARKS:
        places = list(range(len(found)))
    keys = [(place, direction) for place, (_, _, direction) in zip(places, found, strict=True)]
    newest = {key: pk for key, (pk, _, _) in zip(keys, found, strict=True)}
    counts = Counter(keys)
    said = dict(evidence.filter(pk__in=newest.values()).values_list("pk", Left("title", LETTERS)))
    stood_for = {pk: counts[key] for key, pk in newest.items()}
    return Drawn(
        len(found),
        [
            {"added_at": added_at, "direction": direction, "title": said[pk], "n": stood_for[pk]}
            for pk, added_at, direction in found
            if pk in stood_for
        ],
    )


def _wordings(wordings: QuerySet[Wording]) -> Drawn:
    newest = wordings.order_by("-version").annotate(why=Left("reason", LETTERS))
    rows: list[dict[str, Any]] = [
        {"version": version, "made_at": made_at, "reason": why}
        for version, made_at, why in newest.values_list("version", "made_at", "why")[:WORDINGS]
    ]
    # Versions are counted up from 1, without a gap.
    return Drawn(rows[0]["version"] - 1 if rows else 0, rows[::-1])
