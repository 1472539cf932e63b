"""Calibration: of what was given 70%, how much happened; per forecaster, per crowd, and for everyone in a scope.

Read from running totals: the cost does not grow with the number of estimates or forecasts.
"""

import hashlib
from dataclasses import dataclass, replace

import numpy as np
from django.core.cache import cache
from django.db.models import Q, Sum

from forecasts.crowd import METHODS
from forecasts.models import Forecaster
from forecasts.refusals import Invalid
from tracker.models import EVERYONE, BinTotal, CellTotal, ClusterTotal, Owner
from tracker.scopes import Scope
from tracker.scoring.bands import Band, consistency_band
from tracker.scoring.chance import caveat, chance, sentence
from tracker.scoring.clusters import Clusters
from tracker.scoring.recalibration import FEWEST, recalibration
from tracker.scoring.reliability import BINS, Bins, decomposition, reliability_bins, reliability_curve
from tracker.scoring.shares import WHOLE
from tracker.scoring.tally import Tally, auc, mean_brier

from .measures import REFERENCES
from .viewing import View, or_none
from .viewing import view as view_of

VIEWS = {"time": "every probability, by how long it stood", "final": "the probability standing at the spot time"}
# Units of the sums over forecasts, from those of their factors: w and x in millionths, p in 0.0001.
CLUSTER_UNITS = {
    "n": 1,
    "c": 1e-6,
    "cc": 1e-12,
    "ss": 1e-20,
    "sx": 1e-26,
    "xx": 1e-32,
    "spread": 1e-20,
    "spread_x": 1e-26,
    "spread_xx": 1e-32,
}
# How long a drawn band is kept, in seconds.
KEPT = 86_400


@dataclass(frozen=True)
class Bin:
    """[lower, upper), the last closed. n forecasts fell in it; n_eff of equal weight would weigh as much.

    [low, high] is the 95% interval of the observed frequency; few says that n_eff is too small to lean on it.
    """

    lower: float
    upper: float
    n: int
    n_eff: float
    weight: float
    mean_probability: float | None
    observed_frequency: float | None
    low: float | None
    high: float | None
    few: bool


@dataclass(frozen=True)
class Block:
    """Probabilities from start to end that isotonic regression recalibrates to one value."""

    start: float
    end: float
    recalibrated: float
    weight: float


@dataclass(frozen=True)
class BandPoint:
    """Where the curve of a calibrated forecaster would lie at a probability, pointwise at 95%."""

    probability: float
    low: float
    high: float


@dataclass(frozen=True)
class Calibration:
    """A reliability diagram in numbers. brier = miscalibration - discrimination + uncertainty, null while empty.

    miscalibration_by_chance is what a calibrated forecaster stays below in 95% of cases; p_value is of the one test of
    intercept 0 and slope 1.
    """

    subject: str
    label: str
    scope: Scope
    view: str
    year: int | None
    years: list[int]
    settled: bool
    provisional: bool
    sentence: str = "Nothing has resolved here yet, so there is nothing to say."
    caveat: str = ""
    n_forecasts: int = 0
    n_effective: float = 0.0
    weight: float = 0.0
    brier: float | None = None
    mean_probability: float | None = None
    base_rate: float | None = None
    miscalibration: float | None = None
    miscalibration_by_chance: float | None = None
    discrimination: float | None = None
    uncertainty: float | None = None
    auc: float | None = None
    intercept: float | None = None
    slope: float | None = None
    intercept_se: float | None = None
    slope_se: float | None = None
    p_value: float | None = None
    bins: tuple[Bin, ...] = ()
    curve: tuple[Block, ...] = ()
    band: tuple[BandPoint, ...] = ()


@dataclass(frozen=True)
class Subject:
    """Whose calibration it is: a forecaster's, a crowd method's, or everyone's, pooled."""

    owner: str = EVERYONE
    method: str = ""
    forecaster: Forecaster | None = None

    @property
    def key(self) -> str:
        return self.forecaster.username if self.forecaster else self.method

    @property
    def label(self) -> str:
        if self.forecaster:
            return self.forecaster.username
        return REFERENCES[Owner.CROWD, self.method] if self.method else "Everyone"

    def totals(self, shown: View) -> Q:
        mine = {"forecaster": self.forecaster.pk} if self.forecaster else {"method": self.method}
        return shown.totals(owner=self.owner, **mine)


def subject(*, forecaster: Forecaster | None = None, crowd: str = "", view: str = "time") -> Subject:
    """Who is asked for. Refuses both at once, and a crowd or a view that there is not."""
    if view not in VIEWS:
        raise Invalid(f"Choose one of {', '.join(VIEWS)}.", field="view")
    if crowd and crowd not in METHODS:
        raise Invalid(f"Choose one of {', '.join(METHODS)}.", field="crowd")
    if crowd and forecaster:
        raise Invalid("Ask for a forecaster or for a crowd, not for both.", field="crowd")
    if forecaster:
        return Subject(Owner.FORECASTER, forecaster=forecaster)
    return Subject(Owner.CROWD, crowd) if crowd else Subject()


def calibration(
    *,
    scope: Scope,
    forecaster: Forecaster | None = None,
    crowd: str = "",
    view: str = "time",
    year: int | None = None,
    settled: bool = True,
) -> Calibration:
    """The calibration of one forecaster, of a crowd method, or of everyone; settled forecasts unless none are."""
    whose = subject(forecaster=forecaster, crowd=crowd, view=view)
    shown = view_of(scope, settled=settled, year=year)
    blank = Calibration(
        subject=whose.key,
        label=whose.label,
        scope=scope,
        view=view,
        year=shown.year,
        years=shown.years,
        settled=shown.settled,
        provisional=shown.provisional,
    )
    totals = whose.totals(shown)
    totals &= Q(view=view)
    tally = _tally(totals)
    if tally is None:
        return blank
    clusters = _clusters(totals)
    # What has been taken back between the two reads leaves nothing to measure.
    return measured(blank, tally, clusters) if clusters.size else blank


def _tally(totals: Q) -> Tally | None:
    found = CellTotal.objects.filter(totals).values_list("cell").annotate(w=Sum("weight"), y=Sum("yes")).filter(w__gt=0)
    columns = np.array(list(found), dtype=np.float64).reshape(-1, 3).T
    cells, weight, yes = columns[0].astype(np.int64), columns[1] / WHOLE, columns[2] / WHOLE
    return Tally.of_cells(cells, weight, yes) if cells.size else None


def _clusters(totals: Q) -> Clusters:
    summed = ClusterTotal.objects.filter(totals).aggregate(**{f"sum_{name}": Sum(name) for name in CLUSTER_UNITS})
    sums = {name: float(summed[f"sum_{name}"] or 0) * unit for name, unit in CLUSTER_UNITS.items()}
    bins = np.zeros((2, BINS))
    for number, forecasts, squares in (
        BinTotal.objects.filter(totals).values_list("bin").annotate(forecasts=Sum("n"), squares=Sum("uu"))
    ):
        bins[:, number] = forecasts, float(squares) / WHOLE**2
    return Clusters(
        forecasts=int(sums["n"]),
        weight=sums["c"],
        squares=sums["cc"],
        scores=np.array([[sums["ss"], sums["sx"]], [sums["sx"], sums["xx"]]]),
        spread=np.array([[sums["spread"], sums["spread_x"]], [sums["spread_x"], sums["spread_xx"]]]),
        bin_forecasts=bins[0],
        bin_squares=bins[1],
    )


def measured(blank: Calibration, tally: Tally, clusters: Clusters) -> Calibration:
    """All that a tally and the sums over its forecasts say, in the place of a blank."""
    parts, fit = decomposition(tally), recalibration(tally, scores=clusters.scores)
    bins = reliability_bins(tally, clusters.bin_sizes(tally))
    test = chance(tally, clusters)
    band = _band(tally, clusters.size)
    return replace(
        blank,
        intercept=fit.intercept if fit else None,
        slope=fit.slope if fit else None,
        # Below this many forecasts they cover too little.
        intercept_se=fit.intercept_se if fit and clusters.size >= FEWEST else None,
        slope_se=fit.slope_se if fit and clusters.size >= FEWEST else None,
        sentence=sentence(bins, test, clusters.forecasts),
        caveat=caveat(bins, test),
        n_forecasts=clusters.forecasts,
        n_effective=clusters.size,
        weight=tally.total,
        brier=mean_brier(tally),
        mean_probability=tally.mean_probability,
        base_rate=tally.base_rate,
        miscalibration=parts.miscalibration,
        miscalibration_by_chance=band.miscalibration,
        discrimination=parts.discrimination,
        uncertainty=parts.uncertainty,
        auc=auc(tally),
        p_value=test.p_value,
        bins=_bins(bins, clusters),
        curve=_curve(tally),
        band=tuple(map(BandPoint, band.probability.tolist(), band.low.tolist(), band.high.tolist())),
    )


def _band(tally: Tally, size: float) -> Band:
    """The band is drawn once for the same totals: it costs more than all the rest of the page."""
    drawn_from = (tally.probability.tobytes(), tally.weight.tobytes(), repr(round(size)).encode())
    key = "band:" + hashlib.sha256(b"".join(drawn_from)).hexdigest()
    kept = cache.get(key)
    if kept is None:
        band = consistency_band(tally, size)
        kept = (band.probability, band.low, band.high, band.miscalibration)
        cache.set(key, kept, timeout=KEPT)
    return Band(*kept)


def _bins(bins: Bins, clusters: Clusters) -> tuple[Bin, ...]:
    return tuple(
        Bin(
            lower=float(bins.lower[k]),
            upper=float(bins.upper[k]),
            n=int(clusters.bin_forecasts[k]),
            n_eff=float(bins.size[k]),
            weight=float(bins.weight[k]),
            mean_probability=or_none(bins.mean_probability[k]),
            observed_frequency=or_none(bins.observed_frequency[k]),
            low=or_none(bins.low[k]),
            high=or_none(bins.high[k]),
            few=bool(bins.few[k]),
        )
        for k in range(BINS)
    )


def _curve(tally: Tally) -> tuple[Block, ...]:
    curve = reliability_curve(tally)
    columns = (curve.lowest, curve.highest, curve.recalibrated, curve.weight)
    return tuple(map(Block, *(column.tolist() for column in columns)))
