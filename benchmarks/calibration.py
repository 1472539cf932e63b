"""Calibration of many single cases on the product's grid, beside scikit-learn's regression and curve on the same."""

from collections.abc import Iterator
from functools import partial

import numpy as np
from sklearn.calibration import calibration_curve
from sklearn.isotonic import IsotonicRegression

from benchmarks.measuring import Row, timed, times_faster
from tracker.scoring.arrays import Flags, Floats
from tracker.scoring.reliability import decomposition, reliability_bins, reliability_curve
from tracker.scoring.shares import GRID, to_cells
from tracker.scoring.tally import Tally

FASTER = 20.0


def rows(scale: float) -> Iterator[Row]:
    """A million cases and ten million: curve, decomposition and bins; and how far apart the two curves lie."""
    for size, repeats in ((10**6, 5), (10**7, 3)):
        p, y = drawn(max(100, int(size * scale)), seed=size)
        yield times_faster(
            f"{p.size:,} cases",
            ours=timed(partial(on_our_grid, p, y), repeats),
            reference=timed(partial(with_scikit_learn, p, y), repeats),
            at_least=FASTER,
        )
        yield Row(f"{p.size:,} cases: recalibrated, mean gap", gap(p, y), "probability", at_most=0.001)


def drawn(size: int, seed: int) -> tuple[Floats, Flags]:
    """Probabilities of any precision that say too much: the true ones lie nearer to one half."""
    rng = np.random.default_rng(seed)
    p = np.clip(rng.beta(0.8, 0.8, size), 0.0001, 0.9999)
    return p, rng.random(size) < 0.1 + 0.8 * p


def on_our_grid(p: Floats, y: Flags) -> None:
    tally = Tally.on_grid(p, y)
    reliability_curve(tally)
    decomposition(tally)
    reliability_bins(tally)


def with_scikit_learn(p: Floats, y: Flags) -> None:
    """Fit and predict, from which the decomposition follows, and ten bins."""
    IsotonicRegression(y_min=0, y_max=1).fit_transform(p, y)
    calibration_curve(y, p, n_bins=10)


def gap(p: Floats, y: Flags) -> float:
    """Mean distance of our recalibrated probabilities from scikit-learn's: what the grid costs."""
    curve = reliability_curve(Tally.on_grid(p, y))
    ours = curve.recalibrated[np.searchsorted(curve.highest, to_cells(p) / GRID)]
    return float(np.mean(np.abs(ours - IsotonicRegression(y_min=0, y_max=1).fit_transform(p, y))))
