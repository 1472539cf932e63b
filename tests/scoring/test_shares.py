"""Contributions to calibration are whole numbers that add up."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scoring.strategies import INSTANTS, estimates_of, histories, schedules
from tracker.scoring.record import Estimates, Schedule
from tracker.scoring.scores import score
from tracker.scoring.shares import WHOLE, to_cells
from tracker.scoring.tally import Tally, mean_brier


@given(histories(), schedules, INSTANTS, st.booleans())
def test_the_weights_of_a_row_add_up_to_its_coverage_rounded_half_up(rows, schedule, known_at, outcome) -> None:
    scores = score(estimates_of(rows), schedule, known_at, outcome=outcome)
    for row, coverage in enumerate(scores.coverage):
        _, weights = scores.shares.of(row)
        assert weights.sum() == math.floor(coverage * WHOLE + 0.5) <= WHOLE


@given(histories(), schedules, INSTANTS, st.booleans())
def test_cells_are_distinct_ascending_and_on_the_grid_and_weights_positive(rows, schedule, known_at, outcome) -> None:
    scores = score(estimates_of(rows), schedule, known_at, outcome=outcome)
    assert scores.shares.offsets.size == scores.forecaster.size + 1
    assert np.all(scores.shares.weights > 0)
    for row in range(scores.forecaster.size):
        cells, _ = scores.shares.of(row)
        assert np.all(np.diff(cells) > 0)
        assert np.all((cells >= 1) & (cells <= 9999))


@given(histories(), schedules, INSTANTS, st.booleans())
def test_contributions_give_back_the_accrued_brier_score_as_far_as_the_grid_goes(
    rows, schedule, known_at, outcome
) -> None:
    scores = score(estimates_of(rows), schedule, known_at, outcome=outcome)
    for row in np.flatnonzero(scores.coverage > 0):
        cells, weights = scores.shares.of(row)
        accrued = weights @ (cells / 10_000 - outcome) ** 2 / WHOLE
        assert accrued == pytest.approx(scores.coverage[row] * scores.brier[row], abs=1.1e-4 + 2e-6 * cells.size)


def test_contributions_give_back_the_accrued_brier_score_exactly_on_the_grid() -> None:
    estimates = Estimates.of([1, 1, 2], [0, 500_000, 250_000], [0.1234, 0.35, 0.7])
    scores = score(estimates, Schedule(0, 1_000_000), 800_000, outcome=True)
    shares = scores.shares
    tally = Tally.of(shares.cells / 10_000, np.ones(shares.cells.size), shares.weights)
    accrued = scores.coverage @ scores.brier / scores.coverage.sum()
    assert mean_brier(tally) == pytest.approx(accrued, abs=1e-12)


def test_equal_thirds_add_up_to_the_whole() -> None:
    scores = score(Estimates.of([1, 1, 1], [0, 1, 2], [0.2, 0.3, 0.4]), Schedule(0, 3), 3, outcome=True)
    assert scores.shares.weights.tolist() == [333_333, 333_334, 333_333]


def test_time_at_one_probability_is_one_share_however_often_it_was_left() -> None:
    scores = score(Estimates.of([1, 1, 1], [0, 4, 5], [0.2, 0.3, 0.2]), Schedule(0, 10), 10, outcome=True)
    assert scores.shares.of(0)[0].tolist() == [2000, 3000]
    assert scores.shares.of(0)[1].tolist() == [900_000, 100_000]


def test_many_people_over_many_years_do_not_overflow() -> None:
    century, people = 100 * 365 * 86_400 * 10**6, 5000
    estimates = Estimates.of(np.arange(people), np.zeros(people), np.full(people, 0.5))
    shares = score(estimates, Schedule(0, century), century, outcome=True).shares
    assert shares.weights.tolist() == [WHOLE] * people


def test_the_final_view_holds_what_stood_at_the_spot_time() -> None:
    estimates = Estimates.of([1, 1, 2], [0, 6, 6], [0.2, 0.3, 0.4])
    scores = score(estimates, Schedule(0, 10, spot_at=5), 10, outcome=True)
    assert scores.shares.final.tolist() == [2000, 0]


@pytest.mark.parametrize(
    ("probability", "cell"),
    [
        (0.0001, 1),
        (0.15, 1500),
        (0.35, 3500),
        (0.00015, 2),
        (0.00025, 3),
        (0.12345, 1235),
        (0.99985, 9999),
        (0.99984, 9998),
    ],
)
def test_probabilities_round_half_up_on_the_grid(probability: float, cell: int) -> None:
    assert to_cells(np.array([probability])).tolist() == [cell]


@given(st.integers(1, 9999), st.integers(0, 9))
def test_every_half_goes_up_as_the_decimal_is_written(cell: int, digit: int) -> None:
    written = float(f"0.{cell:04d}{digit}")
    expected = cell + (digit >= 5)
    assert to_cells(np.array([written])).tolist() == [expected]
