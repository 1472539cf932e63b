"""The track record of one forecaster, as far as the reader may see it. It costs the same however long the record is."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from forecasts.models import UNANSWERED, Estimate, Forecast, Forecaster, Viewer
from tracker.models import Owner, Score
from tracker.scopes import Scope

from .calibration import Calibration, calibration
from .examples import newest_in, open_to_all
from .leaderboards import scores_of
from .rows import Row
from .viewing import View, view

# How far back a record is gone through: estimates that are counted, scores that are sorted, open estimates shown.
COUNTED, SORTED, OPEN = 300, 250, 10
SORTS = {
    "latest": ("Scored last", ("-id",)),
    "baseline": ("Best baseline", (F("baseline").desc(nulls_last=True), "-id")),
    "-baseline": ("Worst baseline", (F("baseline").asc(nulls_last=True), "-id")),
    "peer": ("Best peer", (F("peer").desc(nulls_last=True), "-id")),
    "-peer": ("Worst peer", (F("peer").asc(nulls_last=True), "-id")),
    "coverage": ("Most coverage", ("-coverage", "-id")),
}


@dataclass(frozen=True)
class Record:
    """What a forecaster has done. rows holds their row per measure; scores the ids of their score rows, sorted.

    n_forecasts and n_estimates count no further back than the COUNTED latest estimates; `longer` says there are more.
    """

    shown: View
    n_forecasts: int
    n_estimates: int
    longer: bool
    rows: dict[str, Row]
    calibration: Calibration
    scores: list[int]
    open: list[Estimate]


def own_scope(forecaster: Forecaster) -> Scope:
    """Everything; for a simulated forecaster the rehearsal, the only scope they count in."""
    if not forecaster.simulated:
        return Scope()
    # From a score, which everybody may see: an estimate may still be hidden.
    scored = Score.objects.filter(forecaster=forecaster, forecast__simulated=True).order_by("-id")
    slug = scored.values_list("forecast__collections__slug", flat=True).first()
    return Scope("collection", slug) if slug else Scope()


def record(
    forecaster: Forecaster,
    *,
    scope: Scope,
    user: Viewer,
    at: dt.datetime,
    year: int | None = None,
    settled: bool = True,
    sort: str = "latest",
) -> Record:
    """What is hidden from `user` is not counted: a count that rises would tell of an estimate."""
    shown = view(scope, settled=settled, year=year)
    visible = Estimate.objects.visible_to(user, at=at).filter(
        forecaster=forecaster, forecast__simulated=forecaster.simulated
    )
    found = list(visible.order_by("-made_at").values_list("forecast", "made_at")[: COUNTED + 1])
    latest = found[:COUNTED]
    return Record(
        shown=shown,
        n_forecasts=len({forecast for forecast, _ in latest}),
        n_estimates=len(latest),
        longer=len(found) > COUNTED,
        rows=scores_of(forecaster, scope=scope, year=year, settled=settled),
        calibration=calibration(scope=scope, forecaster=forecaster, year=year, settled=settled),
        scores=_sorted(forecaster, shown, sort),
        open=_open(visible.filter(made_at__gte=latest[-1][1]), at) if latest else [],
    )


def every(forecaster: Forecaster, *, scope: Scope, year: int | None = None, settled: bool = True) -> QuerySet[Score]:
    """All of their scores there, the one scored last first."""
    return _own(forecaster, view(scope, settled=settled, year=year)).select_related(
        "forecast__resolution", "forecast__claim__source"
    )


def scores(ids: Sequence[int]) -> list[Score]:
    """These rows of scores in this order, with their forecasts."""
    found = Score.objects.select_related("forecast__resolution", "forecast__claim").in_bulk(list(ids))
    return [found[id_] for id_ in ids if id_ in found]


def _own(forecaster: Forecaster, shown: View) -> QuerySet[Score]:
    return open_to_all(newest_in(shown)).filter(owner=Owner.FORECASTER, forecaster=forecaster)


def _sorted(forecaster: Forecaster, shown: View, sort: str) -> list[int]:
    """Of the SORTED latest, so that no order needs an index of its own."""
    mine = _own(forecaster, shown)
    _, order = SORTS[sort]
    latest = Score.objects.filter(pk__in=mine.values("pk")[:SORTED])
    return list(latest.order_by(*order).values_list("pk", flat=True))


def _open(latest: QuerySet[Estimate], at: dt.datetime) -> list[Estimate]:
    """The standing estimates among these on forecasts that are open, the newest first: the first few are soon found."""
    later = Estimate.objects.filter(
        forecast=OuterRef("forecast"), forecaster=OuterRef("forecaster"), made_at__gt=OuterRef("made_at")
    )
    lasting = Q(expires_at__isnull=True) | Q(expires_at__gt=at)
    found = latest.filter(
        lasting,
        ~Exists(later),
        Exists(Forecast.objects.filter(UNANSWERED, pk=OuterRef("forecast"), closes_at__gt=at)),
        probability__isnull=False,
    )
    return list(found.select_related("forecast__claim").order_by("-made_at")[:OPEN])
