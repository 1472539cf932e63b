"""The scores of one forecast and the record of one forecaster."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import QuerySet

from forecasts.models import ANSWERED, Estimate, Forecast, Forecaster, Outcome, Viewer
from tracker.models import Owner, Score, ScoringRun
from tracker.scopes import Scope
from tracker.services.scoring import RULES

from .counting import counting
from .leaderboards import scores_of
from .rows import Row


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


@dataclass(frozen=True)
class Record:
    """What a forecaster has done, as far as the reader may see it. rows holds their row per measure on their scope;
    scores their scored forecasts.
    """

    scope: Scope
    n_forecasts: int
    n_answered: int
    n_estimates: int
    rows: dict[str, Row]
    scores: list[Score]


def record(forecaster: Forecaster, *, user: Viewer, at: dt.datetime, most: int = 50) -> Record:
    """A track record, over everything; for a simulated forecaster over the rehearsal, the only scope they count in.

    What is hidden from `user` is not counted: a count that rises would tell of an estimate.
    """
    estimates = Estimate.objects.visible_to(user, at=at).filter(
        forecaster=forecaster, forecast__simulated=forecaster.simulated
    )
    forecasts = Forecast.objects.filter(pk__in=estimates.values("forecast"))
    scope = Scope()
    if forecaster.simulated:
        slug = forecasts.values_list("collections__slug", flat=True).first()
        scope = Scope("collection", slug) if slug else scope
    scores = (
        counting(forecasts)
        .filter(forecaster=forecaster)
        .select_related("forecast__resolution", "forecast__claim")
        .order_by("-forecast__resolution__decided_at", "-forecast_id")
    )
    return Record(
        scope=scope,
        n_forecasts=forecasts.count(),
        n_answered=forecasts.filter(resolution__outcome__in=ANSWERED).count(),
        n_estimates=estimates.count(),
        rows=scores_of(forecaster, scope=scope),
        scores=list(scores[:most]),
    )
