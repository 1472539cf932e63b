"""The scores of a file agree with scikit-learn and SciPy, and with clusters worked out row by row."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.special import expit, logit
from scipy.stats import binomtest
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

from tracker.scoring.evaluation import Evaluation, cluster_sizes, clustered_errors, evaluate
from tracker.scoring.recalibration import recalibration
from tracker.scoring.tally import Tally

PROBABILITIES = st.sampled_from([0.0, 0.1, 0.15, 0.3, 0.35, 0.7, 1.0]) | st.floats(0, 1)
CASES = st.lists(st.tuples(PROBABILITIES, st.integers(0, 1)), min_size=1, max_size=60)


def seeded(n: int = 400, seed: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """Overconfident on two decimals, so that probabilities tie."""
    rng = np.random.default_rng(seed)
    truth = rng.uniform(0.02, 0.98, n)
    return expit(1.6 * logit(truth)).round(2), (rng.random(n) < truth).astype(np.int64)


def one_row_each(p, y, forecast=None) -> Evaluation:
    p, y = np.array(p, dtype=np.float64), np.array(y, dtype=np.int64)
    return evaluate(p, np.ones_like(y), y, None if forecast is None else np.array(forecast))


def test_brier_log_score_and_auc_are_those_of_scikit_learn() -> None:
    p, y = seeded()
    ours, clipped = one_row_each(p, y), np.clip(p, 1e-9, 1 - 1e-9)
    assert ours.brier == pytest.approx(brier_score_loss(y, p), abs=1e-12)
    assert ours.log_score == pytest.approx(log_loss(y, clipped), abs=1e-12)
    assert ours.auc == pytest.approx(roc_auc_score(y, p), abs=1e-12)


def test_the_curve_and_the_decomposition_are_those_of_scikit_learns_isotonic_regression() -> None:
    p, y = seeded()
    ours = one_row_each(p, y)
    theirs = IsotonicRegression(y_min=0, y_max=1).fit(p, y).predict(p)
    block = np.searchsorted(ours.curve.highest, p)
    np.testing.assert_allclose(ours.curve.recalibrated[block], theirs, rtol=0, atol=1e-12)
    assert np.all((ours.curve.lowest[block] <= p) & (p <= ours.curve.highest[block]))
    assert len(np.unique(theirs)) == ours.curve.weight.size
    at_best, climate = brier_score_loss(y, theirs), brier_score_loss(y, np.full(y.size, y.mean()))
    parts = ours.decomposition
    assert parts.miscalibration == pytest.approx(brier_score_loss(y, p) - at_best, abs=1e-12)
    assert (parts.discrimination, parts.uncertainty) == pytest.approx((climate - at_best, climate), abs=1e-12)


def test_the_recalibration_is_scikit_learns_unpenalised_logistic_regression() -> None:
    p, y = seeded()
    x = logit(np.clip(p, 1e-6, 1 - 1e-6))[:, None]
    theirs = LogisticRegression(C=np.inf, tol=1e-12, max_iter=1000).fit(x, y)
    ours = one_row_each(p, y).recalibration
    assert ours is not None
    assert (ours.intercept, ours.slope) == pytest.approx((theirs.intercept_[0], theirs.coef_[0, 0]), abs=1e-5)


def test_the_intervals_of_the_bins_are_scipys_wilson_intervals() -> None:
    p, y = seeded()
    bins = one_row_each(p, y).bins
    for k in range(10):
        inside = (p >= k / 10) & ((p < (k + 1) / 10) | (k == 9))
        theirs = binomtest(int(y[inside].sum()), int(inside.sum())).proportion_ci(method="wilson")
        assert (bins.low[k], bins.high[k]) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


@given(CASES)
def test_counts_give_what_their_rows_give(cases) -> None:
    p, y = (np.array(column) for column in zip(*cases, strict=True))
    distinct, place = np.unique(p, return_inverse=True)
    pooled = evaluate(distinct, np.bincount(place), np.bincount(place, weights=y).astype(np.int64))
    single = one_row_each(p, y)
    assert (pooled.brier, pooled.log_score, pooled.auc) == (single.brier, single.log_score, single.auc)
    assert pooled.recalibration == single.recalibration


@given(CASES)
def test_with_one_row_each_clusters_change_errors_alone(cases) -> None:
    p, y = zip(*cases, strict=True)
    alone, clustered = one_row_each(p, y), one_row_each(p, y, np.arange(len(y)))
    assert clustered.sizes is not None
    assert (clustered.sizes.n_clusters, clustered.sizes.n_effective) == (len(y), len(y))
    np.testing.assert_array_equal(clustered.sizes.effective_in_bins, alone.bins.weight)
    np.testing.assert_array_equal(clustered.bins.low, alone.bins.low)
    assert (clustered.recalibration is None) == (alone.recalibration is None)


def test_a_file_said_over_and_over_weighs_no_more_than_once() -> None:
    p, y = seeded(60)
    once = one_row_each(p, y, np.arange(60))
    often = one_row_each(np.tile(p, 25), np.tile(y, 25), np.tile(np.arange(60), 25))
    assert once.sizes is not None
    assert often.sizes is not None
    assert once.sizes.n_effective == often.sizes.n_effective == 60
    np.testing.assert_allclose(often.bins.high, once.bins.high)
    assert once.recalibration is not None
    assert often.recalibration is not None
    assert often.recalibration.slope_se == pytest.approx(once.recalibration.slope_se, rel=1e-6)


def test_effective_sizes_follow_kish() -> None:
    sizes = cluster_sizes(np.array([7, 7, 7, 9, 9]), np.array([0.1, 0.15, 0.95, 0.12, 0.5]), np.array([1, 2, 1, 1, 3]))
    assert (sizes.n_clusters, sizes.n_effective) == (2, 2.0)
    assert sizes.in_bins.tolist() == [0, 2, 0, 0, 0, 1, 0, 0, 0, 1]
    assert sizes.effective_in_bins.tolist() == [0, 16 / 10, 0, 0, 0, 1, 0, 0, 0, 1]


@given(st.integers(3, 12), st.integers(0, 10**6))
def test_errors_are_the_sandwich_added_up_row_by_row(forecasts: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    forecast = rng.integers(forecasts, size=40)
    assume(len(set(forecast.tolist())) > 2)
    p, y = rng.uniform(0.05, 0.95, 40), rng.integers(2, size=forecasts)[forecast]
    fit = recalibration(Tally.of(p, y))
    assume(fit is not None)
    bread, scores = np.zeros((2, 2)), {which: np.zeros(2) for which in forecast.tolist()}
    for which, said, outcome in zip(forecast.tolist(), p, y, strict=True):
        x = np.array([1.0, math.log(said / (1 - said))])
        m = 1 / (1 + math.exp(-(fit.intercept + fit.slope * x[1])))
        bread += m * (1 - m) * np.outer(x, x)
        scores[which] += (outcome - m) * x
    count = len(scores)
    meat = sum(np.outer(s, s) for s in scores.values()) * count / (count - 1)
    inverse = np.linalg.inv(bread)
    expected = np.sqrt(np.diag(inverse @ meat @ inverse))
    ours = clustered_errors(fit, forecast=forecast, probability=p, rows=np.ones(40, dtype=np.int64), yes=y)
    assert ours == pytest.approx(expected.tolist(), rel=1e-6)


def test_intervals_cover_with_forecasts_as_trials_and_not_with_rows() -> None:
    """A hundred forecasts that eight people answer alike, calibrated but for rounding: 200 files from a seed."""
    rng, covered = np.random.default_rng(11), []
    for _ in range(200):
        forecast, truth = np.repeat(np.arange(100), 8), rng.uniform(0.05, 0.95, 100)
        p = np.clip(truth[forecast].round(2) + rng.choice([-0.01, 0.0, 0.01], 800), 0.01, 0.99).round(2)
        y = (rng.random(100) < truth).astype(np.int64)[forecast]
        clustered, alone = one_row_each(p, y, forecast), one_row_each(p, y)
        wide = clustered.bins.size >= 10
        covered.append([*slope_and_bins(clustered, wide), *slope_and_bins(alone, wide)])
    slope, bins, naive_slope, naive_bins = np.mean(covered, axis=0)
    assert 0.90 <= slope <= 0.99
    assert 0.93 <= bins <= 0.99
    assert max(naive_slope, naive_bins) < 0.7


def slope_and_bins(found: Evaluation, wide: np.ndarray) -> tuple[float, float]:
    """Whether the interval of the slope holds 1, and what part of the bins holds what was said there."""
    fit, bins = found.recalibration, found.bins
    assert fit is not None
    inside = (bins.low <= bins.mean_probability) & (bins.mean_probability <= bins.high)
    return float(abs(fit.slope - 1) < 1.96 * fit.slope_se), float(inside[wide].mean())


def test_two_forecasts_say_nothing_of_the_errors() -> None:
    found = one_row_each([0.2, 0.8, 0.6, 0.3], [0, 0, 1, 1], [0, 0, 1, 1]).recalibration
    assert found is not None
    assert math.isnan(found.intercept_se)
    assert math.isnan(found.slope_se)


def test_nothing_cannot_be_evaluated() -> None:
    with pytest.raises(ValueError, match="nothing to tally"):
        one_row_each([], [])
