"""Sums over forecasts: identities, and what many people or revisions must not change."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.scoring.clusters import Clusters, information
from tracker.scoring.reliability import bin_sizes, effective_size
from tracker.scoring.tally import Tally

PROBABILITIES = st.integers(1, 9999).map(lambda cell: cell / 10_000)
ROWS = st.lists(st.tuples(st.integers(0, 6), PROBABILITIES, st.floats(0.01, 1)), min_size=1, max_size=40)
SUMS = ("forecasts", "weight", "squares", "scores", "spread", "bin_forecasts", "bin_squares")


def columns(rows) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The outcome belongs to the forecast: odd ones come out yes."""
    forecast, p, w = (np.array(column) for column in zip(*rows, strict=True))
    return forecast, p, (forecast % 2).astype(float), w


def assert_same(first: Clusters, second: Clusters) -> None:
    for name in SUMS:
        np.testing.assert_allclose(getattr(first, name), getattr(second, name), rtol=1e-9, atol=1e-12, err_msg=name)


@given(ROWS)
def test_a_loop_over_forecasts_finds_the_same_sums(rows) -> None:
    forecast, p, y, w = columns(rows)
    clusters, design = Clusters.of(forecast, p, y, w), np.array([np.ones_like(p), np.log(p / (1 - p))])
    scores, spread, totals = np.zeros((2, 2)), np.zeros((2, 2)), []
    for one in np.unique(forecast):
        mine = forecast == one
        s = design[:, mine] @ (w * (y - p))[mine]
        scores += np.outer(s, s)
        spread += w[mine].sum() * (design[:, mine] * (w * p * (1 - p))[mine]) @ design[:, mine].T
        totals.append(w[mine].sum())
    assert (clusters.forecasts, clusters.weight) == (len(totals), pytest.approx(sum(totals)))
    assert clusters.squares == pytest.approx(np.square(totals).sum())
    np.testing.assert_allclose(clusters.scores, scores, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(clusters.spread, spread, rtol=1e-9, atol=1e-9)


@given(ROWS, st.randoms(use_true_random=False))
def test_order_does_not_matter(rows, random) -> None:
    shuffled = random.sample(rows, len(rows))
    assert_same(Clusters.of(*columns(rows)), Clusters.of(*columns(shuffled)))


@given(ROWS)
def test_an_estimate_cut_in_two_changes_nothing(rows) -> None:
    halves = [(forecast, p, w / 2) for forecast, p, w in rows for _ in range(2)]
    assert_same(Clusters.of(*columns(rows)), Clusters.of(*columns(halves)))


@given(ROWS)
def test_bins_have_the_sizes_that_single_rows_give_them(rows) -> None:
    forecast, p, y, w = columns(rows)
    sizes = Clusters.of(forecast, p, y, w).bin_sizes(Tally.of(p, y, w))
    np.testing.assert_allclose(sizes, bin_sizes(forecast, p, w), rtol=1e-9)


@given(ROWS)
def test_no_more_trials_than_forecasts(rows) -> None:
    clusters = Clusters.of(*columns(rows))
    assert 1 - 1e-9 <= clusters.size <= clusters.forecasts + 1e-9
    sizes = effective_size(np.ones(10), np.where(clusters.bin_forecasts > 0, 1.0, 0.0))
    assert np.all((sizes > 0) == (clusters.bin_squares > 0))


@given(ROWS)
def test_the_spread_bounds_the_square_of_each_score(rows) -> None:
    # Whatever the outcomes: averaged over them, with y = 1 at chance p, the bound is c sum w p (1 - p)(1, x)(1, x)'.
    forecast, p, _, w = columns(rows)
    x = np.array([np.ones_like(p), np.log(p / (1 - p))])
    for one in np.unique(forecast):
        mine = forecast == one
        a, share = x[:, mine] * (1 - p[mine]), w[mine]
        bound = share.sum() * (a * share) @ a.T - np.outer(a @ share, a @ share)
        assert np.linalg.eigvalsh(bound)[0] >= -1e-8 * max(1, np.abs(bound).max())


def test_thirty_people_who_say_the_same_weigh_as_one_forecast_each() -> None:
    forecast = np.repeat(np.arange(50), 30)
    clusters = Clusters.of(forecast, np.full(1500, 0.7), np.ones(1500), np.ones(1500))
    assert clusters.size == pytest.approx(50)
    np.testing.assert_allclose(clusters.spread, 30 * information(np.full(1500, 0.7), np.ones(1500)))


def test_nothing_at_all_is_no_forecast() -> None:
    empty = Clusters(0, 0.0, 0.0, np.zeros((2, 2)), np.zeros((2, 2)), np.zeros(10), np.zeros(10))
    assert empty.size == 0


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="one length"):
        Clusters.of([1, 2], [0.5], [1.0], [1.0])
