"""Scores as an object of plain numbers: what `manage.py evaluate --json` prints."""

import math
from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np

from tracker.evaluating.reading import Evaluated
from tracker.scoring.arrays import Floats, Integers
from tracker.scoring.evaluation import Evaluation, Sizes
from tracker.scoring.recalibration import Recalibration
from tracker.scoring.reliability import Bins, Curve
from tracker.scoring.tally import LOG_SCORE_CLIP

Plain: TypeAlias = dict[str, Any]


def plain(evaluated: Evaluated) -> Plain:
    """Return the scores of the file, and in `by` those of each group where groups were asked for."""
    whole = plain_scores(evaluated.overall)
    if evaluated.by is not None:
        whole["by"] = {name: plain_scores(scores) for name, scores in evaluated.by.items()}
    return whole


def plain_scores(scores: Evaluation) -> Plain:
    """Return numbers, and None for those that do not exist: no number here is NaN.

    `rows_are_independent` says what the intervals and the errors take for granted; without it, n_clusters and
    n_effective say how many forecasts there are instead, in all and in each bin.
    """
    parts = scores.decomposition
    return {
        "n": round(scores.tally.total),
        "rows_are_independent": scores.sizes is None,
        **_sizes(scores.sizes),
        "base_rate": scores.tally.base_rate,
        "mean_probability": scores.tally.mean_probability,
        "brier": scores.brier,
        "log_score": scores.log_score,
        "log_score_clip": LOG_SCORE_CLIP,
        "decomposition": {
            "miscalibration": parts.miscalibration,
            "discrimination": parts.discrimination,
            "uncertainty": parts.uncertainty,
        },
        "recalibration": _recalibration(scores.recalibration),
        "auc": scores.auc,
        "bins": _bins(scores.bins, scores.sizes),
        "curve": _curve(scores.curve),
    }


def _sizes(sizes: Sizes | None) -> Plain:
    return {} if sizes is None else {"n_clusters": sizes.n_clusters, "n_effective": sizes.n_effective}


def _recalibration(fit: Recalibration | None) -> Plain:
    names = ("intercept", "slope", "intercept_se", "slope_se")
    return {name: None if fit is None else _known(getattr(fit, name)) for name in names}


def _bins(bins: Bins, sizes: Sizes | None) -> list[Plain]:
    columns: dict[str, Floats | Integers] = {
        "lower": bins.lower,
        "upper": bins.upper,
        "n": bins.weight.astype(np.int64),
        **({} if sizes is None else {"n_clusters": sizes.in_bins.astype(np.int64), "n_effective": bins.size}),
        "mean_probability": bins.mean_probability,
        "observed_frequency": bins.observed_frequency,
        "low": bins.low,
        "high": bins.high,
    }
    return _table(columns)


def _curve(curve: Curve) -> list[Plain]:
    return _table(
        {
            "from": curve.lowest,
            "to": curve.highest,
            "recalibrated": curve.recalibrated,
            "n": curve.weight.astype(np.int64),
        }
    )


def _table(columns: Mapping[str, Floats | Integers]) -> list[Plain]:
    rows = zip(*(column.tolist() for column in columns.values()), strict=True)
    return [dict(zip(columns, map(_known, row), strict=True)) for row in rows]


def _known(number: float) -> float | None:
    return number if math.isfinite(number) else None
