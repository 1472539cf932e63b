"""A score taken apart: its parts, and its moments, come to the same number again."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scoring.strategies import INSTANTS, estimates_of, histories, schedules
from tests.scoring.worked_cases import Case, cases, number, read
from tracker.scoring.accrual import moments, parts
from tracker.scoring.record import Estimates, Schedule
from tracker.scoring.scores import score

CASES = [pytest.param(case, id=case.slug) for case in cases()]
PARTED = ("brier", "log_score", "baseline", "peer")


@pytest.mark.parametrize("case", CASES)
def test_the_parts_of_every_worked_score_add_up_to_it(case: Case) -> None:
    for row in read("scores/expected_scores.csv"):
        who = int(row["forecaster"].removeprefix("f"))
        if row["forecast"] == case.slug and number(row["coverage"]) > 0:
            found = parts(case.estimates, case.schedule, case.known_at, outcome=case.outcome, forecaster=who)
            assert found.share.sum() == pytest.approx(number(row["coverage"]), abs=1e-9)
            for measure in PARTED:
                assert getattr(found, measure).sum() == pytest.approx(number(row[measure]), abs=1e-9), measure


@given(histories(), schedules, INSTANTS, st.booleans(), st.integers(1, 5))
def test_parts_and_moments_come_to_the_score_of_everybody(rows, schedule, known_at, outcome, most) -> None:
    estimates = estimates_of(rows)
    scores = score(estimates, schedule, known_at, outcome=outcome)
    for place, who in enumerate(scores.forecaster):
        asked = {"outcome": outcome, "forecaster": int(who)}
        found = parts(estimates, schedule, known_at, **asked)
        for measure in PARTED:
            expected = np.nan_to_num(getattr(scores, measure)[place])
            assert getattr(found, measure).sum() == pytest.approx(expected, abs=1e-9), measure
        for rates in (moments(estimates, schedule, known_at, **asked, most=most) for most in (most, 400)):
            for measure in ("baseline", "peer"):
                earned = (getattr(rates, measure) * np.diff(rates.at)).sum() / schedule.length
                assert earned == pytest.approx(np.nan_to_num(getattr(scores, measure)[place]), abs=1e-9), measure
            assert rates.at.size <= 401


def test_who_was_away_has_no_part_of_that_time_and_earned_nothing() -> None:
    away = Estimates.of([1, 1, 1], [0, 4, 8], [0.8, np.nan, 0.9])
    asked = {"known_at": 10, "outcome": True, "forecaster": 1}
    found = parts(away, Schedule(0, 10), **asked)
    assert (found.start.tolist(), found.end.tolist()) == ([0, 8], [4, 10])
    rates = moments(away, Schedule(0, 10), **asked)
    assert rates.at.tolist() == [0, 4, 8, 10]
    assert rates.baseline[1] == 0


def test_thousands_of_changes_are_drawn_with_a_few_hundred_steps() -> None:
    many = Estimates.of([1] * 5_000, range(5_000), [0.2, 0.7] * 2_500)
    rates = moments(many, Schedule(0, 5_000), 5_000, outcome=True, forecaster=1)
    assert (rates.at.size, rates.at[0], rates.at[-1]) == (401, 0, 5_000)
