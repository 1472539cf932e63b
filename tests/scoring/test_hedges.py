"""An author's words, translated: no probability within a word's range leaves the range of its scores."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.scoring.hedges import Words, brier_losses, log_losses
from tracker.scoring.reliability import wilson
from tracker.scoring.tally import Tally, mean_brier, mean_log_score

SHARES = st.floats(0, 1)
RANGES = st.tuples(SHARES, SHARES).map(sorted)
CASES = st.lists(st.tuples(st.booleans(), st.floats(0.01, 1)), min_size=1, max_size=30)


@given(CASES, RANGES, SHARES)
def test_no_translation_within_the_range_leaves_the_range_of_scores(cases, ends, where) -> None:
    true, weight = zip(*cases, strict=True)
    rate = [float(np.average(true, weights=weight))]
    p = min(max(ends[0] + where * (ends[1] - ends[0]), 0.0001), 0.9999)
    said = Tally.of([p] * len(true), true, weight)
    for losses, mean in ((brier_losses, mean_brier), (log_losses, mean_log_score)):
        made = losses(rate, [ends[0]], [ends[1]])
        assert made.best[0] - 1e-9 <= mean(said) <= made.worst[0] + 1e-9
        assert made.best[0] <= made.midpoint[0] + 1e-12
        assert made.midpoint[0] <= made.worst[0] + 1e-12


@given(CASES, RANGES)
def test_the_best_and_the_worst_are_reached(cases, ends) -> None:
    true, weight = zip(*cases, strict=True)
    rate = float(np.average(true, weights=weight))
    low, high = np.clip(ends, 0.0001, 0.9999)
    tried = [Tally.of([p] * len(true), true, weight) for p in (low, high, min(max(rate, low), high))]
    for losses, mean in ((brier_losses, mean_brier), (log_losses, mean_log_score)):
        made, found = losses([rate], [ends[0]], [ends[1]]), [mean(said) for said in tried]
        assert (made.best[0], made.worst[0]) == (pytest.approx(min(found)), pytest.approx(max(found)))


def test_a_rate_within_the_range_is_the_best_translation() -> None:
    assert brier_losses([0.6], [0.55], [0.8]).best[0] == pytest.approx(0.24)
    entropy = -0.6 * math.log(0.6) - 0.4 * math.log(0.4)
    assert log_losses([0.6], [0.55], [0.8]).best[0] == pytest.approx(entropy)


def test_the_worst_log_score_may_lie_at_the_nearer_end() -> None:
    """At a rate of 0.07 the low end is nearer and by the Brier score better, but the log score nearly forbids it."""
    ends = ([0.07], [0.0001], [0.2])
    assert brier_losses(*ends).worst[0] == pytest.approx((0.2 - 0.07) ** 2 + 0.07 * 0.93)
    assert log_losses(*ends).worst[0] == pytest.approx(-0.07 * math.log(0.0001) - 0.93 * math.log(0.9999))


def test_certain_words_score_at_the_bounds_that_everybody_has() -> None:
    made = log_losses([0.0], [1.0], [1.0])
    assert made.midpoint[0] == made.best[0] == made.worst[0] == pytest.approx(-math.log(0.0001))


def test_a_words_share_has_the_wilson_interval_of_its_forecasts() -> None:
    made = Words.of(word=[0, 1, 0, 0], came_true=[1, 0, 0, 1], weight=[1, 1, 0.5, 0.5], size=3)
    low, high = wilson(np.array([2 / 3]), np.array([3.0]))
    assert (made.n.tolist(), made.n_true.tolist(), made.weight.tolist()) == ([3, 1, 0], [2, 0, 0], [2, 1, 0])
    assert (made.frequency[0], made.rate[0], made.low[0], made.high[0]) == pytest.approx((2 / 3, 0.75, *low, *high))
    assert np.isnan([made.rate[2], made.frequency[2], made.low[2], made.high[2]]).all()


def test_words_move_each_by_itself() -> None:
    apart = brier_losses([1.0, 0.0], [0.55, 0.2], [0.8, 0.45])
    middle, best, worst = apart.mean(np.array([1.0, 1.0]))
    assert (best, worst) == (pytest.approx(0.04), pytest.approx((0.45**2 + 0.45**2) / 2))
    assert best <= middle <= worst


@pytest.mark.parametrize(
    "wrong", [([1.1], [0.1], [0.2]), ([0.5], [0.3], [0.2]), ([0.5], [-0.1], [0.2]), ([0.5], [], [])]
)
def test_what_is_no_range_is_refused(wrong) -> None:
    with pytest.raises(ValueError, match=r"\[0, 1\]|one length"):
        brier_losses(*wrong)
