"""Hypothesis strategies for histories of a forecast, awkward on purpose: instants collide and touch every boundary."""

import math

from hypothesis import strategies as st

from tests.scoring.slow import Row
from tracker.scoring.record import NEVER, Estimates, Schedule, Steps

# Few instants before, in and after [100, 200), so that events often fall on the boundaries and on each other.
INSTANTS = st.integers(90, 210)
PROBABILITIES = st.sampled_from([0.0001, 0.001, 0.15, 0.35, 0.5, 0.5, 0.7, 0.99, 0.9999]) | st.floats(0.0001, 0.9999)


@st.composite
def histories(draw: st.DrawFn, most: int = 25, people: int = 6) -> list[Row]:
    """Rows with distinct (forecaster, made_at); some withdraw, some expire."""
    keys = draw(st.lists(st.tuples(st.integers(1, people), INSTANTS), max_size=most, unique=True))
    return [
        (
            who,
            made_at,
            draw(PROBABILITIES | st.just(math.nan)),
            draw(st.just(NEVER) | st.integers(made_at + 1, 220)),
        )
        for who, made_at in keys
    ]


schedules = st.builds(
    Schedule,
    opens_at=st.just(100),
    closes_at=st.just(200),
    spot_at=st.none() | INSTANTS,
    reveal_at=st.none() | INSTANTS,
)


def estimates_of(rows: list[Row]) -> Estimates:
    return Estimates.of(
        [row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows], [row[3] for row in rows]
    )


def steps_of(rows: list[Row]) -> Steps:
    ordered = sorted(rows, key=lambda row: row[1])
    return Steps.of([row[1] for row in ordered], [row[2] for row in ordered])
