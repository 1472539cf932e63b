"""One person on many questions is scored as `score` scores each of them alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scoring.slow import Row
from tests.scoring.strategies import estimates_of, histories
from tests.scoring.worked_cases import cases
from tracker.scoring.boards import expected_upsets
from tracker.scoring.record import Estimates, Schedule
from tracker.scoring.scores import score
from tracker.scoring.solo import Questions, Solo, score_alone

MEASURES = ("brier", "log_score", "baseline", "coverage")
ASKED = st.tuples(histories(most=6, people=1), st.integers(120, 220), st.integers(80, 240), st.booleans())


def questions(asked: list[tuple[list[Row], int, int, bool]]) -> tuple[Estimates, Questions]:
    rows = [(number, made, p, until) for number, each in enumerate(asked) for _, made, p, until in each[0]]
    opens_at, closes_at = np.full(len(asked), 100), np.array([each[1] for each in asked], dtype=np.int64)
    known_at = np.array([each[2] for each in asked], dtype=np.int64)
    return estimates_of(rows), Questions(opens_at, closes_at, known_at, np.array([each[3] for each in asked]))


@given(st.lists(ASKED, min_size=1, max_size=8))
def test_each_row_is_what_the_one_forecaster_there_gets(asked: list[tuple[list[Row], int, int, bool]]) -> None:
    solo = score_alone(*questions(asked))
    for number, (rows, closes_at, known_at, outcome) in enumerate(asked):
        alone = score(estimates_of(rows), Schedule(100, closes_at), known_at, outcome=outcome)
        if not alone.forecaster.size or alone.coverage[0] == 0:
            assert solo.coverage[number] == 0
            assert np.isnan(solo.brier[number])
            continue
        for measure in MEASURES:
            assert getattr(solo, measure)[number] == pytest.approx(getattr(alone, measure)[0], rel=1e-12)
        assert solo.attainable[number] == alone.attainable
        for mine, theirs in zip(solo.shares.of(number), alone.shares.of(0), strict=True):
            np.testing.assert_array_equal(mine, theirs)


def solo_of_worked_cases() -> tuple[Solo, list[float]]:
    """Everybody's row of every worked case as a question of its own, and the Brier scores worked out elsewhere."""
    asked, expected, said = [], [], []
    for case in cases():
        alone = score(case.estimates, case.schedule, case.known_at, outcome=case.outcome)
        for row, forecaster in enumerate(alone.forecaster):
            mine = case.estimates.forecaster == forecaster
            said.append((case.estimates.made_at[mine], case.estimates.probability[mine]))
            asked.append((case.schedule.opens_at, case.schedule.closes_at, case.known_at, case.outcome))
            expected.append(alone.brier[row])
    numbers = np.repeat(np.arange(len(said)), [made_at.size for made_at, _ in said])
    estimates = Estimates.of(numbers, np.concatenate([at for at, _ in said]), np.concatenate([p for _, p in said]))
    columns = [np.array(column) for column in zip(*asked, strict=True)]
    return score_alone(estimates, Questions(*columns)), expected


def test_the_worked_cases_come_out_the_same_all_at_once() -> None:
    solo, expected = solo_of_worked_cases()
    np.testing.assert_allclose(solo.brier, expected, rtol=0, atol=1e-12)


def test_the_parts_of_the_brier_score_add_up_to_that_of_the_board() -> None:
    solo, _ = solo_of_worked_cases()
    stood = solo.at(solo.stood)
    tally, moments = stood.tally(), stood.moments("brier")
    brier = (tally.weight * tally.probability**2 + tally.yes * (1 - 2 * tally.probability)).sum() / tally.total
    assert brier == pytest.approx((moments.accrued / moments.covered)[0], abs=1e-4)
    assert stood.clusters().forecasts == stood.stood.size
    assert stood.clusters().weight == pytest.approx(tally.total)
    assert expected_upsets(stood.shares).shape == stood.brier.shape


def test_a_question_worked_by_hand() -> None:
    """80% for two of ten days, then 90% until the answer, yes, on day six: squares .04 and .01 over six days stood."""
    said = Estimates.of([0, 0], [0, 2], [0.8, 0.9])
    asked = Questions(np.array([0]), np.array([10]), np.array([6]), np.array([True]))
    solo = score_alone(said, asked)
    assert solo.brier[0] == pytest.approx((2 * 0.04 + 4 * 0.01) / 6)
    assert solo.log_score[0] == pytest.approx(-(2 * np.log(0.8) + 4 * np.log(0.9)) / 6)
    assert solo.baseline[0] == pytest.approx(100 * (2 * (1 + np.log2(0.8)) + 4 * (1 + np.log2(0.9))) / 10)
    assert (solo.coverage[0], solo.attainable[0]) == (0.6, 0.6)


def test_what_cannot_be_is_refused() -> None:
    one, yes = np.array([0]), np.array([True])
    with pytest.raises(ValueError, match="close after it opens"):
        Questions(one, one, one, yes)
    with pytest.raises(ValueError, match="on no question"):
        score_alone(Estimates.of([1], [0], [0.5]), Questions(one, one + 1, one, yes))
