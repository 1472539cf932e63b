"""The crowd over the API."""

import pytest

from forecasts.services import crowds
from tests import factories
from tests.api.conftest import Count
from tests.api.speaking import Api, refusal
from tests.factories import DAY, NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(cast: factories.Cast) -> None:
    forecast = factories.forecast("asked", reveal_at=NOW + 50 * DAY)
    factories.estimate(forecast, cast.ann, 0.6, NOW - 2 * DAY)
    factories.estimate(forecast, cast.resolver, 0.8, NOW - DAY)
    crowds.refresh(forecast_id=forecast.pk, at=NOW)


def test_a_hidden_crowd_says_so(visitor: Api, bob: Api, asked: None) -> None:
    for stranger in (visitor, bob):
        shown = stranger.get("forecasts/asked/crowd/").json()
        assert shown == {"hidden": True, "reveal_at": "2027-07-21T12:00:00Z", "points": []}


def test_ones_own_estimate_reveals_it_oldest_first(bob: Api, asked: None) -> None:
    bob.post("forecasts/asked/estimates/", {"probability": 0.1})
    shown = bob.get("forecasts/asked/crowd/").json()
    assert shown["hidden"] is False
    assert [(point["n"], point["median"]) for point in shown["points"]] == [(1, 0.6), (2, pytest.approx(0.7))]
    assert set(shown["points"][0]) == {"at", "n", "recency_weighted", "median", "mean_log_odds"}


def test_where_nobody_stands_there_is_no_probability(ann: Api, asked: None, cast: factories.Cast) -> None:
    forecast = factories.forecast("left")
    factories.estimate(forecast, cast.ann, 0.6, NOW - 2 * DAY)
    factories.estimate(forecast, cast.ann, None, NOW - DAY)
    crowds.refresh(forecast_id=forecast.pk, at=NOW)
    last = ann.get("forecasts/left/crowd/").json()["points"][-1]
    assert (last["n"], last["recency_weighted"], last["median"], last["mean_log_odds"]) == (0, None, None, None)


def test_the_crowd_is_read_only(ann: Api, asked: None) -> None:
    refusal(ann.post("forecasts/asked/crowd/", {}), 405)


def test_an_unknown_forecast_is_not_found(visitor: Api) -> None:
    refusal(visitor.get("forecasts/no-such/crowd/"), 404)


def test_it_takes_the_same_queries_for_any_number_of_points(queries: Count, cast: factories.Cast) -> None:
    forecast = factories.forecast("asked", reveal_at=NOW - 90 * DAY)
    factories.estimate(forecast, cast.ann, 0.5, NOW - 50 * DAY)
    crowds.refresh(forecast_id=forecast.pk, at=NOW - 50 * DAY)
    few = queries("forecasts/asked/crowd/")
    for day in range(20):
        factories.estimate(forecast, cast.ann, 0.2 + day / 100, NOW - (40 - day) * DAY)
    crowds.refresh(forecast_id=forecast.pk, at=NOW)
    assert queries("forecasts/asked/crowd/") == few == 3
