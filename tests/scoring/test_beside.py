"""The crowd over the very moments at which somebody stood."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from forecasts import crowd
from tests.scoring.slow import Row
from tests.scoring.strategies import INSTANTS, estimates_of, histories, schedules
from tracker.scoring.beside import crowd_brier
from tracker.scoring.record import NEVER, Schedule, Steps
from tracker.scoring.scores import score

DECADE = Schedule(opens_at=0, closes_at=10)


def crowd_of(rows: list[Row]) -> Steps:
    made = estimates_of(rows)
    points = crowd.points(made.forecaster, made.made_at, made.probability, made.expires_at)
    return Steps.of(points.at, points.median)


def standing(rows: list[Row], who: int, instant: int) -> float:
    """What somebody stands with at an instant, NaN for nothing."""
    latest = max((row for row in rows if row[0] == who and row[1] <= instant), key=lambda row: row[1], default=None)
    return math.nan if latest is None or instant >= latest[3] else latest[2]


@given(histories(), schedules, INSTANTS, st.booleans())
def test_it_is_the_mean_over_each_moment_of_standing(rows, schedule, known_at, outcome) -> None:
    found = crowd_brier(crowd_of(rows), estimates_of(rows), schedule, known_at, outcome=outcome)
    points = crowd_of(rows)
    for place, who in enumerate(sorted({row[0] for row in rows})):
        losses = []
        for instant in range(schedule.opens_at, schedule.accrual_end(known_at)):
            if not math.isnan(standing(rows, who, instant)):
                p = points.probability[np.searchsorted(points.at, instant, side="right") - 1]
                losses.append((p - outcome) ** 2)
        np.testing.assert_allclose(found[place], np.mean(losses) if losses else math.nan, atol=1e-9)


@given(histories(people=1), schedules, INSTANTS, st.booleans())
def test_who_is_the_whole_crowd_does_as_the_crowd(rows, schedule, known_at, outcome) -> None:
    scores = score(estimates_of(rows), schedule, known_at, outcome=outcome)
    found = crowd_brier(crowd_of(rows), estimates_of(rows), schedule, known_at, outcome=outcome)
    np.testing.assert_allclose(found[~np.isnan(found)], scores.brier[~np.isnan(scores.brier)], atol=1e-9)


def test_what_the_crowd_said_while_somebody_was_away_is_not_held_beside_them() -> None:
    rows = [(1, 0, 0.5, NEVER), (2, 0, 0.5, 4), (1, 6, 0.9, NEVER)]
    found = crowd_brier(Steps.of([0, 4, 6], [0.5, 0.1, 0.9]), estimates_of(rows), DECADE, known_at=10, outcome=True)
    np.testing.assert_allclose(found, [(4 * 0.25 + 2 * 0.81 + 4 * 0.01) / 10, 0.25])
