"""A record from elsewhere is scored from its own times by the rules of what is made here, and counts nowhere else."""

import datetime as dt
from typing import Any

import pytest

from forecasts.importing.records import BroughtForecast
from forecasts.models import Forecaster, ImportedForecast, ImportedRecord
from forecasts.services import bringing
from tests import factories
from tests.factories import DAY, NOW
from tests.forecasts.elsewhere import estimate, question, reading
from tracker.models import Score, ScoringRun
from tracker.queries import imported
from tracker.queries.imported import Imported

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann(db: None) -> Forecaster:
    return factories.forecaster("ann")


def read(ann: Forecaster, *questions: BroughtForecast, at: dt.datetime = NOW) -> Imported:
    bringing.bring(reading(*questions), owner=ann, origin="plain", at=NOW)
    return imported.read(ImportedRecord.objects.select_related("owner").get(), at=at)


def asked(key: str, *said: tuple[float, float | None], **fields: Any) -> BroughtForecast:
    """A question with what was said on it so many days from now; its times in days as well."""
    times = {name: NOW + fields.pop(name) * DAY for name in ("opened_at", "closes_at", "known_at") if name in fields}
    return question(key, *(estimate(p, days) for days, p in said), **fields, **times)


def test_a_question_worked_by_hand(ann: Forecaster) -> None:
    """Open for ten days, answered yes on the sixth: 80% for two of them, then 90%."""
    whole = asked("q1", (-20, 0.8), (-18, 0.9), (-13, 0.1), opened_at=-20, closes_at=-10, known_at=-14, outcome="yes")
    found = read(ann, whole)
    (score,) = found.scores.values()
    assert score.brier == pytest.approx((2 * 0.04 + 4 * 0.01) / 6)
    assert score.log_score == pytest.approx((2 * 0.2231436 + 4 * 0.1053605) / 6, abs=1e-6)
    assert score.baseline == pytest.approx(100 * (2 * 0.6780719 + 4 * 0.8479969) / 10, abs=1e-4)
    assert score.coverage == pytest.approx(0.6)
    assert (found.n_questions, found.n_answered, found.n_counted, found.provisional) == (1, 1, 1, False)
    assert found.rows["brier"].score == pytest.approx(score.brier)
    assert found.rows["baseline"].score == pytest.approx(score.baseline)
    assert found.rows["brier"].low is None
    assert found.rows["brier"].attainable == pytest.approx(0.6)


def test_without_times_it_is_open_from_the_first_estimate_to_the_answer(ann: Forecaster) -> None:
    (score,) = read(ann, asked("q1", (-20, 0.8), (-15, None), known_at=-10, outcome="no")).scores.values()
    assert score.brier == pytest.approx(0.64)
    assert score.coverage == pytest.approx(0.5)


def test_those_that_give_no_close_are_counted(ann: Forecaster) -> None:
    """Nothing tells whether their answer came early, so whoever shows the scores can say of how many that is so."""
    scheduled = asked("q1", (-20, 0.8), opened_at=-21, closes_at=-5, known_at=-10, outcome="yes")
    to_come = asked("q2", (-20, 0.8), closes_at=5, known_at=-10, outcome="yes")
    unscheduled = asked("q3", (-20, 0.8), known_at=-10, outcome="yes")
    found = read(ann, scheduled, to_come, unscheduled, asked("q4", (-20, 0.8)))
    assert (found.n_answered, found.n_counted, found.n_unscheduled) == (3, 2, 1)


def test_what_was_said_before_the_opening_stands_from_it(ann: Forecaster) -> None:
    (score,) = read(ann, asked("q1", (-30, 0.8), opened_at=-20, known_at=-10, outcome="yes")).scores.values()
    assert score.coverage == pytest.approx(1)


def test_what_has_no_answer_or_none_that_could_be_foreseen_is_listed_and_not_scored(ann: Forecaster) -> None:
    found = read(
        ann,
        asked("q1", (-20, 0.8)),
        asked("q2", (-20, 0.8), known_at=-10, outcome="annulled"),
        asked("q3", (-20, 0.8), known_at=-25, outcome="yes"),
        asked("q4", (-20, 0.8), opened_at=-20, closes_at=-30, known_at=-10, outcome="yes"),
        asked("q5", (-5, 0.8), opened_at=-30, closes_at=-20, known_at=-10, outcome="yes"),
    )
    assert (found.n_questions, found.n_answered, found.n_counted, found.scores) == (5, 3, 0, {})
    assert (found.rows, found.calibration.bins, found.provisional) == ({}, (), False)
    shown = imported.shown(imported.latest_first(found.record), found)
    assert {each.forecast.key: each.why_unscored for each in shown} == {
        "q1": "no answer yet",
        "q2": "annulled",
        "q3": "nothing stood before the answer",
        "q4": "nothing stood before the answer",
        "q5": "nothing stood before the answer",
    }


def test_a_correction_counts_in_place_of_what_it_corrects(ann: Forecaster) -> None:
    read(ann, asked("q1", (-20, 0.8), known_at=-10, outcome="yes"))
    (score,) = read(ann, asked("q1", (-20, 0.8), known_at=-10, outcome="no")).scores.values()
    assert score.brier == pytest.approx(0.64)


def test_what_was_answered_early_counts_once_its_close_has_passed(ann: Forecaster) -> None:
    early = asked("q1", (-20, 0.8), opened_at=-20, closes_at=20, known_at=-10, outcome="yes")
    found = read(ann, early)
    assert (found.n_counted, found.provisional, found.calibration.provisional) == (1, True, True)
    both = read(ann, asked("q2", (-20, 0.6), known_at=-10, outcome="yes"))
    assert (both.n_counted, both.provisional, len(both.scores)) == (1, False, 2)
    assert both.rows["brier"].score == pytest.approx(0.16)
    assert imported.read(both.record, at=NOW + 21 * DAY).n_counted == 2


def test_many_have_intervals_and_calibration(ann: Forecaster) -> None:
    many = [
        asked(f"q{n}", (-20, 0.7 if n % 2 else 0.3), known_at=-10, outcome="yes" if n % 3 else "no") for n in range(60)
    ]
    found = read(ann, *many)
    for measure in ("brier", "log_score", "baseline", "baseline_rate"):
        row = found.rows[measure]
        assert row.low is not None
        assert row.high is not None
        assert row.low < row.score < row.high
    assert found.calibration.n_forecasts == 60
    assert found.calibration.brier == pytest.approx(found.rows["brier"].score)
    assert sum(bin_.n for bin_ in found.calibration.bins) == 60
    assert found.calibration.p_value is not None


def test_nothing_of_it_enters_the_record_or_its_scores(ann: Forecaster) -> None:
    found = read(ann, asked("q1", (-20, 0.8), known_at=-10, outcome="yes"))
    assert found.scores
    factories.score()
    assert not Score.objects.exists()
    assert not ScoringRun.objects.exists()
    assert ImportedForecast.objects.count() == 1
