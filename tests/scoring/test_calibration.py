"""Identities of calibration, and its edges."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.special import expit, logit

from tracker.scoring.recalibration import recalibration
from tracker.scoring.reliability import (
    bin_of,
    bin_sizes,
    decomposition,
    effective_size,
    reliability_bins,
    reliability_curve,
    wilson,
)
from tracker.scoring.tally import Tally, auc, mean_brier, mean_log_score

PROBABILITIES = st.sampled_from([0.0, 0.1, 0.15, 0.3, 0.35, 0.7, 1.0]) | st.floats(0, 1)
CASES = st.lists(st.tuples(PROBABILITIES, st.booleans()), min_size=1, max_size=60)
WEIGHTED = st.lists(st.tuples(PROBABILITIES, st.booleans(), st.integers(1, 10**6)), min_size=1, max_size=60)


def tally_of(cases) -> Tally:
    return Tally.of(*(list(column) for column in zip(*cases, strict=True)))


@given(WEIGHTED)
def test_the_decomposition_adds_up_to_the_mean_brier_score(cases) -> None:
    tally = tally_of(cases)
    parts = decomposition(tally)
    total = parts.miscalibration - parts.discrimination + parts.uncertainty
    assert total == pytest.approx(mean_brier(tally), abs=1e-12)
    assert min(parts.miscalibration, parts.discrimination, parts.uncertainty) >= -1e-12


@given(CASES)
def test_the_mean_scores_are_the_means_over_single_cases(cases) -> None:
    tally = tally_of(cases)
    assert mean_brier(tally) == pytest.approx(np.mean([(p - y) ** 2 for p, y in cases]), abs=1e-12)
    clipped = [(min(max(p, 1e-9), 1 - 1e-9), y) for p, y in cases]
    assert mean_log_score(tally) == pytest.approx(np.mean([-math.log(p if y else 1 - p) for p, y in clipped]))


@given(st.lists(st.tuples(PROBABILITIES, st.booleans(), st.integers(1, 5)), min_size=1, max_size=20))
def test_a_whole_weight_is_the_same_as_that_many_equal_cases(cases) -> None:
    weighted, repeated = tally_of(cases), tally_of([(p, y) for p, y, times in cases for _ in range(times)])
    for column in ("probability", "weight", "yes"):
        np.testing.assert_array_equal(getattr(weighted, column), getattr(repeated, column))


@given(st.lists(st.tuples(st.integers(1, 9999), st.booleans(), st.integers(1, 10**6)), min_size=1, max_size=40))
def test_running_totals_per_cell_give_the_same_tally_as_single_cases(cases) -> None:
    weight, yes = np.zeros(10_000), np.zeros(10_000)
    for cell, outcome, share in cases:
        weight[cell] += share
        yes[cell] += share * outcome
    totals = Tally.of_cells(np.arange(10_000), weight, yes)
    single = tally_of([(cell / 10_000, outcome, share) for cell, outcome, share in cases])
    for column in ("probability", "weight", "yes"):
        np.testing.assert_array_equal(getattr(totals, column), getattr(single, column))


@given(WEIGHTED)
def test_the_curve_rises_covers_everything_and_keeps_the_base_rate(cases) -> None:
    tally = tally_of(cases)
    curve = reliability_curve(tally)
    assert np.all(np.diff(curve.recalibrated) >= 0)
    assert np.all((curve.recalibrated >= 0) & (curve.recalibrated <= 1))
    assert np.all(curve.lowest <= curve.highest)
    assert np.all(curve.highest[:-1] < curve.lowest[1:])
    assert (curve.lowest[0], curve.highest[-1]) == (tally.probability[0], tally.probability[-1])
    assert curve.weight.sum() == tally.total
    assert curve.weight @ curve.recalibrated / tally.total == pytest.approx(tally.base_rate)


@given(CASES)
def test_auc_is_the_share_of_pairs_in_the_right_order_ties_counting_half(cases) -> None:
    yes, no = [p for p, y in cases if y], [p for p, y in cases if not y]
    assume(yes and no)
    pairs = [(p > q) + (p == q) / 2 for p in yes for q in no]
    assert auc(tally_of(cases)) == pytest.approx(np.mean(pairs))


@pytest.mark.parametrize("outcome", [0, 1])
def test_auc_of_a_single_outcome_is_none(outcome: int) -> None:
    assert auc(Tally.of([0.2, 0.8], [outcome, outcome])) is None


@pytest.mark.parametrize("k", range(10))
def test_a_bin_begins_at_its_edge_as_it_is_written(k: int) -> None:
    edge = float(f"0.{k}")
    assert bin_of(np.array([edge, np.nextafter(edge, 1)])).tolist() == [k, k]
    if k > 0:
        assert bin_of(np.array([np.nextafter(edge, 0)])).tolist() == [k - 1]


@pytest.mark.parametrize(("probability", "expected"), [(0.15, 1), (0.35, 3), (0.9999, 9), (1.0, 9), (0.0, 0)])
def test_a_probability_falls_into_its_bin(probability: float, expected: int) -> None:
    assert bin_of(np.array([probability])).tolist() == [expected]


@given(st.integers(0, 9999))
def test_every_cell_of_the_grid_falls_into_the_bin_of_its_first_digit(cell: int) -> None:
    assert bin_of(np.array([cell / 10_000])).tolist() == [cell // 1000]


@given(WEIGHTED)
def test_bins_add_up_to_the_whole(cases) -> None:
    tally = tally_of(cases)
    bins = reliability_bins(tally)
    filled = bins.weight > 0
    assert bins.weight.sum() == tally.total
    assert bins.weight[filled] @ bins.observed_frequency[filled] == pytest.approx(tally.yes.sum())
    assert np.all((bins.low <= bins.observed_frequency + 1e-12) | ~filled)
    assert np.all((bins.high >= bins.observed_frequency - 1e-12) | ~filled)
    assert np.isnan([bins.mean_probability, bins.observed_frequency, bins.low, bins.high])[:, ~filled].all()


def test_fewer_effective_trials_widen_the_interval_and_leave_the_rest() -> None:
    tally = Tally.of([0.72, 0.78], [0.5, 0.5], [50, 50])
    size = np.where(np.arange(10) == 7, 4.0, 0.0)
    wide, narrow = reliability_bins(tally, size), reliability_bins(tally)
    assert wide.low[7] < narrow.low[7] < narrow.high[7] < wide.high[7]
    assert wide.observed_frequency[7] == narrow.observed_frequency[7]


@given(st.integers(1, 1000), st.data())
def test_the_wilson_interval_holds_what_the_score_test_does_not_reject(n: int, data) -> None:
    yes = data.draw(st.integers(0, n))
    low, high = (end.item() for end in wilson(np.array([yes / n]), np.array([float(n)])))
    for end in (low, high):
        if 0 < end < 1:
            assert abs(yes / n - end) / math.sqrt(end * (1 - end) / n) == pytest.approx(1.959963984540054)


def test_equal_weights_are_that_many_trials_and_one_heavy_one_is_hardly_more_than_one() -> None:
    u = np.array([[1.0] * 8, [100.0] + [1.0] * 7])
    assert effective_size(u.sum(axis=1), (u**2).sum(axis=1)) == pytest.approx([8, 107**2 / 10_007])


def test_a_thousand_people_on_one_question_are_one_trial() -> None:
    people = np.random.default_rng(3).uniform(0.7, 0.79, 1000)
    assert bin_sizes(np.zeros(1000), people, np.ones(1000))[7] == 1


@given(st.floats(-3, 3), st.floats(-3, 3), st.floats(0.01, 100))
def test_recalibration_finds_the_line_that_the_frequencies_lie_on(intercept, slope, unit) -> None:
    said = np.array([0.05, 0.2, 0.5, 0.8, 0.95])
    weight = np.full(5, unit)
    fit = recalibration(Tally(said, weight, weight * expit(intercept + slope * logit(said))))
    assert fit is not None
    assert (fit.intercept, fit.slope) == pytest.approx((intercept, slope), abs=1e-6)


@given(CASES)
def test_recalibration_exists_exactly_when_no_threshold_separates_the_outcomes(cases) -> None:
    clipped = [(min(max(p, 1e-6), 1 - 1e-6), y) for p, y in cases]
    yes, no = [p for p, y in clipped if y], [p for p, y in clipped if not y]
    overlap = yes and no and min(yes) < max(no) and min(no) < max(yes)
    fit = recalibration(tally_of(cases))
    assert (fit is not None) == bool(overlap)
    if fit is not None:
        assert all(map(math.isfinite, (fit.intercept, fit.slope, fit.intercept_se, fit.slope_se)))


@given(CASES)
def test_at_the_fit_the_likelihood_is_level(cases) -> None:
    tally = tally_of([(min(max(p, 0.01), 0.99), y) for p, y in cases])
    fit = recalibration(tally)
    assume(fit is not None)
    x = logit(tally.probability)
    assume(np.ptp(x) > 1e-3)
    residual = tally.yes - tally.weight * expit(fit.intercept + fit.slope * x)
    assert [residual.sum(), residual @ x] == pytest.approx([0, 0], abs=1e-5)


@pytest.mark.parametrize(
    ("probability", "outcome"),
    [
        ([0.2, 0.8], [0, 1]),
        ([0.2, 0.8], [1, 0]),
        ([0.5, 0.5], [0, 1]),
        ([0.2, 0.5, 0.5, 0.8], [0, 0, 1, 1]),
        ([0.3], [1]),
    ],
)
def test_recalibration_of_separated_outcomes_is_none(probability, outcome) -> None:
    assert recalibration(Tally.of(probability, outcome)) is None


@pytest.mark.parametrize(
    ("cells", "weight", "yes"),
    [
        # Half an hour, or seconds, of a slip among years: no threshold separates, but by a trace.
        ([1, 5000, 9000], [2.3e-05, 6.250829, 0.007406], [0.0, 6.250829, 0.0]),
        ([1, 3, 5000, 9999], [9.8e-05, 0.002992, 0.984641, 6.3e-05], [9.8e-05, 0.0, 0.984641, 6.3e-05]),
        ([5001, 9998, 9999], [2.363915, 0.00059, 2e-06], [0.0, 0.00059, 0.0]),
    ],
)
def test_outcomes_separated_but_for_a_trace_have_a_finite_recalibration_or_none(cells, weight, yes) -> None:
    fit = recalibration(Tally.of_cells(cells, weight, yes))
    assert fit is None or np.isfinite([fit.intercept, fit.slope, fit.intercept_se, fit.slope_se]).all()


def test_certain_and_wrong_among_many_still_has_a_recalibration() -> None:
    fit = recalibration(Tally.of([0.0, 1.0, 0.0, 1.0, 0.5], [1, 0, 0, 1, 1]))
    assert fit is not None
    assert fit.slope == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        (([], []), "nothing"),
        (([0.5, 1.5], [0, 1]), r"\[0, 1\]"),
        (([0.5, math.nan], [0, 1]), r"\[0, 1\]"),
        (([0.5], [2]), "from 0 to the whole"),
        (([0.5], [1], [-1]), "above 0"),
        (([0.5, 0.6], [1]), "one length"),
    ],
)
def test_what_cannot_be_tallied_is_refused(columns, reason) -> None:
    with pytest.raises(ValueError, match=reason):
        Tally.of(*columns)


def test_totals_that_name_a_cell_twice_are_refused() -> None:
    with pytest.raises(ValueError, match="distinct"):
        Tally.of_cells([5000, 5000], [1, 1], [0, 1])
