"""The field that all who stand form together, however many come and go."""

import numpy as np
import pytest

from tracker.scoring.holds import Field, Holds
from tracker.scoring.record import NEVER, Estimates


def large_crowd_that_leaves_two(last: int) -> Field:
    rng, size = np.random.default_rng(7), 20_000
    estimates = Estimates.of(
        forecaster=np.arange(size + 2),
        made_at=np.append(rng.integers(0, 10**6, size), [0, 0]),
        probability=np.append(rng.uniform(0.0001, 0.9999, size), [0.8, 0.4]),
        expires_at=np.append(rng.integers(10**6 + 1, 2 * 10**6, size), [last, last]),
    )
    holds = Holds.of(estimates).within(0, 10**7)
    return Field.of(holds, holds.log_q(outcome=True))


def test_the_last_two_of_a_large_crowd_are_left_without_a_trace_of_the_others() -> None:
    field = large_crowd_that_leaves_two(last=NEVER)
    while_two_stand = -3  # the last two events are their leaving, at the close
    assert field.count[while_two_stand] == 2
    assert field.log_sum[while_two_stand] == pytest.approx(np.log(0.8) + np.log(0.4), abs=1e-11)


def test_when_all_have_left_exactly_nothing_is_left() -> None:
    field = large_crowd_that_leaves_two(last=3 * 10**6)
    assert (field.count[-1], field.log_sum[-1]) == (0, 0.0)
