"""What somebody could answer: open forecasts that they have not estimated, branches of a pair together."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

from forecasts.models import Estimate, Forecast, Viewer, Wording

from .listing import Filters, count, rows, selected


@dataclass(frozen=True)
class Progress:
    """How many open forecasts of a selection are answered, of how many; each None beyond what is counted."""

    answered: int | None
    n: int | None


@dataclass(frozen=True)
class Sheet:
    """Open forecasts without an estimate in groups: each alone, or the branches of a pair. more: not all of them."""

    groups: list[list[Forecast]]
    more: bool


def sheet(filters: Filters, *, user: Viewer, at: dt.datetime, most: int = 40) -> Sheet:
    """Those that close soonest, in at most seven queries, with their current wording as `said`."""
    unanswered = replace(filters, status="open", mine="no")
    found = selected(unanswered, user=user, at=at)
    ids = list(found.order_by("closes_at", "id").values_list("pk", flat=True)[: most + 1])
    more, ids = len(ids) > most, ids[:most]
    pairs = Forecast.objects.filter(pk__in=ids, pair__isnull=False).values("pair")
    twins = found.filter(pair__in=pairs).exclude(pk__in=ids).order_by("id").values_list("pk", flat=True)
    shown = rows([*ids, *twins], user=user, at=at)
    _put_words(shown)
    groups: dict[object, list[Forecast]] = {}
    for forecast in shown:
        groups.setdefault(("pair", forecast.pair_id) if forecast.pair_id else forecast.pk, []).append(forecast)
    for group in groups.values():
        group.sort(key=lambda forecast: forecast.condition_outcome, reverse=True)
    return Sheet(list(groups.values()), more)


def progress(filters: Filters, *, user: Viewer, at: dt.datetime) -> Progress:
    """Counted no further than a list is."""
    answered, n = (
        count(selected(replace(filters, status="open", mine=mine), user=user, at=at)) for mine in ("yes", "")
    )
    return Progress(answered, n)


def latest_own(forecasts: Iterable[Forecast], *, user: Viewer) -> dict[int, Estimate]:
    """The latest estimate of one's own on each, by its id."""
    own = Estimate.objects.filter(forecast__in=list(forecasts), forecaster=user.pk)
    return {each.forecast_id: each for each in own.order_by("forecast_id", "-made_at").distinct("forecast_id")}


def _put_words(forecasts: list[Forecast]) -> None:
    """The criteria and what goes with them, beside each."""
    latest = Wording.objects.filter(forecast__in=forecasts).order_by("forecast_id", "-version").distinct("forecast_id")
    words = {wording.forecast_id: wording for wording in latest}
    for forecast in forecasts:
        forecast.said = words[forecast.pk]  # type: ignore[attr-defined]  # beside it, for templates
