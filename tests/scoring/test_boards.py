"""A board weighs rows by coverage, adds peer scores up, and ties what is equal."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.scoring.boards import board, ranks

ROWS = st.lists(
    st.tuples(
        st.integers(1, 4),
        st.floats(0.01, 1),
        st.floats(0, 1),
        st.floats(0, 1),
        st.floats(0, 9),
        st.floats(-900, 900),
        st.floats(-900, 100),
    ),
    min_size=1,
    max_size=30,
)
NAMES = ("forecaster", "coverage", "contested", "brier", "log_score", "peer", "baseline")


def columns_of(rows) -> dict[str, list[float]]:
    return dict(zip(NAMES, map(list, zip(*rows, strict=True)), strict=True))


@given(ROWS)
def test_a_board_says_of_each_what_their_own_rows_say(rows) -> None:
    made = board(**columns_of(rows))
    assert made.forecaster.tolist() == sorted({row[0] for row in rows})
    for place, who in enumerate(made.forecaster):
        mine = {name: np.array(column) for name, column in columns_of([row for row in rows if row[0] == who]).items()}
        assert made.forecasts[place] == mine["coverage"].size
        for weighted in ("brier", "log_score"):
            mean = np.average(mine[weighted], weights=mine["coverage"])
            assert getattr(made, weighted)[place] == pytest.approx(mean)
        for total in ("coverage", "contested", "peer", "baseline"):
            assert getattr(made, total)[place] == pytest.approx(mine[total].sum())


def test_rows_with_a_spot_score_alone_say_nothing() -> None:
    nan = float("nan")
    made = board(**columns_of([(1, 0.0, 0.0, nan, nan, nan, nan), (2, 0.5, 0.5, 0.04, 0.2, 3.0, 4.0)]))
    assert made.forecaster.tolist() == [2]


def test_a_board_of_nothing_is_empty() -> None:
    assert board(**{name: [] for name in NAMES}).forecaster.size == 0


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="one length"):
        board(**{name: [1.0] for name in NAMES} | {"peer": [1.0, 2.0]})


def test_equal_scores_share_the_better_rank_and_the_next_is_skipped() -> None:
    assert ranks([5.0, 7.0, 5.0, 1.0], lower_is_better=False).tolist() == [2, 1, 2, 4]


def test_scores_that_differ_past_the_ninth_decimal_tie() -> None:
    assert ranks([0.1 + 0.2, 0.3, 0.300000002], lower_is_better=True).tolist() == [1, 1, 3]
