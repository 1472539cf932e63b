"""Evidence and its ratings over the API."""

from typing import Any

import pytest

from forecasts.models import Evidence, Forecast, Rating
from forecasts.services import evidencing
from tests import factories
from tests.api.conftest import Count
from tests.api.speaking import Api, everything, refusal
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(cast: factories.Cast) -> Forecast:
    return factories.forecast("asked")


@pytest.fixture
def piece(asked: Forecast, cast: factories.Cast) -> Evidence:
    return evidencing.add(forecast=asked, by=cast.bob, at=NOW, title="A count", direction="raises")


def test_evidence_is_recorded_with_all_that_was_said(ann: Api, visitor: Api, asked: Forecast) -> None:
    body = {
        "title": "A count",
        "direction": "raises",
        "url": "https://example.org/a",
        "summary": "It rose.",
        "published_on": "2027-05-01",
        "likelihood_ratio": 2.5,
    }
    response = ann.post("forecasts/asked/evidence/", body)
    assert response.status_code == 201
    shown = response.json()
    assert shown | body == shown
    assert (shown["added_by"], shown["n_useful"], shown["n_citations"]) == ("ann", 0, None)
    assert [row["id"] for row in everything(visitor, "forecasts/asked/evidence/")] == [shown["id"]]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", None),
        ("title", ["A"]),
        ("title", "x" * 301),
        ("title", "a\x00b"),
        ("direction", "sideways"),
        ("direction", ["raises"]),
        ("url", "ftp://example.org"),
        ("url", "javascript:alert(1)"),
        ("url", "http://["),
        ("url", "https://example.org/" + "x" * 1000),
        ("summary", 5),
        ("published_on", "2030-01-01"),
        ("published_on", "0000-01-01"),
        ("published_on", 5),
        ("likelihood_ratio", 0),
        ("likelihood_ratio", -1),
        ("likelihood_ratio", 10**400),
        ("likelihood_ratio", 2_000_000),
        ("likelihood_ratio", "2"),
        ("likelihood_ratio", 0.5),
        ("direktion", "raises"),
    ],
)
def test_a_faulty_field_is_refused_by_name_and_nothing_is_written(
    ann: Api, asked: Forecast, field: str, value: Any
) -> None:
    body = {"title": "A count", "direction": "raises", field: value}
    refusal(ann.post("forecasts/asked/evidence/", body), 400, field)
    assert not Evidence.objects.exists()


def test_a_visitor_adds_and_rates_nothing(visitor: Api, asked: Forecast, piece: Evidence) -> None:
    refusal(visitor.post("forecasts/asked/evidence/", {"title": "B", "direction": "raises"}), 401)
    refusal(visitor.post(f"forecasts/asked/evidence/{piece.pk}/ratings/", {"useful": True}), 401)
    assert Evidence.objects.count() == 1
    assert not Rating.objects.exists()


def test_a_rating_counts_until_the_same_forecaster_rates_again(ann: Api, asked: Forecast, piece: Evidence) -> None:
    path = f"forecasts/asked/evidence/{piece.pk}/ratings/"
    response = ann.post(path, {"useful": True, "likelihood_ratio": 3})
    assert response.status_code == 201
    assert (response.json()["forecaster"], response.json()["likelihood_ratio"]) == ("ann", 3.0)
    assert everything(ann, "forecasts/asked/evidence/")[0]["n_useful"] == 1
    ann.post(path, {"useful": False})
    assert everything(ann, "forecasts/asked/evidence/")[0]["n_useful"] == 0


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "useful"),
        ({"useful": "yes"}, "useful"),
        ({"useful": None}, "useful"),
        ({"useful": 1}, "useful"),
        ({"useful": []}, "useful"),
        ({"useful": True, "likelihood_ratio": 0}, "likelihood_ratio"),
        ({"useful": True, "likelyhood_ratio": 2}, "likelyhood_ratio"),
    ],
)
def test_a_faulty_rating_is_refused_by_name(ann: Api, piece: Evidence, body: dict[str, Any], field: str) -> None:
    refusal(ann.post(f"forecasts/asked/evidence/{piece.pk}/ratings/", body), 400, field)
    assert not Rating.objects.exists()


@pytest.mark.parametrize("number", ["999999", "9" * 40])
def test_evidence_that_is_not_there_cannot_be_rated(ann: Api, asked: Forecast, number: str) -> None:
    refusal(ann.post(f"forecasts/asked/evidence/{number}/ratings/", {"useful": True}), 404)


def test_evidence_is_rated_under_its_own_forecast_only(ann: Api, piece: Evidence) -> None:
    factories.forecast("other")
    refusal(ann.post(f"forecasts/other/evidence/{piece.pk}/ratings/", {"useful": True}), 404)


def test_how_many_cite_it_shows_only_where_estimates_do(
    visitor: Api, ann: Api, asked: Forecast, piece: Evidence
) -> None:
    ann.post("forecasts/asked/estimates/", {"probability": 0.7, "evidence": [piece.pk]})
    assert everything(ann, "forecasts/asked/evidence/")[0]["n_citations"] == 1
    assert everything(visitor, "forecasts/asked/evidence/")[0]["n_citations"] is None


def test_adding_evidence_shows_nothing_of_hidden_estimates(bob: Api, asked: Forecast) -> None:
    added = bob.post("forecasts/asked/evidence/", {"title": "B", "direction": "neutral"}).json()
    assert added["n_citations"] is None


@pytest.mark.parametrize("verb", ["PUT", "PATCH", "DELETE"])
def test_evidence_cannot_be_changed(ann: Api, asked: Forecast, verb: str) -> None:
    refusal(ann.ask(verb, "forecasts/asked/evidence/"), 405)


def test_the_list_takes_the_same_queries_for_any_number_of_rows(
    queries: Count, asked: Forecast, piece: Evidence, cast: factories.Cast
) -> None:
    few = queries("forecasts/asked/evidence/")
    for _ in range(5):
        by = factories.forecaster()
        more = evidencing.add(forecast=asked, by=by, at=NOW, title="More", direction="neutral")
        evidencing.rate(evidence=more, by=cast.ann, at=NOW, useful=True)
    assert queries("forecasts/asked/evidence/") == few == 2
