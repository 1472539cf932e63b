"""The effect of a pair: a median with an interval that no distribution can break."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from tracker.scoring.effects import effect, interval_ranks, median

# M. F. Triola, Elementary Statistics (Pearson), appendix A, Table A-7, critical values for the sign test, the column
# for .05 in two tails, n from 6 to 25: the largest count of the rarer sign that rejects.
SIGN_TEST = dict(zip(range(6, 26), [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 4, 4, 4, 5, 5, 5, 6, 6, 7], strict=True))

# The two examples of ci.median in the R package statpsych (its reference manual): values, median, interval at 95%.
STATPSYCH = [
    ([25, 29, 35, 36, 36, 40, 41, 43, 44, 54], 38, 29, 44),
    (
        [30.2, 20.4, 15.1, 10.2, 10.5, 60.8, 20.8, 25, 20.7, 30.9, 10.8, 5.1, 50.9, 40, 20.9, 10.8, 0, 20.5, 50.8],
        20.7,
        10.8,
        30.9,
    ),
]
P = st.floats(0.0001, 0.9999)


@pytest.mark.parametrize(("n", "critical"), SIGN_TEST.items())
def test_the_interval_begins_just_within_what_the_published_sign_test_rejects(n: int, critical: int) -> None:
    assert interval_ranks(n) == (critical + 1, n - critical)


@pytest.mark.parametrize(("values", "middle", "low", "high"), STATPSYCH)
def test_published_examples_come_out(values: list[float], middle: float, low: float, high: float) -> None:
    made = median(values)
    assert (made.value, made.low, made.high) == (middle, low, high)


@pytest.mark.parametrize("n", range(6))
def test_five_are_too_few_for_an_interval(n: int) -> None:
    assert interval_ranks(n) is None


@given(st.integers(6, 5000))
def test_the_interval_covers_what_it_should_and_the_next_narrower_would_not(n: int) -> None:
    low, high = interval_ranks(n)
    assert low + high == n + 1
    assert 1 - 2 * binom.cdf(low - 1, n, 0.5) >= 0.95
    assert 1 - 2 * binom.cdf(low, n, 0.5) < 0.95


@pytest.mark.parametrize("n", [6, 9, 12, 40])
def test_the_median_of_a_skewed_population_is_covered_as_often_as_the_binomial_says(n: int) -> None:
    runs = 4000
    drawn = np.sort(np.random.default_rng(6).exponential(size=(runs, n)), axis=1)
    low, high = interval_ranks(n)
    covered = np.mean((drawn[:, low - 1] <= math.log(2)) & (math.log(2) <= drawn[:, high - 1]))
    exact = 1 - 2 * binom.cdf(low - 1, n, 0.5)
    assert abs(covered - exact) < 4 * math.sqrt(exact * (1 - exact) / runs)


@pytest.mark.parametrize("n", [1, 5])
def test_a_few_have_a_median_and_no_interval(n: int) -> None:
    made = effect([0.6] * n, [0.5] * n)
    assert (made.n, made.difference.value) == (n, pytest.approx(0.1))
    assert (made.difference.low, made.difference.high, made.log_odds_ratio.low) == (None, None, None)


def test_six_have_their_whole_range() -> None:
    made = effect([0.5, 0.6, 0.7, 0.4, 0.5, 0.9], [0.5] * 6)
    assert made.difference.value == pytest.approx(0.05)
    assert (made.difference.low, made.difference.high) == pytest.approx((-0.1, 0.4))
    assert (made.n_more, made.n_less) == (3, 1)


@given(st.lists(st.tuples(P, P), min_size=1, max_size=40))
def test_to_turn_the_condition_round_turns_the_effect_round(pairs) -> None:
    one, other = zip(*pairs, strict=True)
    there, back = effect(one, other), effect(other, one)
    for made, turned in ((there.difference, back.difference), (there.log_odds_ratio, back.log_odds_ratio)):
        assert turned.value == pytest.approx(-made.value)
        assert (turned.low, turned.high) == ((None, None) if made.low is None else (-made.high, -made.low))
    assert (there.n_more, there.n_less) == (back.n_less, back.n_more)


@given(st.lists(st.tuples(P, P), min_size=1, max_size=40), st.randoms())
def test_the_order_of_people_does_not_matter(pairs, random) -> None:
    shuffled = random.sample(pairs, len(pairs))
    assert effect(*zip(*pairs, strict=True)) == effect(*zip(*shuffled, strict=True))


@given(st.lists(P, min_size=1, max_size=40))
def test_who_sees_no_difference_says_none(p) -> None:
    made = effect(p, p)
    assert (made.difference.value, made.log_odds_ratio.value, made.n_more, made.n_less) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("one", "other"), [([], []), ([0.5], [0.5, 0.6]), ([0], [0.5]), ([0.5], [1]), ([math.nan], [0.5])]
)
def test_what_is_no_pair_of_probabilities_is_refused(one, other) -> None:
    with pytest.raises(ValueError, match=r"probability|one length|at least one"):
        effect(one, other)
