"""Estimates over the API."""

from typing import Any

import pytest

from forecasts.models import Citation, Estimate, Forecast
from forecasts.services import evidencing
from tests import factories
from tests.api.conftest import Clock, Count
from tests.api.speaking import Api, everything, refusal
from tests.factories import DAY, NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(cast: factories.Cast) -> Forecast:
    return factories.forecast("asked")


def test_an_estimate_is_recorded_with_all_that_was_said(ann: Api, asked: Forecast, cast: factories.Cast) -> None:
    piece = evidencing.add(forecast=asked, by=cast.bob, at=NOW, title="A count", direction="raises")
    body = {"probability": 0.7, "rationale": "It *rose*.", "evidence": [piece.pk], "expires_at": "2027-08-01T00:00:00Z"}
    response = ann.post("forecasts/asked/estimates/", body)
    assert response.status_code == 201
    shown = response.json()
    made = Estimate.objects.get()
    assert (made.forecaster, made.probability, made.via) == (cast.ann, 0.7, "api")
    assert shown | body == shown
    assert (shown["forecaster"], shown["wording"], shown["crowd_seen"]) == ("ann", 1, False)
    assert Citation.objects.get().evidence == piece


def test_a_probability_is_enough(ann: Api, asked: Forecast) -> None:
    shown = ann.post("forecasts/asked/estimates/", {"probability": 0.7}).json()
    assert (shown["rationale"], shown["evidence"], shown["expires_at"]) == ("", [], None)


@pytest.mark.parametrize(
    ("probability", "says"),
    [
        ("0", "infinite score"),
        ("1", "infinite score"),
        ("1.5", "outside"),
        ("70", "Did you mean 0.7"),
        ("-0.1", "outside"),
        ("0.00001", "outside"),
        ('"likely"', "Give a number"),
        ('"0.7"', "Give a number"),
        ("true", "Give a number"),
        ("[0.7]", "Give a number"),
        ("{}", "Give a number"),
        ("1e999", "finite"),
        ("1" + "0" * 400, "finite"),
        ("null", "may not be null"),
    ],
)
def test_a_probability_that_cannot_be_stored_is_refused_by_name(
    ann: Api, asked: Forecast, probability: str, says: str
) -> None:
    response = ann.post("forecasts/asked/estimates/", f'{{"probability": {probability}}}')
    assert says in refusal(response, 400, "probability")["detail"]
    assert not Estimate.objects.exists()


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
def test_what_json_does_not_know_is_refused(ann: Api, asked: Forecast, constant: str) -> None:
    response = ann.post("forecasts/asked/estimates/", f'{{"probability": {constant}}}')
    assert constant in refusal(response, 400)["detail"]
    assert not Estimate.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("rationale", ["a"]),
        ("rationale", None),
        ("rationale", 5),
        ("rationale", "a\x00b"),
        ("rationale", "\ud800"),
        ("rationale", "x" * 20_001),
        ("evidence", 5),
        ("evidence", "5"),
        ("evidence", None),
        ("evidence", [987_654]),
        ("expires_at", "soon"),
        ("expires_at", 5),
        ("expires_at", []),
        ("expires_at", "2027-08-01T00:00:00"),
        ("expires_at", "2027-08-01"),
        ("expires_at", "2026-08-01T00:00:00Z"),
        ("expires_at", "0000-01-01T00:00:00Z"),
        ("expires_at", "99999-01-01T00:00:00Z"),
        ("expires_at", "9999-12-31T23:59:59-14:00"),
        ("expires_at", "0001-01-01T00:00:00+14:00"),
    ],
)
def test_a_faulty_field_is_refused_by_name_and_nothing_is_written(
    ann: Api, asked: Forecast, field: str, value: Any
) -> None:
    refusal(ann.post("forecasts/asked/estimates/", {"probability": 0.7, field: value}), 400, field)
    assert not Estimate.objects.exists()


@pytest.mark.parametrize("value", [10**30, -1, 1.5, "1", None, True, []])
def test_a_faulty_evidence_id_is_refused_by_its_place(ann: Api, asked: Forecast, value: Any) -> None:
    refusal(ann.post("forecasts/asked/estimates/", {"probability": 0.7, "evidence": [value]}), 400, "evidence.0")
    assert not Estimate.objects.exists()


def test_a_misspelt_field_is_refused_with_what_was_meant(ann: Api, asked: Forecast) -> None:
    fault = refusal(ann.post("forecasts/asked/estimates/", {"probabilty": 0.7}), 400, "probabilty")
    assert fault == {
        "field": "probabilty",
        "code": "unknown-field",
        "detail": "unknown field “probabilty”: did you mean “probability”?",
    }


def test_evidence_of_another_forecast_cannot_be_cited(ann: Api, asked: Forecast, cast: factories.Cast) -> None:
    other = evidencing.add(forecast=factories.forecast(), by=cast.bob, at=NOW, title="Elsewhere", direction="neutral")
    response = ann.post("forecasts/asked/estimates/", {"probability": 0.7, "evidence": [other.pk]})
    refusal(response, 400, "evidence")
    assert not Estimate.objects.exists()


@pytest.mark.parametrize(
    ("times", "says"),
    [
        ({"opens_at": NOW + 50 * DAY}, "opens on"),
        ({"closes_at": NOW - DAY}, "closed on"),
    ],
)
def test_a_forecast_that_is_not_open_takes_none(ann: Api, times: dict[str, Any], says: str, cast: object) -> None:
    factories.forecast("shut", **times)
    fault = refusal(ann.post("forecasts/shut/estimates/", {"probability": 0.7}), 409, "forecast")
    assert says in fault["detail"]
    assert fault["code"] == "not-open"
    assert not Estimate.objects.exists()


@pytest.mark.parametrize("outcome", ["yes", "annulled"])
def test_a_resolved_forecast_takes_none(ann: Api, asked: Forecast, outcome: str) -> None:
    factories.resolution(asked, outcome)
    refusal(ann.post("forecasts/asked/estimates/", {"probability": 0.7}), 409, "forecast")
    assert not Estimate.objects.exists()


@pytest.mark.parametrize("verb", ["GET", "POST", "DELETE"])
def test_an_unknown_forecast_is_not_found(ann: Api, verb: str) -> None:
    path = "forecasts/no-such/estimates/"
    response = ann.post(path, {"probability": 0.7}) if verb == "POST" else ann.ask(verb, path)
    assert "no-such" in refusal(response, 404)["detail"]


def test_a_visitor_is_asked_to_sign_in(visitor: Api, asked: Forecast) -> None:
    response = visitor.post("forecasts/asked/estimates/", {"probability": 0.7})
    refusal(response, 401)
    assert response["WWW-Authenticate"] == "Token"
    refusal(visitor.delete("forecasts/asked/estimates/"), 401)
    assert not Estimate.objects.exists()


def test_a_repeated_key_returns_the_estimate_that_it_made(ann: Api, asked: Forecast) -> None:
    first = ann.post("forecasts/asked/estimates/", {"probability": 0.7}, **{"Idempotency-Key": "k1"})
    again = ann.post("forecasts/asked/estimates/", {"probability": 0.7}, **{"Idempotency-Key": "k1"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert Estimate.objects.count() == 1


def test_a_key_used_for_another_estimate_is_refused(ann: Api, asked: Forecast) -> None:
    ann.post("forecasts/asked/estimates/", {"probability": 0.7}, **{"Idempotency-Key": "k1"})
    again = ann.post("forecasts/asked/estimates/", {"probability": 0.6}, **{"Idempotency-Key": "k1"})
    refusal(again, 409, "Idempotency-Key")
    assert Estimate.objects.get().probability == 0.7


@pytest.mark.parametrize("key", ["", "k" * 101, "a\x00b"])
def test_a_faulty_key_is_refused(ann: Api, asked: Forecast, key: str) -> None:
    response = ann.post("forecasts/asked/estimates/", {"probability": 0.7}, **{"Idempotency-Key": key})
    refusal(response, 400, "Idempotency-Key")
    assert not Estimate.objects.exists()


def test_withdrawing_is_recorded(ann: Api, asked: Forecast, cast: factories.Cast) -> None:
    factories.estimate(asked, cast.ann, 0.7)
    response = ann.delete("forecasts/asked/estimates/")
    assert response.status_code == 200
    assert response.json()["probability"] is None
    assert list(Estimate.objects.order_by("made_at").values_list("probability", flat=True)) == [0.7, None]


def test_what_does_not_stand_cannot_be_withdrawn(ann: Api, asked: Forecast) -> None:
    refusal(ann.delete("forecasts/asked/estimates/"), 409)
    assert not Estimate.objects.exists()


@pytest.mark.parametrize("verb", ["PUT", "PATCH"])
def test_an_estimate_cannot_be_changed(ann: Api, asked: Forecast, verb: str) -> None:
    response = ann.ask(verb, "forecasts/asked/estimates/")
    refusal(response, 405)
    assert "POST" in response["Allow"]


def test_others_estimates_show_only_after_ones_own(
    visitor: Api, ann: Api, bob: Api, asked: Forecast, cast: factories.Cast
) -> None:
    factories.estimate(asked, cast.ann, 0.7)
    assert everything(visitor, "forecasts/asked/estimates/") == []
    assert everything(bob, "forecasts/asked/estimates/") == []
    assert bob.get("forecasts/asked/estimates/", forecaster="ann").json()["results"] == []
    assert len(everything(ann, "forecasts/asked/estimates/")) == 1

    bob.post("forecasts/asked/estimates/", {"probability": 0.2})
    assert [row["forecaster"] for row in everything(bob, "forecasts/asked/estimates/")] == ["bob", "ann"]
    assert [row["forecaster"] for row in everything(ann, "forecasts/asked/estimates/")] == ["bob", "ann"]
    assert everything(visitor, "forecasts/asked/estimates/") == []


@pytest.mark.parametrize("how", ["reveal_at", "resolution"])
def test_a_revealed_forecast_shows_estimates_to_everyone(visitor: Api, cast: factories.Cast, how: str) -> None:
    forecast = factories.forecast("shown", reveal_at=NOW if how == "reveal_at" else None)
    factories.estimate(forecast, cast.ann, 0.7)
    if how == "resolution":
        factories.resolution(forecast, "yes")
    assert [row["probability"] for row in everything(visitor, "forecasts/shown/estimates/")] == [0.7]


def test_history_narrows_to_one_forecaster(bob: Api, asked: Forecast, cast: factories.Cast) -> None:
    factories.estimate(asked, cast.ann, 0.7)
    factories.estimate(asked, cast.bob, 0.2)
    found = bob.get("forecasts/asked/estimates/", forecaster="ann").json()["results"]
    assert [row["forecaster"] for row in found] == ["ann"]


def test_history_comes_in_pages_that_leave_nothing_out(ann: Api, asked: Forecast, cast: factories.Cast) -> None:
    for hour in range(7):
        factories.estimate(asked, cast.ann, 0.1 + hour / 10, NOW + hour * DAY / 24)
    rows = everything(ann, "forecasts/asked/estimates/?limit=3")
    assert [row["probability"] for row in rows] == pytest.approx([0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1])


def test_history_takes_the_same_queries_for_any_number_of_rows(
    queries: Count, cast: factories.Cast, clock: Clock
) -> None:
    forecast = factories.forecast("asked", reveal_at=NOW - DAY)
    factories.estimate(forecast, cast.ann, 0.7)
    few = queries("forecasts/asked/estimates/")
    for name in range(5):
        factories.estimate(forecast, factories.forecaster(f"more{name}"), 0.7)
    assert queries("forecasts/asked/estimates/") == few == 3
