"""Always the base rate: the best that any constant could have done."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.scoring.hindsight import always_the_base_rate
from tracker.scoring.reliability import decomposition
from tracker.scoring.tally import Tally, mean_brier, mean_log_score

OUTCOMES = st.lists(st.integers(0, 1), min_size=1, max_size=40)


@given(OUTCOMES, st.floats(0.01, 0.99))
def test_no_constant_does_better(outcomes, constant) -> None:
    found = always_the_base_rate(len(outcomes), sum(outcomes))
    said = Tally.of([constant] * len(outcomes), outcomes)
    assert found.brier <= mean_brier(said) + 1e-12
    assert found.log_score <= mean_log_score(said) + 1e-12


@given(OUTCOMES)
def test_its_brier_score_is_the_uncertainty_of_the_questions(outcomes) -> None:
    found = always_the_base_rate(len(outcomes), sum(outcomes))
    assert found.brier == pytest.approx(decomposition(Tally.of([0.5] * len(outcomes), outcomes)).uncertainty)


@given(OUTCOMES)
def test_its_baseline_adds_up_what_each_forecast_would_have_earned(outcomes) -> None:
    found = always_the_base_rate(len(outcomes), sum(outcomes))
    q = [found.base_rate if outcome else 1 - found.base_rate for outcome in outcomes]
    assert found.baseline == pytest.approx(float(np.sum(100 * (1 + np.log2(q)))), abs=1e-9)


@pytest.mark.parametrize(("weight", "yes"), [(0.0, 0.0), (1.0, 2.0), (1.0, -0.1)])
def test_what_cannot_be_is_refused(weight: float, yes: float) -> None:
    with pytest.raises(ValueError, match="lies between"):
        always_the_base_rate(weight, yes)
