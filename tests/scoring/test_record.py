"""What cannot be scored is refused, with the reason."""

import math

import pytest

from tracker.scoring.record import Estimates, Schedule, Steps


@pytest.mark.parametrize("closes_at", [5, 4])
def test_a_forecast_that_does_not_close_after_it_opens_is_refused(closes_at: int) -> None:
    with pytest.raises(ValueError, match="close after it opens"):
        Schedule(opens_at=5, closes_at=closes_at)


@pytest.mark.parametrize("probability", [0.0, 1.0, -0.1, 1.5, 0.00009, math.inf])
def test_a_probability_outside_its_bounds_is_refused(probability: float) -> None:
    with pytest.raises(ValueError, match="must lie in"):
        Estimates.of([1], [0], [probability])
    with pytest.raises(ValueError, match="must lie in"):
        Steps.of([0], [probability])


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="one length"):
        Estimates.of([1, 2], [0, 0], [0.5])
    with pytest.raises(ValueError, match="one length"):
        Steps.of([0], [0.5, 0.6])


def test_an_expiry_that_is_not_after_the_estimate_is_refused() -> None:
    with pytest.raises(ValueError, match="expire after"):
        Estimates.of([1], [5], [0.5], [5])


def test_two_estimates_of_one_forecaster_at_one_instant_are_refused() -> None:
    with pytest.raises(ValueError, match="at most one"):
        Estimates.of([1, 2, 1], [5, 5, 5], [0.5, 0.5, math.nan])


def test_steps_that_go_back_in_time_are_refused() -> None:
    with pytest.raises(ValueError, match="increase"):
        Steps.of([1, 1], [0.5, 0.6])


@pytest.mark.parametrize(
    ("spot_at", "reveal_at", "expected"),
    [
        (3, 4, 3),
        (None, 4, 4),
        (None, 0, 10),
        (None, -1, 10),
        (None, None, 10),
        (12, None, 10),
        (None, 12, 10),
        (-2, 4, -2),
    ],
)
def test_the_spot_time_is_set_or_the_revelation_or_the_close(spot_at, reveal_at, expected) -> None:
    assert Schedule(0, 10, spot_at, reveal_at).spot_time == expected
