"""The band around the diagonal and the quantile of miscalibration, beside plain resampling with a loop over draws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom
from sklearn.isotonic import IsotonicRegression

from tracker.scoring.bands import consistency_band
from tracker.scoring.shares import GRID
from tracker.scoring.tally import Tally

CELLS = st.lists(st.tuples(st.integers(1, 9999), st.floats(0.01, 5)), min_size=1, max_size=30, unique_by=lambda c: c[0])


def spread_over(cells: int, seed: int = 0) -> Tally:
    """That many probabilities with uneven weights."""
    rng = np.random.default_rng(seed)
    p = np.sort(rng.choice(np.arange(1, GRID), cells, replace=False)) / GRID
    weight = rng.gamma(0.5, size=cells) + 1e-6
    return Tally(p, weight, weight * p)


def plainly(tally: Tally, size: int, draws: int) -> tuple[np.ndarray, np.ndarray]:
    """The same by a loop over draws that shares nothing with the service but the sampling at equal steps."""
    rng, ends = np.random.default_rng(9), np.cumsum(tally.weight) / tally.total
    curves, miscalibration = [], []
    for _ in range(draws):
        p = tally.probability[np.minimum(np.searchsorted(ends, (np.arange(size) + rng.random()) / size), ends.size - 1)]
        y = (rng.random(size) < p).astype(float)
        fit = IsotonicRegression(out_of_bounds="clip").fit(p, y)
        curves.append(fit.predict(tally.probability))
        miscalibration.append(np.mean((p - y) ** 2 - (fit.predict(p) - y) ** 2))
    return np.array(curves), np.array(miscalibration)


@pytest.mark.parametrize(("cells", "size"), [(7, 60), (40, 40), (150, 90)])
def test_of_curves_drawn_in_a_loop_a_twentieth_leaves_the_band_or_ends_on_it(cells: int, size: int) -> None:
    tally = spread_over(cells)
    curves, miscalibration = plainly(tally, size, 600)
    band = consistency_band(tally, size)
    weight = tally.weight / tally.total
    np.testing.assert_array_equal(band.probability, tally.probability)
    outside = (curves < band.low - 1e-9) | (curves > band.high + 1e-9)
    touching = (curves <= band.low + 1e-9) | (curves >= band.high - 1e-9)
    assert weight @ outside.mean(axis=0) < 0.065
    assert weight @ touching.mean(axis=0) > 0.035
    assert np.mean(miscalibration > band.miscalibration) == pytest.approx(0.05, abs=0.03)


@pytest.mark.parametrize("size", [30, 300, 5_000])
def test_grouping_changes_the_band_and_the_quantile_no_more_than_another_seed_does(size: int) -> None:
    tally = spread_over(9_000)
    weight = tally.weight / tally.total
    grouped, exact = consistency_band(tally, size), consistency_band(tally, size, points=9_000, seed=1)
    assert grouped.probability.size <= 200
    low, high = grouped.at(tally.probability)
    width = weight @ (exact.high - exact.low)
    assert weight @ np.abs(low - exact.low) < 0.08 * width
    assert weight @ np.abs(high - exact.high) < 0.08 * width
    assert grouped.miscalibration == pytest.approx(exact.miscalibration, rel=0.12)


def test_one_probability_has_the_band_of_a_binomial() -> None:
    band = consistency_band(Tally.of([0.3], [0]), 50)
    assert band.low[0] * 50 == pytest.approx(binom.ppf(0.025, 50, 0.3), abs=1)
    assert band.high[0] * 50 == pytest.approx(binom.ppf(0.975, 50, 0.3), abs=1)


@settings(max_examples=40)
@given(CELLS, st.floats(1, 500))
def test_the_band_holds_the_diagonal_and_lies_within_0_and_1(cells, size) -> None:
    cell, weight = (np.array(column, dtype=float) for column in zip(*sorted(cells), strict=True))
    band = consistency_band(Tally(cell / GRID, weight, weight * 0), size, draws=99)
    assert np.all((band.low >= 0) & (band.low <= band.probability))
    assert np.all((band.high <= 1) & (band.high >= band.probability))
    assert band.miscalibration >= -1e-12


def test_the_same_seed_gives_the_same_band_and_another_one_another() -> None:
    tally = spread_over(50)
    first, second, other = (consistency_band(tally, 40, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.low, second.low)
    assert first.miscalibration == second.miscalibration != other.miscalibration


def test_more_forecasts_narrow_the_band_and_lower_the_quantile() -> None:
    bands = [consistency_band(spread_over(9_999), size) for size in (30, 300, 3_000, 300_000, 30_000_000)]
    widths = [float(np.mean(band.high - band.low)) for band in bands]
    assert widths == sorted(widths, reverse=True)
    quantiles = [band.miscalibration for band in bands]
    assert quantiles == sorted(quantiles, reverse=True)


def test_outcomes_do_not_move_the_band() -> None:
    p, weight = np.array([0.2, 0.5, 0.9]), np.array([3.0, 2.0, 4.0])
    bands = [consistency_band(Tally(p, weight, yes), 9) for yes in (weight * 0, weight)]
    np.testing.assert_array_equal(bands[0].low, bands[1].low)


def test_no_forecast_has_no_band() -> None:
    with pytest.raises(ValueError, match="at least one forecast"):
        consistency_band(Tally.of([0.5], [1]), 0)
