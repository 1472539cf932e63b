"""Calibration agrees with what has been published, and with other software; see published/README.md."""

import csv
from pathlib import Path

import numpy as np
import pytest
from sklearn.isotonic import IsotonicRegression

from tracker.scoring.chance import chance
from tracker.scoring.clusters import score_products
from tracker.scoring.recalibration import recalibration
from tracker.scoring.reliability import decomposition, reliability_curve
from tracker.scoring.tally import Tally, mean_brier

FILE = Path(__file__).parent / "published" / "niamey_2016.csv"
ROWS = list(csv.DictReader(FILE.read_text(encoding="utf-8").splitlines()))
RAIN = np.array([float(row["obs"]) for row in ROWS])
METHODS = pytest.mark.parametrize("method", ["Logistic", "EMOS", "ENS", "EPC"])

# Mean score, miscalibration, discrimination, uncertainty, printed to three figures.
DECOMPOSED = {
    "Logistic": (0.206, 0.0171, 0.0555, 0.244),
    "EMOS": (0.232, 0.0183, 0.0305, 0.244),
    "ENS": (0.266, 0.0661, 0.0441, 0.244),
    "EPC": (0.234, 0.0223, 0.0323, 0.244),
}
# statsmodels 0.15.0, x = logit of p moved into [1e-6, 1 - 1e-6], X = add_constant(x), v = p (1 - p):
# (v * WLS((y - p) / v, X, weights=v).fit().fittedvalues ** 2).sum(), which is the score statistic of (0, 1).
SCORE = {
    "Logistic": 1.3679920019117766,
    "EMOS": 1.4634843763256529,
    "ENS": 686.2558596793278,
    "EPC": 1.5129938745685383,
}
# The same version: GLM(y, X, family=Binomial()).fit(tol=1e-14, maxiter=500, cov_type="cluster",
# cov_kwds={"groups": np.arange(92) // 7, "use_correction": False}): params, then bse.
BY_WEEK = {
    "Logistic": (0.20680706971546717, 1.2373294222249045, 0.24872769254383031, 0.2892138105936606),
    "EMOS": (0.25070278162107457, 1.1694679755059938, 0.23222752751858178, 0.3698517357800131),
    "ENS": (-0.13283314785227124, 0.10554240546840299, 0.19113857792928618, 0.030735956652367395),
    "EPC": (0.2148871284445506, 1.32630801527302, 0.1936148477062959, 0.4878385533402065),
}


def said(method: str) -> np.ndarray:
    return np.array([float(row[method]) for row in ROWS])


@METHODS
def test_the_decomposition_is_the_published_one(method: str) -> None:
    tally = Tally.of(said(method), RAIN)
    parts = decomposition(tally)
    ours = (mean_brier(tally), parts.miscalibration, parts.discrimination, parts.uncertainty)
    assert tuple(float(f"{value:.3g}") for value in ours) == DECOMPOSED[method]


@METHODS
def test_the_statistic_is_the_explained_sum_of_squares_of_a_weighted_regression(method: str) -> None:
    test = chance(Tally.of(said(method), RAIN))
    assert (test.statistic, test.degrees) == (pytest.approx(SCORE[method], rel=1e-9), 2)


@METHODS
def test_recalibration_with_weeks_as_clusters_agrees_with_statsmodels(method: str) -> None:
    tally = Tally.of(said(method), RAIN)
    line = recalibration(tally)
    assert line is not None
    weeks = score_products(
        np.arange(92) // 7, said(method), RAIN, np.ones(92), intercept=line.intercept, slope=line.slope
    )
    fit = recalibration(tally, scores=weeks)
    assert fit is not None
    assert (fit.intercept, fit.slope, fit.intercept_se, fit.slope_se) == pytest.approx(BY_WEEK[method], rel=1e-6)


@METHODS
def test_the_curve_is_the_isotonic_regression_of_scikit_learn(method: str) -> None:
    curve = reliability_curve(Tally.of(said(method), RAIN))
    theirs = IsotonicRegression().fit(said(method), RAIN)
    for end in (curve.lowest, curve.highest):
        np.testing.assert_allclose(curve.recalibrated, theirs.predict(end), atol=1e-12)


def test_the_curve_of_weighted_cases_is_the_isotonic_regression_of_scikit_learn() -> None:
    rng = np.random.default_rng(4)
    p, weight = np.round(rng.uniform(0.01, 0.99, 500), 2), rng.uniform(0.1, 1, 500)
    y = (rng.random(500) < p**2).astype(float)
    curve = reliability_curve(Tally.of(p, y, weight))
    theirs = IsotonicRegression().fit(p, y, sample_weight=weight)
    np.testing.assert_allclose(curve.recalibrated, theirs.predict(curve.lowest), atol=1e-12)
