"""The crowd's points: one per change, the same whatever the order of work."""

import datetime as dt
from importlib import import_module

import pytest

from forecasts.models import CrowdPoint, CrowdState, Estimate, Forecast
from forecasts.services import crowds
from tests import factories
from tests.factories import DAY, NOW
from tests.forecasts.record import refused
from tests.forecasts.record import run as run_sql

pytestmark = pytest.mark.django_db


@pytest.fixture
def forecast(cast: factories.Cast) -> Forecast:
    return factories.forecast()


def points(forecast: Forecast) -> list[tuple[dt.datetime, int, float | None]]:
    return list(CrowdPoint.objects.filter(forecast=forecast).order_by("at").values_list("at", "n", "median"))


def test_a_point_for_every_change(forecast: Forecast, cast: factories.Cast) -> None:
    factories.estimate(forecast, cast.ann, 0.6, at=NOW)
    factories.estimate(forecast, cast.bob, 0.4, at=NOW + DAY)
    factories.estimate(forecast, cast.ann, None, at=NOW + 2 * DAY)
    factories.estimate(forecast, cast.bob, None, at=NOW + 3 * DAY)
    crowds.refresh(forecast_id=forecast.pk, at=NOW + 4 * DAY)
    assert points(forecast) == [
        (NOW, 1, 0.6),
        (NOW + DAY, 2, pytest.approx(0.5)),
        (NOW + 2 * DAY, 1, 0.4),
        (NOW + 3 * DAY, 0, None),
    ]


def test_working_step_by_step_gives_what_working_at_once_gives(forecast: Forecast, cast: factories.Cast) -> None:
    for step, p in enumerate([0.2, 0.5, 0.9, 0.35]):
        factories.estimate(forecast, cast.ann if step % 2 else cast.bob, p, at=NOW + step * DAY)
        crowds.refresh(forecast_id=forecast.pk, at=NOW + step * DAY)
    stepwise = points(forecast)
    CrowdPoint.objects.all().delete()
    CrowdState.objects.all().delete()
    crowds.refresh(forecast_id=forecast.pk, at=NOW + 10 * DAY)
    assert points(forecast) == stepwise
    assert len(stepwise) == 4


def summary(forecast: Forecast) -> tuple[object, ...]:
    state = CrowdState.objects.get(forecast=forecast)
    return state.moved_at, state.n_standing, state.recency_weighted, state.trace_at, state.trace


def test_what_lists_show_is_the_last_point_through_expiry_and_withdrawal(
    forecast: Forecast, cast: factories.Cast
) -> None:
    factories.estimate(forecast, cast.ann, 0.6, at=NOW, expires_at=NOW + 5 * DAY)
    factories.estimate(forecast, cast.bob, 0.6, at=NOW + DAY)
    crowds.refresh(forecast_id=forecast.pk, at=NOW + DAY)
    assert summary(forecast) == (NOW + DAY, 2, 0.6, [NOW, NOW + DAY], [0.6, 0.6])
    factories.estimate(forecast, cast.bob, None, at=NOW + 2 * DAY)
    crowds.refresh_stale(clock=lambda: NOW + 6 * DAY)
    after = [NOW, NOW + DAY, NOW + 2 * DAY, NOW + 5 * DAY]
    assert summary(forecast) == (NOW + 5 * DAY, 0, None, after, [0.6, 0.6, 0.6, None])


def test_a_long_history_is_traced_by_the_points_in_force_at_even_steps(forecast: Forecast) -> None:
    for day in [*range(100), 1000]:
        CrowdPoint.objects.create(forecast=forecast, at=NOW + day * DAY, n=day, recency_weighted=day / 1000)
    CrowdState.objects.create(forecast=forecast, through_at=NOW, read_at=NOW)
    crowds.summarise(forecast_id=forecast.pk)
    moved_at, n, last, trace_at, trace = summary(forecast)
    # Steps of 1000 / 23 days.
    assert (moved_at, n, last) == (NOW + 1000 * DAY, 1000, 1.0)
    assert trace == [0.0, 0.043, 0.086, 0.099, 1.0]
    assert trace_at == [NOW + day * DAY for day in (0, 43, 86, 99, 1000)]


def test_what_lists_show_can_be_worked_out_again(forecast: Forecast, cast: factories.Cast) -> None:
    for step in range(40):
        factories.estimate(forecast, cast.ann, 0.2 + step / 100, at=NOW + step * DAY)
    crowds.refresh(forecast_id=forecast.pk, at=NOW + 40 * DAY)
    before = summary(forecast)
    CrowdState.objects.update(moved_at=None, n_standing=0, recency_weighted=None, trace_at=[], trace=[])
    run_sql(import_module("forecasts.migrations.0005_searching").SUMMARIES)
    assert summary(forecast) == before
    assert len(before[3]) == 24


def test_the_database_refuses_a_crowd_without_a_point(forecast: Forecast, cast: factories.Cast) -> None:
    factories.estimate(forecast, cast.ann, 0.2)
    crowds.refresh(forecast_id=forecast.pk, at=NOW)
    with refused("crowd_state_without_a_point_says_nothing"):
        CrowdState.objects.update(moved_at=None)


def test_doing_it_again_writes_nothing(forecast: Forecast, cast: factories.Cast) -> None:
    factories.estimate(forecast, cast.ann, 0.6)
    assert crowds.refresh(forecast_id=forecast.pk, at=NOW) == 1
    assert crowds.refresh(forecast_id=forecast.pk, at=NOW + DAY) == 0


def test_an_expiry_is_found_when_it_comes(forecast: Forecast, cast: factories.Cast) -> None:
    factories.estimate(forecast, cast.ann, 0.6, expires_at=NOW + 5 * DAY)
    crowds.refresh(forecast_id=forecast.pk, at=NOW)
    assert crowds.stale(at=NOW + 4 * DAY) == []
    assert crowds.stale(at=NOW + 5 * DAY) == [forecast.pk]
    crowds.refresh(forecast_id=forecast.pk, at=NOW + 6 * DAY)
    assert points(forecast)[-1] == (NOW + 5 * DAY, 0, None)


def test_an_estimate_from_before_what_is_written_works_all_out_again(forecast: Forecast, cast: factories.Cast) -> None:
    factories.estimate(forecast, cast.ann, 0.6)
    crowds.refresh(forecast_id=forecast.pk, at=NOW + DAY)
    Estimate.objects.create(
        forecast=forecast,
        forecaster=cast.bob,
        wording=forecast.wordings.get(),
        probability=0.4,
        made_at=NOW - DAY,
        via="import",
    )
    crowds.refresh(forecast_id=forecast.pk, at=NOW + 2 * DAY)
    assert [(at, n) for at, n, _ in points(forecast)] == [(NOW - DAY, 1), (NOW, 2)]


def test_what_no_message_brought_in_is_found_by_query(forecast: Forecast, cast: factories.Cast) -> None:
    factories.estimate(forecast, cast.ann, 0.6)
    recorded = Estimate.objects.get().recorded_at
    assert crowds.stale(at=recorded) == [forecast.pk]
    crowds.refresh(forecast_id=forecast.pk, at=NOW)
    assert crowds.stale(at=recorded) == []


def test_a_forecast_that_is_not_there_is_no_error(db: None) -> None:
    assert crowds.refresh(forecast_id=10**12, at=NOW) == 0


def test_a_job_whose_clock_lies_behind_takes_nothing_back(forecast: Forecast, cast: factories.Cast) -> None:
    factories.estimate(forecast, cast.ann, 0.6, at=NOW)
    factories.estimate(forecast, cast.bob, 0.4, at=NOW + 2 * DAY)
    crowds.refresh(forecast_id=forecast.pk, at=NOW + 3 * DAY)
    before = points(forecast)
    assert crowds.refresh(forecast_id=forecast.pk, at=NOW + DAY) == 0
    factories.estimate(forecast, cast.ann, 0.5, at=NOW + 4 * DAY)
    crowds.refresh(forecast_id=forecast.pk, at=NOW + 5 * DAY)
    assert points(forecast)[:-1] == before


def test_a_crowd_that_cannot_be_worked_out_is_found_again_and_holds_up_no_other(
    forecast: Forecast, cast: factories.Cast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    bad = factories.forecast()
    for each in (bad, forecast):
        factories.estimate(each, cast.ann, 0.6)
    sound = crowds.refresh

    def refresh(*, forecast_id: int, at: dt.datetime) -> int:
        if forecast_id == bad.pk:
            raise ArithmeticError
        return sound(forecast_id=forecast_id, at=at)

    with monkeypatch.context() as broken:
        broken.setattr(crowds, "refresh", refresh)
        crowds.refresh_stale(clock=lambda: NOW)
    assert (len(points(forecast)), len(points(bad))) == (1, 0)
    assert "could not be worked out" in caplog.text
    crowds.refresh_stale(clock=lambda: NOW)
    assert len(points(bad)) == 1


def test_an_estimate_that_waited_longer_than_any_window_is_found(forecast: Forecast, cast: factories.Cast) -> None:
    crowds.refresh_stale(clock=lambda: NOW)
    Estimate.objects.create(
        forecast=forecast,
        forecaster=cast.ann,
        wording=forecast.wordings.get(),
        probability=0.4,
        made_at=NOW + DAY,
        recorded_at=NOW + DAY,
        via="api",
    )
    crowds.refresh_stale(clock=lambda: NOW + 400 * DAY)
    assert len(points(forecast)) == 1
