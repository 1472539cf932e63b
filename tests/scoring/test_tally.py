"""Cases pooled without a sort give what pooling them with one gives."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.scoring.shares import GRID, to_cells
from tracker.scoring.tally import Tally

CASES = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=200)


@given(CASES)
def test_on_the_grid_each_case_counts_at_its_nearest_cell(cases: list[tuple[float, bool]]) -> None:
    p, y = (np.array(column) for column in zip(*cases, strict=True))
    on_grid, sorted_first = Tally.on_grid(p, y), Tally.of(to_cells(p) / GRID, y)
    for name in ("probability", "weight", "yes"):
        assert getattr(on_grid, name).tolist() == getattr(sorted_first, name).tolist()


def test_more_cases_than_are_taken_at_a_time_are_all_counted() -> None:
    p = np.tile([0.1, 0.5, 0.9], 50_000)
    tally = Tally.on_grid(p, np.tile([0, 1, 1], 50_000))
    assert (tally.weight.tolist(), tally.yes.tolist()) == ([50_000] * 3, [0, 50_000, 50_000])


@pytest.mark.parametrize("wrong", [-0.1, 1.1, np.nan])
def test_what_is_no_probability_is_refused(wrong: float) -> None:
    with pytest.raises(ValueError, match=r"must lie in \[0, 1\]"):
        Tally.on_grid([0.5, wrong], [0, 1])
