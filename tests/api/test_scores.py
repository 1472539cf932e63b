"""Scores, leaderboards and calibration over the API."""

from typing import Any

import pytest

from forecasts.models import Collection, Forecast
from tests import factories
from tests.api.conftest import Clock, Count
from tests.api.speaking import Api, refusal
from tests.factories import DAY, NOW
from tracker.services import folding, scoring

pytestmark = pytest.mark.django_db

PAST = {"closes_at": NOW - DAY, "opens_at": NOW - 100 * DAY}


def scored(slug: str, cast: factories.Cast, outcome: str = "yes", **fields: Any) -> Forecast:
    """A settled forecast on which Ann said 0.8 and Bob 0.4 all along."""
    forecast = factories.forecast(slug, at=NOW - 101 * DAY, **PAST | fields)
    factories.estimate(forecast, cast.ann, 0.8, forecast.opens_at)
    factories.estimate(forecast, cast.bob, 0.4, forecast.opens_at)
    made = factories.resolution(forecast, outcome, known_at=min(forecast.closes_at, NOW))
    scoring.score_resolution(resolution_id=made.pk, at=NOW)
    folding.fold(at=NOW)
    return forecast


def test_a_scored_forecast_shows_everyone_and_the_references(visitor: Api, cast: factories.Cast) -> None:
    scored("asked", cast)
    shown = visitor.get("forecasts/asked/scores/").json()
    assert (shown["state"], shown["settled"]) == ("scored", True)
    rows = {row["name"]: row for row in shown["scores"]}
    assert list(rows) == ["ann", "bob"]
    assert rows["ann"]["brier"] == pytest.approx(0.04)
    assert rows["ann"]["peer"] == pytest.approx(-rows["bob"]["peer"])
    assert rows["ann"]["coverage"] == pytest.approx(1)
    references = {row["name"]: row for row in shown["references"]}
    assert set(references) == {"recency_weighted", "median", "mean_log_odds", "one_half"}
    assert references["one_half"]["brier"] == pytest.approx(0.25)
    assert references["one_half"]["label"] == "Always one half"


def test_before_it_resolves_there_are_no_scores_and_nothing_shows_who_estimated(
    visitor: Api, cast: factories.Cast
) -> None:
    factories.estimate(factories.forecast("asked"), cast.ann, 0.7)
    assert visitor.get("forecasts/asked/scores/").json() == {
        "state": "unresolved",
        "settled": False,
        "finished_at": None,
        "scores": [],
        "references": [],
    }


def test_resolved_and_not_scored_yet_is_pending(visitor: Api, cast: factories.Cast) -> None:
    factories.resolution(factories.forecast("asked"), "yes")
    assert visitor.get("forecasts/asked/scores/").json()["state"] == "pending"


def test_annulled_has_no_scores(visitor: Api, cast: factories.Cast) -> None:
    scored("asked", cast, "annulled")
    shown = visitor.get("forecasts/asked/scores/").json()
    assert (shown["state"], shown["scores"], shown["references"]) == ("annulled", [], [])


def test_scores_take_the_same_queries_for_any_number_of_rows(queries: Count, cast: factories.Cast) -> None:
    forecast = scored("asked", cast)
    few = queries("forecasts/asked/scores/")
    more = factories.forecast("more", at=NOW - 101 * DAY, **PAST)
    for _ in range(6):
        factories.estimate(more, factories.forecaster(), 0.6, forecast.opens_at)
    made = factories.resolution(more, "no", known_at=NOW - DAY)
    scoring.score_resolution(resolution_id=made.pk, at=NOW)
    assert queries("forecasts/more/scores/") == few == 3


def test_a_board_names_its_measure_and_keeps_the_few_unranked(visitor: Api, cast: factories.Cast) -> None:
    scored("one", cast)
    scored("two", cast, "no")
    board = visitor.get("leaderboards/").json()
    assert (board["scope"], board["scope_label"], board["measure"]["name"]) == ("all", "Everything", "peer")
    assert (board["measure"]["better"], board["settled"], board["provisional"]) == ("higher", True, False)
    assert (board["n_forecasts"], board["minimum"], board["ranked"]) == (2, 20, [])
    assert [(row["name"], row["rank"], row["n"]) for row in board["unranked"]] == [("bob", None, 2), ("ann", None, 2)]
    assert "one_half" in {row["name"] for row in board["references"]}


def test_who_has_enough_is_ranked(visitor: Api, cast: factories.Cast) -> None:
    for number in range(20):
        scored(f"f{number}", cast)
    board = visitor.get("leaderboards/", measure="brier").json()
    assert [(row["name"], row["rank"]) for row in board["ranked"]] == [("ann", 1), ("bob", 2)]
    assert board["measure"]["better"] == "lower"
    assert board["ranked"][0]["score"] == pytest.approx(0.04)


def test_a_board_narrows_to_its_scope_and_year(visitor: Api, cast: factories.Cast) -> None:
    scored("one", cast, tags=["count"])
    scored("two", cast)
    assert visitor.get("leaderboards/", scope="tag:count").json()["n_forecasts"] == 1
    assert visitor.get("leaderboards/", year=2027).json()["n_forecasts"] == 2
    assert visitor.get("leaderboards/", year=2026).json()["n_forecasts"] == 0
    assert visitor.get("leaderboards/", year="").json()["years"] == [2027]


def test_what_has_not_settled_shows_only_when_asked_for(visitor: Api, cast: factories.Cast) -> None:
    scored("settled", cast)
    scored("early", cast, closes_at=NOW + 50 * DAY)
    assert visitor.get("leaderboards/").json()["n_forecasts"] == 1
    board = visitor.get("leaderboards/", settled="false").json()
    assert (board["n_forecasts"], board["settled"], board["provisional"]) == (2, False, True)


def test_rehearsals_count_in_their_own_scope_only(visitor: Api, cast: factories.Cast) -> None:
    rehearsal = Collection.objects.create(slug="rehearsal", title="Rehearsal", simulated=True)
    scored("played", cast, collections=[rehearsal])
    assert visitor.get("leaderboards/").json()["n_forecasts"] == 0
    assert visitor.get("leaderboards/", scope="collection:rehearsal").json()["n_forecasts"] == 1
    assert visitor.get("calibration/", scope="collection:rehearsal").json()["n_forecasts"] == 1


@pytest.mark.parametrize("path", ["leaderboards/", "calibration/"])
@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("scope", "everything"),
        ("scope", "source:no-such"),
        ("scope", "source:"),
        ("scope", "tag:\x00"),
        ("scope", "tag:" + "x" * 300),
        ("settled", "perhaps"),
        ("scoop", "all"),
    ],
)
def test_a_faulty_parameter_is_refused_by_name(visitor: Api, path: str, parameter: str, value: str) -> None:
    refusal(visitor.get(path, **{parameter: value}), 400, parameter)


@pytest.mark.parametrize(
    ("path", "parameter", "value"),
    [
        ("leaderboards/", "measure", "luck"),
        ("leaderboards/", "year", "next"),
        ("leaderboards/", "year", "0"),
        ("leaderboards/", "year", "99999"),
        ("leaderboards/", "year", "9" * 2000),
        ("calibration/", "forecaster", "nobody"),
        ("calibration/", "forecaster", "\x00"),
        ("calibration/", "crowd", "wisdom"),
        ("calibration/", "view", "first"),
    ],
)
def test_a_faulty_parameter_of_one_is_refused_by_name(visitor: Api, path: str, parameter: str, value: str) -> None:
    refusal(visitor.get(path, **{parameter: value}), 400, parameter)


def test_calibration_has_the_agreed_names(visitor: Api, cast: factories.Cast) -> None:
    scored("one", cast)
    scored("two", cast, "no")
    shown = visitor.get("calibration/", forecaster="ann").json()
    assert (shown["subject"], shown["scope"], shown["view"], shown["n_forecasts"]) == ("ann", "all", "time", 2)
    parts = {"miscalibration", "miscalibration_by_chance", "discrimination", "uncertainty"}
    assert set(shown["decomposition"]) == parts
    assert set(shown["recalibration"]) == {"intercept", "slope", "intercept_se", "slope_se"}
    assert len(shown["bins"]) == 10
    said = shown["bins"][8]
    interval = {"low", "high", "few"}
    assert set(said) == {"lower", "upper", "n", "n_eff", "weight", "mean_probability", "observed_frequency"} | interval
    assert (said["few"], said["low"] < 0.5 < said["high"]) == (True, True)
    assert (said["n"], said["mean_probability"], said["observed_frequency"]) == (2, pytest.approx(0.8), 0.5)
    assert shown["bins"][0]["mean_probability"] is None
    assert [set(block) for block in shown["curve"]] == [{"from", "to", "recalibrated", "weight"}]
    assert [set(point) for point in shown["band"]] == [{"probability", "low", "high"}]
    assert shown["curve"][0]["recalibrated"] == pytest.approx(0.5)
    parts = shown["decomposition"]
    whole = parts["miscalibration"] - parts["discrimination"] + parts["uncertainty"]
    assert shown["brier"] == pytest.approx(whole)


def test_calibration_is_of_a_crowd_or_of_everyone_too(visitor: Api, cast: factories.Cast) -> None:
    scored("one", cast)
    crowd = visitor.get("calibration/", crowd="median", view="final").json()
    assert (crowd["subject"], crowd["label"], crowd["view"]) == ("median", "Crowd, median", "final")
    assert crowd["mean_probability"] == pytest.approx(0.6)
    assert visitor.get("calibration/").json()["label"] == "Everyone"
    refusal(visitor.get("calibration/", crowd="median", forecaster="ann"), 400, "crowd")


def test_where_nothing_has_resolved_there_are_nulls_and_a_sentence(visitor: Api, cast: factories.Cast) -> None:
    shown = visitor.get("calibration/", forecaster="ann").json()
    assert (shown["brier"], shown["bins"], shown["curve"], shown["decomposition"]["uncertainty"]) == (
        None,
        [],
        [],
        None,
    )
    assert shown["sentence"]


@pytest.mark.parametrize("path", ["leaderboards/", "calibration/", "calibration/?forecaster=ann"])
def test_boards_take_the_same_queries_for_any_number_of_forecasts(
    queries: Count, cast: factories.Cast, path: str, clock: Clock
) -> None:
    scored("first", cast)
    few = queries(path)
    for number in range(5):
        scored(f"f{number}", cast)
    assert queries(path) == few


@pytest.mark.parametrize("path", ["leaderboards/", "calibration/", "forecasts/asked/scores/"])
@pytest.mark.parametrize("verb", ["POST", "DELETE"])
def test_readings_are_read_only(ann: Api, cast: factories.Cast, path: str, verb: str) -> None:
    factories.forecast("asked")
    refusal(ann.ask(verb, path), 405)
