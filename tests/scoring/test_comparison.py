"""The difference of two forecasters on one forecast, and forecasts of one claim as one round."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scoring.slow import Row, standing
from tests.scoring.strategies import INSTANTS, estimates_of, histories
from tracker.scoring.comparison import Asked, differences, rounds
from tracker.scoring.record import NEVER, Estimates, Schedule
from tracker.scoring.scores import score

# Each forecast is open on [100, 200): who said what, when the answer was known, and what it was.
FORECASTS = st.lists(
    st.tuples(histories(most=8, people=1), histories(most=8, people=1), INSTANTS, st.booleans()), max_size=5
)


def slow_difference(first: list[Row], second: list[Row], known_at: int, *, outcome: bool) -> tuple[float, float]:
    """d and the share of time, gap by gap."""
    end = min(200, known_at)
    instants = {100, end} | {row[1] for row in first + second} | {row[3] for row in first + second}
    grid = sorted(instant for instant in instants if 100 <= instant <= end)
    gaps, time = [], 0
    for left, right in itertools.pairwise(grid):
        mine, theirs = standing(first, left).get(1), standing(second, left).get(1)
        if mine is not None and theirs is not None:
            gaps.append((right - left) * ((mine - outcome) ** 2 - (theirs - outcome) ** 2))
            time += right - left
    return math.fsum(gaps) / 100, time / 100


def joined(histories_of_one: list[list[Row]]) -> Estimates:
    return estimates_of([(place, *row[1:]) for place, rows in enumerate(histories_of_one) for row in rows])


def asked_of(forecasts: list[tuple[list[Row], list[Row], int, bool]]) -> Asked:
    size = len(forecasts)
    ends = [min(200, known_at) for _, _, known_at, _ in forecasts]
    return Asked.of([100] * size, ends, [100] * size, [outcome for *_, outcome in forecasts])


@given(FORECASTS)
def test_differences_are_those_found_gap_by_gap(forecasts) -> None:
    found = differences(
        joined([first for first, *_ in forecasts]), joined([second for _, second, *_ in forecasts]), asked_of(forecasts)
    )
    assert found.difference.size == len(forecasts)
    for place, (first, second, known_at, outcome) in enumerate(forecasts):
        difference, overlap = slow_difference(first, second, known_at, outcome=outcome)
        assert found.difference[place] == pytest.approx(difference, abs=1e-12)
        assert found.overlap[place] == pytest.approx(overlap, abs=1e-12)


@given(FORECASTS)
def test_changing_sides_changes_the_sign(forecasts) -> None:
    first, second = joined([f for f, *_ in forecasts]), joined([s for _, s, *_ in forecasts])
    asked = asked_of(forecasts)
    ours, theirs = differences(first, second, asked), differences(second, first, asked)
    np.testing.assert_allclose(ours.difference, -theirs.difference, atol=1e-15)
    np.testing.assert_array_equal(ours.overlap, theirs.overlap)


@given(histories(people=1), histories(people=1), INSTANTS, st.booleans())
def test_where_both_always_stand_it_is_the_difference_of_their_accrued_brier_scores(
    first, second, known_at, outcome
) -> None:
    always = (1, 0, 0.5, NEVER)
    given = [[always, *((*row[:3], NEVER) for row in rows if not math.isnan(row[2]))] for rows in (first, second)]
    found = differences(*(joined([rows]) for rows in given), asked_of([(*given, known_at, outcome)]))
    accrued = []
    for rows in given:
        scores = score(estimates_of(rows), Schedule(100, 200), known_at, outcome=outcome)
        accrued.append(float((scores.coverage * scores.brier).sum()) if known_at > 100 else 0.0)
    assert found.difference[0] == pytest.approx(accrued[0] - accrued[1], abs=1e-12)


def test_the_largest_difference_is_one() -> None:
    sure, wrong = Estimates.of([0], [0], [0.9999]), Estimates.of([0], [0], [0.0001])
    found = differences(sure, wrong, Asked.of([0], [10], [10], [True]))
    assert found.difference[0] == pytest.approx(-(0.9999**2) + 0.0001**2)


def test_an_estimate_that_gives_way_at_once_leaves_no_gap() -> None:
    moved = Estimates.of([0, 0, 0], [0, 4, 8], [0.2, 0.3, 0.4])
    found = differences(moved, Estimates.of([0], [0], [0.5]), Asked.of([0], [10], [10], [False]))
    assert found.overlap.tolist() == [1.0]
    assert found.difference[0] == pytest.approx(0.4 * 0.04 + 0.4 * 0.09 + 0.2 * 0.16 - 0.25)


def test_nothing_is_shared_before_it_opens_after_the_answer_or_one_after_the_other() -> None:
    asked = Asked.of([0, 0, 0], [0, 5, 10], [10, 10, 10], [True] * 3)
    first = Estimates.of([0, 1, 2], [-5, 6, 0], [0.8, 0.8, 0.8], [99, 99, 4])
    second = Estimates.of([0, 1, 2], [-5, 0, 4], [0.5, 0.5, 0.5])
    found = differences(first, second, asked)
    assert (found.overlap.tolist(), found.difference.tolist()) == ([0, 0, 0], [0, 0, 0])


def test_forecasts_in_microseconds_over_a_century_are_exact() -> None:
    century = 100 * 365 * 86_400 * 10**6
    sides = [Estimates.of(np.arange(1000), np.zeros(1000), np.full(1000, p)) for p in (0.75, 0.25)]
    asked = Asked.of(np.zeros(1000), np.full(1000, century), np.full(1000, century), np.ones(1000))
    found = differences(*sides, asked)
    assert found.difference.tolist() == [-0.5] * 1000


def test_what_was_not_asked_is_refused() -> None:
    asked = Asked.of([0], [10], [10], [True])
    with pytest.raises(ValueError, match="not asked"):
        differences(Estimates.of([1], [0], [0.5]), Estimates.of([0], [0], [0.5]), asked)
    with pytest.raises(ValueError, match="close after"):
        Asked.of([0], [0], [0], [True])
    with pytest.raises(ValueError, match="one length"):
        Asked.of([0, 1], [5], [10], [True])


def test_rounds_are_means_in_the_order_in_which_their_last_forecast_settled() -> None:
    made = rounds([0.1, 0.2, 0.6, -0.4], group=[5, 3, 5, 4], settled_at=[10, 20, 30, 20])
    assert made.group.tolist() == [3, 4, 5]
    assert made.entered_at.tolist() == [20, 20, 30]
    assert made.difference.tolist() == pytest.approx([0.2, -0.4, 0.35])
    assert made.forecasts.tolist() == [1, 1, 2]


def test_no_forecasts_make_no_rounds() -> None:
    assert rounds([], [], []).difference.size == 0
    nothing = Estimates.of([], [], [])
    assert differences(nothing, nothing, Asked.of([], [], [], [])).overlap.size == 0
