"""A board says which ranks the intervals allow, and gives none to whoever has too little to tell."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scoring.strategies import estimates_of, histories, schedules
from tracker.scoring.boards import (
    INTERVALS,
    MINIMUM_FORECASTS,
    MINIMUM_UPSETS,
    MINIMUM_UPSETS_OF_PEERS,
    UPSET,
    expected_upsets,
    minimum_upsets,
    qualifies,
    rank_ranges,
    ranks,
    simultaneous,
)
from tracker.scoring.moments import Moments
from tracker.scoring.scores import score
from tracker.scoring.shares import GRID, WHOLE

NAN = float("nan")
# Few distinct values, so that intervals often touch, share an end or are points.
ROWS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 4), st.integers(0, 4)), max_size=12)
DIRECTIONS = st.booleans()


def columns_of(rows) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    score, below, above = np.array(rows, dtype=float).reshape(-1, 3).T
    return score, score - below, score + above


@given(ROWS, DIRECTIONS)
def test_a_range_counts_those_wholly_better_and_those_wholly_worse(rows, lower_is_better) -> None:
    _, low, high = columns_of(rows)
    best, worst = rank_ranges(low, high, lower_is_better=lower_is_better)
    for place in range(len(rows)):
        above, below = (low > high[place]).sum(), (high < low[place]).sum()
        better, worse = (below, above) if lower_is_better else (above, below)
        assert (best[place], worst[place]) == (1 + better, len(rows) - worse)


@given(ROWS, DIRECTIONS)
def test_a_rank_lies_within_its_range(rows, lower_is_better) -> None:
    scores, low, high = columns_of(rows)
    best, worst = rank_ranges(low, high, lower_is_better=lower_is_better)
    rank = ranks(scores, lower_is_better=lower_is_better)
    assert np.all((best <= rank) & (rank <= worst))


@given(ROWS, st.data(), DIRECTIONS)
def test_whatever_truth_lies_in_the_intervals_its_ranks_lie_in_the_ranges(rows, data, lower_is_better) -> None:
    _, low, high = columns_of(rows)
    truth = [data.draw(st.integers(int(a), int(b))) for a, b in zip(low, high, strict=True)]
    best, worst = rank_ranges(low, high, lower_is_better=lower_is_better)
    rank = ranks(truth, lower_is_better=lower_is_better)
    assert np.all((best <= rank) & (rank <= worst))


@given(ROWS)
def test_wider_intervals_allow_every_rank_that_narrower_ones_allow(rows) -> None:
    _, low, high = columns_of(rows)
    best, worst = rank_ranges(low, high, lower_is_better=False)
    better, worse = rank_ranges(low - 1, high + 2, lower_is_better=False)
    assert np.all((better <= best) & (worst <= worse))


def test_intervals_that_touch_are_not_told_apart() -> None:
    best, worst = rank_ranges([1.0, 2.0], [2.0, 3.0], lower_is_better=False)
    assert (best.tolist(), worst.tolist()) == ([1, 1], [2, 2])


def test_a_row_without_an_interval_may_be_anywhere() -> None:
    best, worst = rank_ranges([NAN, 1.0, 5.0], [NAN, 2.0, 6.0], lower_is_better=False)
    assert (best.tolist(), worst.tolist()) == ([1, 2, 1], [3, 3, 2])


def test_a_board_of_nobody_has_no_ranges_and_one_alone_is_first() -> None:
    assert [column.size for column in rank_ranges([], [], lower_is_better=True)] == [0, 0]
    assert [column.tolist() for column in rank_ranges([NAN], [NAN], lower_is_better=True)] == [[1], [1]]


def test_ends_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="one length"):
        rank_ranges([1.0], [1.0, 2.0], lower_is_better=True)
    with pytest.raises(ValueError, match="one length"):
        qualifies([1], [1, 2])


def test_the_levels_share_what_may_go_wrong() -> None:
    assert simultaneous(0) == simultaneous(1) == pytest.approx(0.95)
    assert 50 * (1 - simultaneous(50, level=0.9)) == pytest.approx(0.1)


@given(histories(), schedules, st.integers(95, 215))
def test_expected_upsets_are_the_time_spent_at_each_probability_times_the_smaller_side(
    rows, schedule, known_at
) -> None:
    shares = score(estimates_of(rows), schedule, known_at, outcome=True).shares
    over_time, at_spot = expected_upsets(shares), expected_upsets(shares, final=True)
    for row in range(shares.final.size):
        cells, weights = shares.of(row)
        assert over_time[row] == sum(
            w * min(p, GRID - p) for p, w in zip(cells.tolist(), weights.tolist(), strict=True)
        )
        p = int(shares.final[row])
        assert at_spot[row] == WHOLE * min(p, GRID - p)
        assert 0 <= over_time[row] <= UPSET // 2


def test_both_minimums_must_be_met() -> None:
    enough, many = MINIMUM_UPSETS * UPSET, MINIMUM_FORECASTS
    assert qualifies([many, many - 1, many], [enough, enough, enough - 1]).tolist() == [True, False, False]


@pytest.mark.parametrize("measure", INTERVALS)
def test_a_lead_over_others_needs_more_expected_upsets_than_a_score(measure) -> None:
    assert minimum_upsets(measure) == (MINIMUM_UPSETS_OF_PEERS if "peer" in measure else MINIMUM_UPSETS)
    asked = minimum_upsets(measure) * UPSET
    assert qualifies([20, 20], [asked, asked - 1], minimum=minimum_upsets(measure)).tolist() == [True, False]


@pytest.mark.parametrize("measure", INTERVALS)
def test_every_measure_has_an_interval_around_its_score(measure) -> None:
    rng = np.random.default_rng(5)
    moments = Moments.of(np.zeros(30, dtype=int), rng.uniform(0.2, 1, 30), rng.uniform(0, 0.2, 30), 1)
    made = INTERVALS[measure](moments, level=simultaneous(20))
    assert made.low[0] < made.score[0] < made.high[0]


def test_the_interval_of_a_bounded_score_stays_within_its_bounds() -> None:
    moments = Moments.of([0] * 20, [1.0] * 20, [0.9025] + [0.0025] * 19, 1)
    for measure, lowest, highest in (("brier", 0, 1), ("log_score", 0, np.inf), ("baseline_rate", -np.inf, 100)):
        made = INTERVALS[measure](moments, level=0.9999)
        assert lowest <= made.low[0] <= made.high[0] <= highest


def test_equal_scores_share_the_better_rank_and_the_next_is_skipped() -> None:
    assert ranks([5.0, 7.0, 5.0, 1.0], lower_is_better=False).tolist() == [2, 1, 2, 4]


def test_scores_that_differ_past_the_ninth_decimal_tie() -> None:
    assert ranks([0.1 + 0.2, 0.3, 0.300000002], lower_is_better=True).tolist() == [1, 1, 3]
