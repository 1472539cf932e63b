"""Scores of people and crowds agree with numbers that were worked out elsewhere."""

import numpy as np
import pytest

from forecasts import crowd
from tests.scoring.worked_cases import Case, cases, number, read
from tracker.scoring.record import Steps
from tracker.scoring.scores import score, score_reference

MEASURES = ("brier", "log_score", "baseline", "peer", "spot_baseline", "spot_peer", "coverage")
CROWD_MEASURES = ("baseline", "spot_baseline", "coverage")
CROWDS = [
    pytest.param(row, id=f"{row['forecast']}-{row['method']}") for row in read("scores/expected_crowd_scores.csv")
]
CASES = [pytest.param(case, id=case.slug) for case in cases()]


def test_there_are_24_worked_cases() -> None:
    assert len(CASES) == 24


@pytest.mark.parametrize("case", CASES)
def test_scores_agree_with_the_worked_case(case: Case) -> None:
    expected = [row for row in read("scores/expected_scores.csv") if row["forecast"] == case.slug]
    scores = score(case.estimates, case.schedule, case.known_at, outcome=case.outcome)
    rows = {f"f{forecaster}": row for row, forecaster in enumerate(scores.forecaster)}
    assert sorted(rows) == sorted(row["forecaster"] for row in expected)
    for measure in MEASURES:
        ours = [getattr(scores, measure)[rows[row["forecaster"]]] for row in expected]
        np.testing.assert_allclose(ours, [number(row[measure]) for row in expected], rtol=0, atol=1e-9, err_msg=measure)


def test_there_are_36_worked_crowds() -> None:
    assert len(CROWDS) == 36


@pytest.mark.parametrize("row", CROWDS)
def test_crowd_scores_agree_with_the_worked_case(row: dict[str, str]) -> None:
    case = next(case for case in cases() if case.slug == row["forecast"])
    points = crowd.points(case.estimates.forecaster, case.estimates.made_at, case.estimates.probability)
    steps = Steps(points.at, getattr(points, row["method"]))
    scores = score_reference(steps, case.estimates, case.schedule, case.known_at, outcome=case.outcome)
    for measure in CROWD_MEASURES:
        np.testing.assert_allclose(getattr(scores, measure), [number(row[measure])], rtol=0, atol=1e-9, err_msg=measure)
