"""How far scoring has come: each step of a resolution, what the jobs saw, and what failed."""

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from forecasts.models import Forecast, Resolution
from tests import factories
from tests.factories import DAY, NOW
from tracker.models import Backlog, Failure, Score
from tracker.queries.progress import Step, overview, progress
from tracker.queries.standing import n_counting, n_standing
from tracker.services import folding, scoring

pytestmark = pytest.mark.django_db


def step(resolution: Resolution) -> Step:
    return progress([resolution])[0].step


def test_a_resolution_waits_is_scored_and_folded(cast: factories.Cast) -> None:
    forecast = factories.forecast()
    factories.estimate(forecast, cast.ann, 0.7)
    made = factories.resolution(forecast, "yes", NOW + DAY)
    assert step(made) == Step.WAITING
    scoring.score_pending(at=NOW + DAY)
    (scored,) = progress([made])
    assert (scored.step, scored.n_scores > 1, scored.finished_at) == (Step.SCORED, True, NOW + DAY)
    folding.fold(at=NOW + DAY)
    assert step(made) == Step.FOLDED


def test_a_correction_supersedes_and_an_annulment_has_nothing_to_score(cast: factories.Cast) -> None:
    forecast = factories.forecast()
    factories.estimate(forecast, cast.ann, 0.7)
    first = factories.resolution(forecast, "yes", NOW + DAY)
    factories.score(at=NOW + DAY)
    second = factories.resolution(forecast, "annulled", NOW + 2 * DAY, revision=1)
    assert (step(first), step(second)) == (Step.SUPERSEDED, Step.WAITING)
    scoring.score_pending(at=NOW + 2 * DAY)
    assert step(second) == Step.SCORED, "what the first added has yet to leave the totals"
    folding.fold(at=NOW + 2 * DAY)
    assert step(second) == Step.NOTHING


def test_a_new_wording_makes_it_wait_again(cast: factories.Cast) -> None:
    forecast = factories.forecast()
    made = factories.resolution(forecast, "yes")
    factories.score()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE tracker_scoringrun SET wording_version = 7")
    assert step(made) == Step.WAITING


@pytest.mark.django_db(transaction=True)
def test_a_resolution_whose_row_a_worker_holds_is_being_scored(cast: factories.Cast) -> None:
    made = factories.resolution(factories.forecast(), "yes")
    database = settings.DATABASES["default"]
    reach = {"host": database["HOST"], "port": database["PORT"] or None, "user": database["USER"] or None}
    name = connection.settings_dict["NAME"]
    with psycopg.connect(dbname=name, password=database["PASSWORD"] or None, **reach) as worker:
        worker.execute("SELECT 1 FROM forecasts_resolution WHERE id = %s FOR NO KEY UPDATE", [made.pk])
        assert step(made) == Step.SCORING
        worker.rollback()
    assert step(made) == Step.WAITING


def test_what_cannot_be_scored_says_so_until_it_can(cast: factories.Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    made = factories.resolution(factories.forecast(), "yes")
    with monkeypatch.context() as broken:

        def fail(*_: Any, **__: Any) -> None:
            raise ValueError("a broken crowd")

        broken.setattr(scoring, "_read", fail)
        for _ in range(2):
            scoring.score_pending(at=NOW)
    (failing,) = progress([made])
    assert (failing.step, failing.failure, failing.moving) == (Step.FAILED, "ValueError: a broken crowd", False)
    assert Failure.objects.get().times == 2
    assert overview(at=timezone.now()).failing == 1
    assert Backlog.objects.get().waiting == 1
    factories.score()
    assert (step(made), Failure.objects.count()) == (Step.FOLDED, 0)


def test_what_cannot_be_folded_says_so_until_it_can(cast: factories.Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    made = factories.resolution(factories.forecast(), "yes")
    scoring.score_pending(at=NOW)
    with monkeypatch.context() as broken:

        def fail(*_: Any, **__: Any) -> None:
            raise ValueError("a broken sum")

        broken.setattr(folding, "_apply", fail)
        folding.fold(at=NOW)
    assert step(made) == Step.FAILED
    folding.fold(at=NOW)
    assert (step(made), Failure.objects.count()) == (Step.FOLDED, 0)


def test_what_the_job_saw_is_told_and_that_nobody_looks(cast: factories.Cast) -> None:
    assert (overview(at=NOW).looked_at, overview(at=NOW).quiet) == (None, True)
    for _ in range(3):
        factories.resolution(factories.forecast(), "yes")
    factories.score()
    seen = overview(at=timezone.now())
    assert (seen.scored, seen.waiting, seen.quiet) == (3, 0, False)
    assert overview(at=timezone.now() + dt.timedelta(minutes=3)).quiet


def test_states_take_one_query_however_many(
    cast: factories.Cast, django_assert_num_queries: Callable[[int], AbstractContextManager[None]]
) -> None:
    made = [factories.resolution(factories.forecast(), "yes") for _ in range(5)]
    with django_assert_num_queries(1):
        assert [each.step for each in progress(made)] == [Step.WAITING] * 5
    assert progress([]) == []


def stood(forecast: Forecast, outcome: str, known_at: dt.datetime) -> tuple[int, int]:
    """Who was foreseen to be scored, and who then was."""
    foreseen = n_standing({forecast.pk: known_at})
    factories.resolution(forecast, outcome, NOW + 200 * DAY, known_at=known_at)
    factories.score(at=NOW + 200 * DAY)
    counted = n_counting([forecast.pk])
    assert counted == Score.objects.filter(forecast=forecast, owner="forecaster").count()
    return foreseen, counted


@pytest.mark.parametrize(("known", "n"), [(-101, 0), (-100, 1), (-99, 1), (-10, 2), (1, 3), (6, 4), (99, 4), (150, 4)])
def test_those_foreseen_to_be_scored_are_those_who_are(cast: factories.Cast, known: int, n: int) -> None:
    """One stood from the opening, one withdrew after a second, one expired, one came late. Who stands just when the
    answer comes has a spot score.
    """
    forecast = factories.forecast(opens_at=NOW - 100 * DAY, closes_at=NOW + 100 * DAY)
    early, expiring, late, gone = (factories.forecaster() for _ in range(4))
    factories.estimate(forecast, early, 0.6, NOW - 100 * DAY)
    factories.estimate(forecast, gone, 0.6, NOW - 90 * DAY)
    factories.estimate(forecast, gone, None, NOW - 90 * DAY + dt.timedelta(seconds=1))
    factories.estimate(forecast, expiring, 0.6, NOW, expires_at=NOW + DAY)
    factories.estimate(forecast, late, 0.6, NOW + 5 * DAY)
    factories.estimate(forecast, late, 0.7, NOW + 6 * DAY)
    assert stood(forecast, "yes", NOW + known * DAY) == (n, n)
