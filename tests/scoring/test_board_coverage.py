"""By simulation: board intervals hold as often as they say, ranges hold for a whole board, and wrong methods fail."""

from functools import cache

import numpy as np
import pytest
from scipy.stats import binom

from benchmarks import board_coverage
from benchmarks.board_coverage import HIGH, JOINT, LOW, MEASURES, Share, contains
from benchmarks.simulated import STEPS, Early, draw
from benchmarks.simulated_scores import Setting, scored
from tracker.scoring.boards import MINIMUM_FORECASTS, UPSET, expected_upsets
from tracker.scoring.intervals import hall_rate, student_rate
from tracker.scoring.moments import Moments
from tracker.scoring.record import Estimates, Schedule
from tracker.scoring.scores import score

QUICK = {"draws": 1, "forecasts": 15_000}
SOME = (Setting(1, Early.NEVER), Setting(40, Early.EITHER, absent=True), Setting(40, Early.YES, people=2))
ON_THE_MINIMUM = [(0.85, 20), (0.9, 30), (0.92, 38), (0.97, 100), (0.99, 300)]


@cache
def coverages(setting: Setting):
    return board_coverage.coverages(setting, **QUICK)


def holds(share: Share) -> bool:
    """Whether 92 to 98% hold, give or take two standard errors of so few rows."""
    slack = 2 * np.sqrt(LOW * (1 - LOW) / share.rows)
    return bool(LOW - slack <= share.held <= HIGH + slack)


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("setting", SOME, ids=str)
def test_intervals_hold_as_often_as_they_say(setting: Setting, measure: str) -> None:
    found = {size: share for (name, size), share in coverages(setting).items() if name == measure}
    assert {0, 100} <= set(found)
    assert all(share.rows > 100 and holds(share) for size, share in found.items() if size < 300), found


def test_revisions_as_trials_fail_the_same_test() -> None:
    assert not holds(board_coverage.revisions_as_trials(Setting(40, Early.NEVER), 40, **QUICK))


def test_the_plain_mean_of_rows_fails_the_same_test() -> None:
    assert not holds(board_coverage.mean_of_rows(SOME[-1], 300, **QUICK | {"draws": 2}))


@pytest.mark.parametrize("measure", ["peer", "brier"])
def test_the_ranks_of_a_whole_board_lie_in_their_ranges(measure: str) -> None:
    setting = Setting(40, Early.EITHER, absent=True, people=8)
    joint = board_coverage.joint_ranks(setting, measure, 40, draws=1, forecasts=4000)
    assert joint.within >= JOINT > joint.exact


def covered(method, p: float, n: int) -> float:
    """Exactly how often the interval of the Brier score holds for one who always says p, and rightly."""
    surprises = np.arange(n + 1)
    a = np.concatenate([np.where(np.arange(n) < k, p**2, (1 - p) ** 2) for k in surprises])
    made = method(Moments.of(np.repeat(surprises, n), np.ones(a.size), a, n + 1))
    return float(binom.pmf(surprises, n, 1 - p) @ contains(made, p * (1 - p)))


@pytest.mark.parametrize(("p", "n"), ON_THE_MINIMUM)
def test_three_expected_upsets_are_enough_for_one_who_always_says_the_same(p: float, n: int) -> None:
    assert n >= MINIMUM_FORECASTS
    assert n * (1 - p) == pytest.approx(3, abs=0.05)
    assert LOW <= covered(hall_rate, p, n) <= HIGH


@pytest.mark.parametrize(("p", "n"), ON_THE_MINIMUM)
def test_two_are_not(p: float, n: int) -> None:
    assert covered(hall_rate, p, round(2 / (1 - p))) < LOW


def test_the_interval_of_student_fails_there() -> None:
    assert max(covered(student_rate, p, n) for p, n in ON_THE_MINIMUM[2:]) < 0.85


def test_simulated_scores_are_those_of_the_service() -> None:
    """The simulation scores step by step, in code of its own; the service scores the same estimates."""
    setting = Setting(4, Early.EITHER)
    run = draw(setting.design(30), np.random.default_rng(8))
    made = scored(run, setting, np.random.default_rng(9))
    for forecast, known_at in enumerate(run.known.tolist()):
        person, said = np.nonzero(run.weight[forecast])
        if person.size == 0:
            continue
        estimates = Estimates.of(person, run.start[forecast, person, said], run.probability[forecast, person, said])
        outcome = bool(run.outcome[forecast])
        by_service = score(estimates, Schedule(0, STEPS), known_at, outcome=outcome)
        mine = by_service.forecaster
        for name in ("coverage", "contested", "baseline", "peer"):
            np.testing.assert_allclose(getattr(made, name)[forecast, mine], getattr(by_service, name), atol=1e-9)
        for name in ("brier", "log_score"):
            accrued = by_service.coverage * getattr(by_service, name)
            np.testing.assert_allclose(getattr(made, name)[forecast, mine], accrued, atol=1e-9)
        np.testing.assert_allclose(made.upsets[forecast, mine], expected_upsets(by_service.shares) / UPSET, atol=1e-5)


def test_every_row_of_the_benchmark_has_a_goal() -> None:
    """At a small scale, for its shape alone: so few rows may miss a goal."""
    found = [board_coverage._furthest("brier", 0, {SOME[0]: coverages(SOME[0])["brier", 0]})]
    assert [(row.setting, row.goal, row.verdict) for row in found] == [
        ("brier, fewest forecasts", "0.92 to 0.98", "met")
    ]
