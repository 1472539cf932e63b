"""The track record of one forecaster, as far as the reader may see it. It costs the same however long the record is."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from forecasts.models import UNANSWERED, Estimate, Forecast, Forecaster, Viewer
from tracker.models import Owner, Score
from tracker.scopes import Scope

from .calibration import Calibration, calibration
from .examples import counting_in, open_to_all
from .leaderboards import scores_of
from .rows import Row
from .viewing import View, view

# How far back a record is gone through: estimates that are counted, scores that are sorted, open estimates shown.
COUNTED, SORTED, OPEN = 1000, 500, 10
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
    """What a forecaster has done. rows holds their row per measure; scores their scored forecasts, sorted, unread.

    n_forecasts and n_estimates count no further back than the COUNTED latest estimates; `longer` says there are more.
    """

    shown: View
    n_forecasts: int
    n_estimates: int
    longer: bool
    rows: dict[str, Row]
    calibration: Calibration
    scores: QuerySet[Score]
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
    latest = list(visible.order_by("-made_at").values_list("forecast", flat=True)[: COUNTED + 1])
    return Record(
        shown=shown,
        n_forecasts=len(set(latest[:COUNTED])),
        n_estimates=len(latest[:COUNTED]),
        longer=len(latest) > COUNTED,
        rows=scores_of(forecaster, scope=scope, year=year, settled=settled),
        calibration=calibration(scope=scope, forecaster=forecaster, year=year, settled=settled),
        scores=_scores(forecaster, shown, sort),
        open=_open(visible, set(latest), at),
    )


def _scores(forecaster: Forecaster, shown: View, sort: str) -> QuerySet[Score]:
    """Of the SORTED latest, so that no order needs an index of its own."""
    mine = open_to_all(counting_in(shown)).filter(owner=Owner.FORECASTER, forecaster=forecaster)
    _, order = SORTS[sort]
    found = Score.objects.filter(pk__in=list(mine.order_by("-id").values_list("pk", flat=True)[:SORTED]))
    return found.select_related("forecast__resolution", "forecast__claim").order_by(*order)


def _open(visible: QuerySet[Estimate], among: set[int], at: dt.datetime) -> list[Estimate]:
    """Their standing estimates on those forecasts that are open, the newest first, where the reader may see them."""
    later = Estimate.objects.filter(
        forecast=OuterRef("forecast"), forecaster=OuterRef("forecaster"), made_at__gt=OuterRef("made_at")
    )
    standing = Q(expires_at__isnull=True) | Q(expires_at__gt=at)
    unanswered = Forecast.objects.filter(UNANSWERED, pk__in=among, closes_at__gt=at)
    found = visible.filter(
        standing, ~Exists(later), forecast__in=list(unanswered.values_list("pk", flat=True)), probability__isnull=False
    )
    return list(found.select_related("forecast__claim").order_by("-made_at")[:OPEN])
