"""What evidence makes of a probability."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts import implied as module
from forecasts.implied import implied
from forecasts.models import HIGHEST, LOWEST

PROBABILITIES = st.floats(LOWEST, HIGHEST)
RATIOS = st.lists(st.floats(1e-9, 1e6), max_size=8)


def test_the_bounds_are_those_of_the_record() -> None:
    assert (module.LOWEST, module.HIGHEST) == (LOWEST, HIGHEST)


@given(PROBABILITIES, RATIOS)
def test_it_stays_within_what_may_be_on_record_and_order_does_not_matter(p: float, ratios: list[float]) -> None:
    assert LOWEST <= implied(p, ratios) <= HIGHEST
    assert implied(p, ratios[::-1]) == pytest.approx(implied(p, ratios))


@given(PROBABILITIES, st.floats(0.01, 100))
def test_no_follows_from_the_inverse_ratio(p: float, ratio: float) -> None:
    assert implied(1 - p, [1 / ratio]) == pytest.approx(1 - implied(p, [ratio]))


@given(st.floats(0.05, 0.95), st.floats(0.1, 10))
def test_odds_are_multiplied(p: float, ratio: float) -> None:
    after = implied(p, [ratio])
    assert after / (1 - after) == pytest.approx(p / (1 - p) * ratio)
