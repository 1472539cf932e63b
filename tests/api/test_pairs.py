"""Pairs and their effects over the API."""

from typing import Any

import pytest

from forecasts.models import Forecast
from forecasts.services import registering
from tests import factories
from tests.api.conftest import Count
from tests.api.speaking import Api, everything, refusal
from tests.factories import DAY, NOW

pytestmark = pytest.mark.django_db


def pair(cast: factories.Cast, slug: str = "gap", **fields: Any) -> tuple[Forecast, Forecast]:
    premise = factories.forecast(f"{slug}-premise")
    made = registering.make_pair(slug=slug, title="The gap", condition=premise, by=cast.curator)
    yes, no = (
        factories.forecast(f"{slug}-{outcome}", condition=premise, condition_outcome=outcome, pair=made, **fields)
        for outcome in ("yes", "no")
    )
    return yes, no


def say(branches: tuple[Forecast, Forecast], who: Any, given_yes: float, given_no: float) -> None:
    for branch, p in zip(branches, (given_yes, given_no), strict=True):
        factories.estimate(branch, who, p)


def test_an_effect_comes_with_its_interval_the_crowd_and_ones_own(ann: Api, cast: factories.Cast) -> None:
    branches = pair(cast)
    for step in range(6):
        say(branches, factories.forecaster(), 0.45 + step / 10, 0.5)
    say(branches, cast.ann, 0.4, 0.5)
    (row,) = ann.get("pairs/").json()["results"]
    assert (row["slug"], row["title"], row["given_yes"], row["given_no"]) == ("gap", "The gap", "gap-yes", "gap-no")
    assert row["condition"]["slug"] == "gap-premise"
    assert (row["revealed"], row["stopped"], row["predicts"]) == (True, False, "yes")
    effect = row["effect"]
    assert (effect["n"], effect["n_more"], effect["n_less"]) == (7, 5, 2)
    assert effect["difference"] == pytest.approx({"value": 0.15, "low": -0.1, "high": 0.45})
    assert effect["log_odds_ratio"]["low"] == pytest.approx(-0.4055, abs=1e-4)
    assert [crowd["method"] for crowd in row["crowds"]] == ["recency_weighted", "median", "mean_log_odds"]
    assert row["crowds"][1] == pytest.approx(
        {"method": "median", "given_yes": 0.65, "given_no": 0.5, "difference": 0.15, "log_odds_ratio": 0.6190}, abs=1e-4
    )
    assert row["own"]["difference"] == pytest.approx(-0.1)


def test_a_visitor_sees_nothing_hidden_counts_included(visitor: Api, bob: Api, cast: factories.Cast) -> None:
    branches = pair(cast)
    for _ in range(7):
        say(branches, factories.forecaster(), 0.9, 0.2)
    factories.estimate(branches[0], cast.bob, 0.5)
    (empty,) = pair(cast, "empty")[:1]
    for api in (visitor, bob):
        full, nobody = api.get("pairs/").json()["results"]
        for row in (full, nobody):
            assert (row["revealed"], row["effect"], row["crowds"], row["own"]) == (False, None, [], None)
        # But for their names the two are alike: nothing tells that people stand on one of them.
        assert {key for key in full if full[key] != nobody[key]} == {"slug", "condition", "given_yes", "given_no"}
    assert empty.slug == "empty-yes"


def test_a_pair_whose_branch_is_void_keeps_the_effect_it_had(ann: Api, cast: factories.Cast) -> None:
    branches = pair(cast)
    say(branches, cast.ann, 0.8, 0.2)
    factories.resolution(Forecast.objects.get(slug="gap-premise"), "yes", NOW + DAY / 2)
    (row,) = ann.get("pairs/").json()["results"]
    assert (row["stopped"], row["condition"]["outcome"]) == (True, "yes")
    assert row["at"] < (NOW + DAY / 2).isoformat()
    assert row["effect"]["difference"] == pytest.approx({"value": 0.6, "low": None, "high": None})


def test_pages_and_filters(visitor: Api, cast: factories.Cast) -> None:
    claim = factories.source("essay").claims.create(key="C1", position=1, author="A", restated="It.")
    pair(cast, "elsewhere", tags=["far"])
    for number in (2, 1, 3):
        pair(cast, f"pair{number}", claim=claim, position=number)
    slugs = [row["slug"] for row in everything(visitor, "pairs/?limit=1")]
    assert slugs == ["pair1", "pair2", "pair3", "elsewhere"]
    assert [row["slug"] for row in everything(visitor, "pairs/?source=essay&limit=2")] == slugs[:3]
    assert [row["slug"] for row in everything(visitor, "pairs/?scope=source:essay")] == slugs[:3]
    assert [row["slug"] for row in everything(visitor, "pairs/?scope=tag:far")] == ["elsewhere"]
    assert everything(visitor, "pairs/?source=none") == []
    last = visitor.get("pairs/", limit=3).json()["next"]
    previous = visitor.client.get(visitor.client.get(last).json()["previous"]).json()["results"]
    assert [row["slug"] for row in previous] == slugs[:3]


def test_what_cannot_be_asked_is_refused(visitor: Api, ann: Api, db: None) -> None:
    refusal(visitor.get("pairs/", scope="source:none"), 400, "scope")
    refusal(visitor.get("pairs/", sourse="essay"), 400, "sourse")
    refusal(visitor.get("pairs/", limit="0"), 400, "limit")
    refusal(ann.post("pairs/", {}), 405)


def test_a_page_takes_the_same_queries_for_any_number_of_pairs_and_people(queries: Count, cast: factories.Cast) -> None:
    say(pair(cast), cast.ann, 0.8, 0.2)
    few = queries("pairs/")
    for number in range(4):
        branches = pair(cast, f"more{number}", reveal_at=NOW)
        for _ in range(3):
            say(branches, factories.forecaster(), 0.8, 0.2)
    assert queries("pairs/") == few == 3
