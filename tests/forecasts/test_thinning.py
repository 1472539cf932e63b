"""A thinned line is drawn like the whole."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.thinning import outline

MOST = 20
VALUES = st.one_of(st.just(float("nan")), st.floats(0, 1))


@given(st.lists(st.tuples(st.integers(0, 3 * 10**15), VALUES), unique_by=lambda row: row[0], min_size=1, max_size=200))
def test_ends_and_extremes_stay_and_never_too_many(rows: list[tuple[int, float]]) -> None:
    rows.sort(key=lambda row: row[0])
    at, value = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    kept = outline(at, value, MOST)
    assert kept.size <= MOST
    assert kept.tolist() == sorted(set(kept.tolist()))
    assert {0, len(rows) - 1} <= set(kept.tolist())
    np.testing.assert_array_equal(
        [np.nanmin(value[kept], initial=2), np.nanmax(value[kept], initial=-1)],
        [np.nanmin(value, initial=2), np.nanmax(value, initial=-1)],
    )
    if len(rows) <= MOST:
        assert kept.size == len(rows)


@pytest.mark.parametrize("place", range(60))
def test_a_spike_is_seen_wherever_it_is(place: int) -> None:
    value = np.full(60, 0.5)
    value[place] = 0.9
    assert place in outline(np.arange(60), value, MOST)


def test_between_what_is_kept_the_line_stays_within_what_was_said_there() -> None:
    rng = np.random.default_rng(5)
    value = rng.uniform(size=5000)
    kept = outline(np.arange(5000), value, 1000)
    for place in range(250):
        inside = slice(place * 20, place * 20 + 20)
        drawn = value[kept[(kept >= inside.start) & (kept < inside.stop)]]
        assert (drawn.min(), drawn.max()) == (value[inside].min(), value[inside].max())
