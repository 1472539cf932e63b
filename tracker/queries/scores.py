"""The scores of one forecast."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import QuerySet

from forecasts.models import Forecast, Outcome
from tracker.models import Owner, Score, ScoringRun
from tracker.services.scoring import RULES

from .counting import counting


@dataclass(frozen=True)
class Scoring:
    """How far the scoring of a forecast is: unresolved, pending (resolved and not scored yet), scored or annulled."""

    state: str
    finished_at: dt.datetime | None = None


@dataclass(frozen=True)
class ForecastScores:
    state: str
    finished_at: dt.datetime | None
    people: list[Score]
    references: list[Score]


def scoring_of(forecast: Forecast) -> Scoring:
    if not forecast.outcome:
        return Scoring("unresolved")
    run = ScoringRun.objects.filter(resolution=forecast.resolution_id, rules=RULES, current=True).first()
    if run is None:
        return Scoring("pending")
    return Scoring("annulled" if forecast.outcome == Outcome.ANNULLED else "scored", run.finished_at)


def people(forecast: Forecast) -> QuerySet[Score]:
    """Everyone's scores on a scored forecast, best baseline first."""
    return _rows(forecast).filter(owner=Owner.FORECASTER)


def references(forecast: Forecast) -> QuerySet[Score]:
    """What is scored beside them, best baseline first."""
    return _rows(forecast).exclude(owner=Owner.FORECASTER)


def _rows(forecast: Forecast) -> QuerySet[Score]:
    rows = counting(Forecast.objects.filter(pk=forecast.pk)).select_related("forecaster")
    return rows.order_by("-baseline", "owner", "forecaster", "method")


def of_forecast(forecast: Forecast) -> ForecastScores:
    """Everyone's scores on a forecast and those of the references, provisional until it settles."""
    found = scoring_of(forecast)
    if found.state != "scored":
        return ForecastScores(found.state, found.finished_at, [], [])
    rows = list(_rows(forecast))
    return ForecastScores(
        found.state,
        found.finished_at,
        [row for row in rows if row.owner == Owner.FORECASTER],
        [row for row in rows if row.owner != Owner.FORECASTER],
    )
