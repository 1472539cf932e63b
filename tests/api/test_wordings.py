"""Wording a forecast anew, and amending it, over the API."""

from typing import Any

import pytest

from forecasts.models import Collection, Forecast
from tests import factories
from tests.api.speaking import Api, everything, refusal
from tests.factories import DAY, NOW

pytestmark = pytest.mark.django_db
WORDINGS = "forecasts/asked/wordings/"


@pytest.fixture
def asked(cast: factories.Cast) -> Forecast:
    return factories.forecast("asked", tags=["rain"])


def anew(forecast: Forecast, **changed: Any) -> dict[str, Any]:
    """The wording in force, as a body, with what changes."""
    text = factories.text(opens_at=forecast.opens_at, closes_at=forecast.closes_at)
    words = {name: getattr(text, name) for name in ("question", "criteria", "sources", "fallback", "annulled_if")}
    times = {"opens_at": text.opens_at.isoformat(), "closes_at": text.closes_at.isoformat()}
    return words | times | {"version": 1, "reason": "It was unclear."} | changed


def test_a_curator_words_it_anew_and_the_old_wording_stays(curator: Api, visitor: Api, asked: Forecast) -> None:
    response = curator.post(WORDINGS, anew(asked, criteria="Yes if the count is above 4."))
    assert response.status_code == 201
    assert (response.json()["version"], response.json()["reason"]) == (2, "It was unclear.")
    criteria = [row["criteria"] for row in everything(visitor, WORDINGS + "?limit=1")]
    assert criteria == ["Yes if the count is above 3.", "Yes if the count is above 4."]
    assert visitor.get("forecasts/asked/").json()["version"] == 2


def test_the_same_text_changes_nothing(curator: Api, asked: Forecast) -> None:
    response = curator.post(WORDINGS, anew(asked))
    assert (response.status_code, response.json()["version"]) == (200, 1)
    assert asked.wordings.count() == 1


@pytest.mark.parametrize(
    ("changed", "status", "field"),
    [
        ({"question": "No mark"}, 400, "question"),
        ({"criteria": ""}, 400, "criteria"),
        ({"reason": ""}, 400, "reason"),
        ({"reason": " ", "criteria": "Other."}, 400, "reason"),
        ({"version": 0}, 400, "version"),
        ({"version": "1"}, 400, "version"),
        ({"closes_at": (NOW - 200 * DAY).isoformat()}, 400, "closes_at"),
        ({"slug": "other"}, 400, "slug"),
    ],
)
def test_a_faulty_field_is_refused_by_name(
    curator: Api, asked: Forecast, changed: dict[str, Any], status: int, field: str
) -> None:
    refusal(curator.post(WORDINGS, anew(asked, **changed)), status, field)
    assert asked.wordings.count() == 1


def test_whoever_did_not_see_the_wording_in_force_is_told_of_it(curator: Api, asked: Forecast) -> None:
    curator.post(WORDINGS, anew(asked, criteria="Yes if the count is above 4."))
    fault = refusal(curator.post(WORDINGS, anew(asked, criteria="Yes if the count is above 5.")), 409, "version")
    assert "It was unclear." in fault["detail"]


def test_only_curators_word_and_amend(ann: Api, visitor: Api, asked: Forecast) -> None:
    refusal(ann.post(WORDINGS, anew(asked, criteria="Other.")), 403)
    refusal(visitor.post(WORDINGS, anew(asked, criteria="Other.")), 401)
    refusal(ann.patch("forecasts/asked/", {"tags": []}), 403)
    refusal(visitor.patch("forecasts/asked/", {"tags": []}), 401)
    refusal(visitor.get("forecasts/nowhere/wordings/"), 404)


def test_tags_and_collections_are_amended_one_by_one(curator: Api, asked: Forecast) -> None:
    Collection.objects.create(slug="sky", title="Sky")
    amended = curator.patch("forecasts/asked/", {"collections": ["sky"]}).json()
    assert (amended["tags"], amended["collections"]) == (["rain"], ["sky"])
    amended = curator.patch("forecasts/asked/", {"tags": ["snow", "ice"]}).json()
    assert (amended["tags"], amended["collections"]) == (["ice", "snow"], ["sky"])
    fault = refusal(curator.patch("forecasts/asked/", {"collections": ["sea"]}), 400, "collections")
    assert "“sea”" in fault["detail"]
    refusal(curator.patch("forecasts/asked/", {"question": "Other?"}), 400, "question")


def test_what_registering_takes_on_a_page_it_takes_here(curator: Api, asked: Forecast) -> None:
    Collection.objects.create(slug="sky", title="Sky")
    source = factories.source("essay")
    source.claims.create(key="C1", position=1, author="A. Writer", restated="It rains.")
    body = anew(asked, slug="more", claim={"source": "essay", "key": "C1"}, predicts="no", collections=["sky"])
    for name in ("version", "reason"):
        del body[name]
    made = curator.post("forecasts/", body | {"hedged": True})
    assert made.status_code == 201, made.content
    assert (made.json()["hedged"], made.json()["collections"]) == (True, ["sky"])
    assert Forecast.objects.get(slug="more").predicts == "no"
