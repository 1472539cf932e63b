"""The totals worked out anew from score rows, in plain loops over Python's whole numbers."""

from collections import defaultdict
from typing import Any

import numpy as np
from scipy.special import logit

from forecasts.models import ANSWERED, Forecast
from tracker.models import BinTotal, CellTotal, ClusterTotal, MomentTotal, Score
from tracker.services.scoring import RULES

LOG_ODDS = [0, *np.rint(logit(np.arange(1, 10_000) / 10_000) * 1e6).astype(int).tolist()]
PRODUCTS = ("c", "a", "cc", "ca", "aa", "ccc", "cca", "caa", "aaa")
Sums = dict[tuple[Any, ...], tuple[int, ...]]


def stored() -> Sums:
    """The totals as the database has them, without rows of zeros."""
    key = ("total__scope", "total__owner", "total__forecaster", "total__method", "total__year", "total__settled")
    parts = [
        (CellTotal, ("view", "cell"), ("weight", "yes")),
        (ClusterTotal, ("view",), ("n", "c", "cc", "ss", "sx", "xx", "spread", "spread_x", "spread_xx")),
        (BinTotal, ("view", "bin"), ("n", "uu")),
        (MomentTotal, ("measure",), ("n", *PRODUCTS, "beside", "coverage", "contested", "attainable", "upsets")),
    ]
    found: Sums = {}
    for model, own, sums in parts:
        for row in model.objects.values_list(*key, *own, *sums):
            cut = len(key) + len(own)
            numbers = tuple(int(number) for number in row[cut:])
            if any(numbers):
                found[model.__name__, *row[:cut]] = numbers
    return found


def recomputed(*, at: Any) -> Sums:
    """The same from the score rows of the runs that count, and nothing else."""
    sums: dict[tuple[Any, ...], list[int]] = defaultdict(list)

    def add(key: tuple[Any, ...], *numbers: int) -> None:
        sums[key] = [a + b for a, b in zip(sums[key] or [0] * len(numbers), numbers, strict=True)]

    for forecast in Forecast.objects.select_related("resolution", "claim__source").prefetch_related("collections"):
        resolution = forecast.resolution
        if resolution is None or resolution.outcome not in ANSWERED:
            continue
        rows = list(Score.objects.filter(run__resolution=resolution, run__rules=RULES, run__current=True))
        yes = resolution.outcome == "yes"
        for scope in _scopes(forecast):
            place = (forecast.settles_at.year, forecast.settles_at <= at)
            pooled: dict[str, dict[int, int]] = {"time": defaultdict(int), "final": defaultdict(int)}
            for row in rows:
                owner = (scope, row.owner, row.forecaster_id or 0, row.method, *place)
                for view, held in _held(row).items():
                    _add_view(add, owner, view, held, yes=yes)
                    for cell, weight in held.items() if row.owner == "forecaster" else ():
                        pooled[view][cell] += weight
                _add_moments(add, owner, row)
            for view, held in pooled.items():
                _add_view(add, (scope, "everyone", 0, "", *place), view, held, yes=yes)
    return {key: tuple(numbers) for key, numbers in sums.items() if any(numbers)}


def _scopes(forecast: Forecast) -> list[str]:
    collections = [f"collection:{collection.slug}" for collection in forecast.collections.all()]
    if forecast.simulated:
        return collections
    source = [f"source:{forecast.claim.source.slug}"] if forecast.claim else []
    return ["all", *source, *collections, *(f"tag:{tag}" for tag in forecast.tags)]


def _held(row: Score) -> dict[str, dict[int, int]]:
    final = {} if row.final_cell is None or row.spot_early else {row.final_cell: 1_000_000}
    return {"time": dict(zip(row.cells, row.shares, strict=True)), "final": final}


def _add_view(add: Any, owner: tuple[Any, ...], view: str, held: dict[int, int], *, yes: bool) -> None:
    if not held:
        return
    bins: dict[int, int] = defaultdict(int)
    c = s0 = s1 = v0 = v1 = v2 = 0
    for cell, weight in held.items():
        add(("CellTotal", *owner, view, cell), weight, weight * yes)
        bins[cell // 1000] += weight
        miss = 10_000 * yes - cell
        v, x = cell * (10_000 - cell), LOG_ODDS[cell]
        c, s0, s1 = c + weight, s0 + weight * miss, s1 + weight * miss * x
        v0, v1, v2 = v0 + weight * v, v1 + weight * v * x, v2 + weight * v * x * x
    add(("ClusterTotal", *owner, view), 1, c, c * c, s0 * s0, s0 * s1, s1 * s1, c * v0, c * v1, c * v2)
    for number, u in bins.items():
        add(("BinTotal", *owner, view, number), 1, u * u)


def _add_moments(add: Any, owner: tuple[Any, ...], row: Score) -> None:
    upsets = sum(weight * min(cell, 10_000 - cell) for cell, weight in zip(row.cells, row.shares, strict=True))
    spot = 0 if row.final_cell is None else 1_000_000 * min(row.final_cell, 10_000 - row.final_cell)
    stood, together = row.coverage > 0, row.contested > 0
    measures = [
        ("peer", row.contested, row.peer, upsets, together),
        ("baseline", row.coverage, row.baseline, upsets, stood),
        ("brier", row.coverage, None if row.brier is None else row.coverage * row.brier, upsets, stood),
        ("log_score", row.coverage, None if row.log_score is None else row.coverage * row.log_score, upsets, stood),
        ("spot_peer", 1.0, row.spot_peer, spot, together and not row.spot_early),
        ("spot_baseline", 1.0, row.spot_baseline, spot, not row.spot_early),
    ]
    for measure, covered, accrued, upset, counts in measures:
        if counts and accrued is not None:
            c, a = round(covered * 1e6), round(accrued * 1e9)
            others = (round(part * 1e6) for part in (row.coverage, row.contested, row.attainable))
            products = (c, a, c * c, c * a, a * a, c * c * c, c * c * a, c * a * a, a * a * a)
            crowd = row.coverage * row.crowd_brier if measure == "brier" and row.crowd_brier is not None else 0.0
            add(("MomentTotal", *owner, measure), 1, *products, round(crowd * 1e9), *others, upset)
