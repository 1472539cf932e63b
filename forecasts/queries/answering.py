"""What somebody could answer: open forecasts that they have not estimated, branches of a pair together."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db.models import QuerySet

from forecasts.models import Estimate, Forecast, Viewer

from .listing import MOST, Filters, count, estimated, rows, selected
from .reading import wordings


@dataclass(frozen=True)
class Progress:
    """How many open forecasts of a selection are answered, of how many; both None where there are more than MOST."""

    answered: int | None
    n: int | None
    most: int = MOST


@dataclass(frozen=True)
class Sheet:
    """Open forecasts without an estimate in groups: each alone, or the branches of a pair. more: not all that are."""

    groups: list[list[Forecast]]
    more: bool


def sheet(filters: Filters, *, user: Viewer, at: dt.datetime, most: int = 40) -> Sheet:
    """Those that close soonest, in at most seven queries, with their current wording as `said`."""
    ids = list(unanswered(filters, user=user, at=at).values_list("pk", flat=True)[: most + 1])
    more, ids = len(ids) > most, ids[:most]
    pairs = Forecast.objects.filter(pk__in=ids, pair__isnull=False).values("pair")
    found = selected(replace(filters, status="open", mine="no"), user=user, at=at)
    twins = found.filter(pair__in=pairs).exclude(pk__in=ids).order_by("id").values_list("pk", flat=True)
    shown = rows([*ids, *twins], user=user, at=at)
    _put_words(shown)
    groups: dict[object, list[Forecast]] = {}
    for forecast in shown:
        groups.setdefault(("pair", forecast.pair_id) if forecast.pair_id else forecast.pk, []).append(forecast)
    for group in groups.values():
        group.sort(key=lambda forecast: forecast.condition_outcome, reverse=True)
    return Sheet(list(groups.values()), more)


def unanswered(filters: Filters, *, user: Viewer, at: dt.datetime) -> QuerySet[Forecast]:
    """Open ones without one's estimate, of the MOST that close next: so far and no further, since who has answered
    thousands would wait until all of those are passed over.
    """
    nearest = selected(replace(filters, status="open", mine=""), user=user, at=at).order_by("closes_at", "id")
    found = Forecast.objects.filter(~estimated(user), pk__in=nearest.values("pk")[:MOST])
    return found.order_by("closes_at", "id")


def progress(filters: Filters, *, user: Viewer, at: dt.datetime) -> Progress:
    """Counted no further than a list is."""
    n = count(selected(replace(filters, status="open", mine=""), user=user, at=at))
    if n is None:
        return Progress(None, None)
    return Progress(count(selected(replace(filters, status="open", mine="yes"), user=user, at=at)), n)


def latest_own(forecasts: Iterable[Forecast], *, user: Viewer) -> dict[int, Estimate]:
    """The latest estimate of one's own on each, by its id."""
    own = Estimate.objects.filter(forecast__in=list(forecasts), forecaster=user.pk)
    return {each.forecast_id: each for each in own.order_by("forecast_id", "-made_at").distinct("forecast_id")}


def _put_words(forecasts: list[Forecast]) -> None:
    """The criteria and what goes with them, beside each."""
    words = wordings(forecasts)
    for forecast in forecasts:
        forecast.said = words[forecast.pk]  # type: ignore[attr-defined]  # beside it, for templates
