"""Scoring jobs: once per resolution, whatever is repeated, doubled, lost or corrected."""

import threading
from dataclasses import replace

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from forecasts.models import Estimate, Forecast, Resolution
from forecasts.services import registering
from tests import factories
from tests.factories import DAY, NOW
from tracker.models import Owner, Score, ScoringRun
from tracker.services import scoring

pytestmark = pytest.mark.django_db
AFTER = NOW + 200 * DAY


@pytest.fixture
def forecast(cast: factories.Cast) -> Forecast:
    """Open from 100 days before now to 100 days after; ann stands throughout, bob for the second half."""
    made = factories.forecast("counted")
    factories.estimate(made, cast.ann, 0.8, at=made.opens_at)
    factories.estimate(made, cast.bob, 0.4, at=NOW)
    return made


def resolve(forecast: Forecast, outcome: str = "yes", **fields: object) -> Resolution:
    return factories.resolution(forecast, outcome, at=AFTER, known_at=forecast.closes_at, **fields)


def current() -> list[tuple[str, str, float | None]]:
    """What counts: the rows of the runs of resolutions in force."""
    in_force = Forecast.objects.values("resolution")
    rows = Score.objects.filter(run__resolution__in=in_force).order_by("owner", "forecaster", "method")
    return [
        (row.owner, row.method or row.forecaster.username, row.brier) for row in rows if row.forecaster or row.method
    ]


def test_everyone_who_stood_is_scored_and_the_crowd_and_one_half(forecast: Forecast) -> None:
    resolve(forecast)
    assert scoring.score_pending(at=AFTER) == 1
    scores = {row.method or row.forecaster.username: row for row in Score.objects.select_related("forecaster")}  # type: ignore[union-attr]
    assert set(scores) == {"ann", "bob", "recency_weighted", "median", "mean_log_odds", "one_half"}
    assert scores["ann"].brier == pytest.approx(0.04)
    assert scores["bob"].coverage == pytest.approx(0.5)
    assert scores["one_half"].baseline == pytest.approx(0)
    assert scores["median"].brier == pytest.approx((0.2**2 + 0.4**2) / 2)
    assert (scores["ann"].cells, scores["ann"].shares) == ([8000], [1_000_000])


def test_an_author_is_scored_by_the_middle_of_the_hedge(cast: factories.Cast) -> None:
    source = factories.source()
    claim = source.claims.create(
        key="C1",
        position=1,
        author="A. Writer",
        restated="It will.",
        hedge_word="likely",
        hedge_low=0.55,
        hedge_high=0.8,
    )
    resolve(factories.forecast(claim=claim, hedged=True))
    resolve(factories.forecast(claim=claim, hedged=True, predicts="no"))
    resolve(factories.forecast(claim=claim, hedged=False))
    scoring.score_pending(at=AFTER)
    rows = Score.objects.filter(owner=Owner.AUTHOR).order_by("forecast")
    assert [row.brier for row in rows] == [pytest.approx((1 - 0.675) ** 2), pytest.approx(0.675**2)]


def test_scoring_again_changes_nothing(forecast: Forecast) -> None:
    resolution = resolve(forecast)
    assert scoring.score_resolution(resolution_id=resolution.pk, at=AFTER)
    before = list(Score.objects.values())
    assert not scoring.score_resolution(resolution_id=resolution.pk, at=AFTER + DAY)
    assert scoring.score_pending(at=AFTER + DAY) == 0
    assert list(Score.objects.values()) == before


def test_a_lost_message_is_found_by_query(forecast: Forecast) -> None:
    resolution = resolve(forecast)
    assert scoring.pending() == [resolution.pk]
    scoring.score_pending(at=AFTER)
    assert scoring.pending() == []


def test_a_correction_supersedes_and_the_old_scores_stay_readable(forecast: Forecast) -> None:
    resolve(forecast)
    scoring.score_pending(at=AFTER)
    first = current()
    resolve(forecast, "no", revision=1)
    assert current() == []
    scoring.score_pending(at=AFTER)
    assert [row[2] for row in current() if row[1] == "ann"] == [pytest.approx(0.64)]
    assert [row[2] for row in first if row[1] == "ann"] == [pytest.approx(0.04)]
    assert ScoringRun.objects.count() == 2


def test_a_reopening_leaves_no_score_that_counts(forecast: Forecast) -> None:
    resolve(forecast)
    scoring.score_pending(at=AFTER)
    factories.resolution(forecast, "reopened", at=AFTER)
    scoring.score_pending(at=AFTER)
    assert current() == []


def test_an_annulled_forecast_has_no_scores(forecast: Forecast) -> None:
    resolve(forecast, "annulled")
    assert scoring.score_pending(at=AFTER) == 1
    assert not Score.objects.exists()


def test_a_late_import_makes_the_run_due_again(forecast: Forecast, cast: factories.Cast) -> None:
    resolve(forecast)
    scoring.score_pending(at=AFTER)
    Estimate.objects.create(
        forecast=forecast,
        forecaster=cast.curator,
        wording=forecast.wordings.get(),
        probability=0.9,
        made_at=NOW - 50 * DAY,
        recorded_at=AFTER,
        via="import",
    )
    assert scoring.score_pending(at=AFTER) == 1
    assert Score.objects.get(forecaster=cast.curator).run.current
    assert [run.current for run in ScoringRun.objects.order_by("pk")] == [False, True]
    assert [point.n for point in forecast.crowd_points.order_by("at")] == [1, 2, 3]


def test_new_rules_make_everything_due_again(forecast: Forecast, monkeypatch: pytest.MonkeyPatch) -> None:
    resolution = resolve(forecast)
    scoring.score_pending(at=AFTER)
    monkeypatch.setattr(scoring, "RULES", scoring.RULES + 1)
    assert scoring.pending() == [resolution.pk]


def test_a_forecast_that_cannot_be_scored_holds_up_no_other(
    forecast: Forecast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    bad = factories.forecast("bad")
    resolve(bad)
    resolve(forecast)
    sound = scoring.rows
    monkeypatch.setattr(scoring, "rows", lambda inputs: sound(inputs) if inputs.forecast != bad else 1 / 0)
    assert scoring.score_pending(at=AFTER) == 1
    assert [run.forecast for run in ScoringRun.objects.all()] == [forecast]
    assert "could not be scored" in caplog.text


def test_rescore_mends_what_no_longer_agrees_and_leaves_the_rest(
    forecast: Forecast, capsys: pytest.CaptureFixture[str]
) -> None:
    resolve(forecast)
    other = factories.forecast("other")
    resolve(other)
    scoring.score_pending(at=AFTER)
    ScoringRun.objects.filter(forecast=other).update(digest="made from something else")
    call_command("rescore", "counted")
    call_command("rescore")
    assert capsys.readouterr().out.splitlines() == ["1 read, 0 scored anew.", "2 read, 1 scored anew."]
    with pytest.raises(CommandError, match="absent"):
        call_command("rescore", "absent")


@pytest.mark.django_db(transaction=True)
def test_what_another_worker_is_scoring_is_left_to_it(forecast: Forecast) -> None:
    resolution = resolve(forecast)
    seen: list[bool] = []

    def second() -> None:
        try:
            seen.append(scoring.score_resolution(resolution_id=resolution.pk, at=AFTER))
        finally:
            connections.close_all()

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM forecasts_resolution WHERE id = %s FOR NO KEY UPDATE", [resolution.pk])
        other = threading.Thread(target=second)
        other.start()
        other.join(timeout=20)
    assert seen == [False]
    assert scoring.score_pending(at=AFTER) == 1


def test_a_wording_changed_while_reopened_leaves_nothing_pending(forecast: Forecast, cast: factories.Cast) -> None:
    resolve(forecast)
    scoring.score_pending(at=AFTER)
    factories.resolution(forecast, "reopened", at=AFTER)
    scoring.score_pending(at=AFTER)
    text = registering.text_of(forecast.wordings.get())
    clearer = replace(text, background="Clearer.")
    registering.reword(forecast=forecast, text=clearer, by=cast.curator, at=AFTER, reason="It was unclear.")
    assert scoring.pending() != []
    scoring.score_pending(at=AFTER)
    assert scoring.pending() == []


def test_a_worker_whose_clock_lies_behind_scores_the_whole_crowd(forecast: Forecast) -> None:
    resolution = resolve(forecast)
    scoring.score_resolution(resolution_id=resolution.pk, at=NOW - 90 * DAY)
    assert Score.objects.get(method="median").brier == pytest.approx((0.2**2 + 0.4**2) / 2)


def test_rescore_mends_a_crowd_whose_points_were_damaged(forecast: Forecast) -> None:
    resolve(forecast)
    scoring.score_pending(at=AFTER)
    forecast.crowd_points.update(median=0.1)
    call_command("rescore", "counted")
    assert Score.objects.get(method="median", run__current=True).brier == pytest.approx(0.9**2)


def test_a_row_that_came_late_is_found_however_long_the_jobs_were_away(
    forecast: Forecast, cast: factories.Cast
) -> None:
    resolve(forecast)
    scoring.score_pending(at=AFTER)
    scoring.score_pending(at=AFTER)
    Estimate.objects.create(
        forecast=forecast,
        forecaster=cast.curator,
        wording=forecast.wordings.get(),
        probability=0.9,
        made_at=NOW,
        recorded_at=AFTER + DAY,
        via="import",
    )
    assert scoring.score_pending(at=AFTER + 300 * DAY) == 1


def test_what_another_worker_has_scored_since_we_began_is_not_read_again(
    forecast: Forecast, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = factories.forecast("other")
    ids = [resolve(forecast).pk, resolve(other).pk]
    monkeypatch.setattr(settings, "SCORE_BATCH", 1)
    ours = scoring.score_each(ids, at=AFTER)
    assert next(ours) == (1, 1)
    assert scoring.score_pending(at=AFTER) == 1
    ScoringRun.objects.filter(forecast=other).update(digest="would be made anew if it were read")
    assert next(ours) == (2, 0)


def test_a_batch_takes_as_many_queries_however_many_forecasts_are_in_it(cast: factories.Cast) -> None:
    ids = []
    for _ in range(6):
        made = factories.forecast()
        factories.estimate(made, cast.ann, 0.8)
        ids.append(resolve(made).pk)
    list(scoring.score_each(ids, at=AFTER))
    # The crowds are up to date from here on, as they are unless an estimate has just come in.
    ScoringRun.objects.update(digest="made from something else")
    with CaptureQueriesContext(connection) as for_three:
        list(scoring.score_each(ids[:3], at=AFTER))
    ScoringRun.objects.update(digest="made from something else")
    with CaptureQueriesContext(connection) as for_six:
        list(scoring.score_each(ids, at=AFTER))
    assert len(for_six) == len(for_three)
