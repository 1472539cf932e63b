"""Forecasts over the API: the list, one in full, registering."""

from typing import Any

import pytest

from forecasts.models import Claim, Collection, Forecast, Pair, Wording
from forecasts.services import crowds, registering
from tests import factories
from tests.api.conftest import Clock, Count
from tests.api.speaking import Api, everything, refusal
from tests.factories import DAY, NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def claim(cast: factories.Cast) -> Claim:
    return Claim.objects.create(
        source=factories.source("essay"),
        key="C1",
        position=1,
        author="A. Writer",
        section="One",
        bullet=2,
        restated="It goes up.",
        hedge_word="likely",
        hedge_low=0.55,
        hedge_high=0.85,
        hedge_scale="A scale",
    )


def slugs(api: Api, **parameters: Any) -> list[str]:
    return [row["slug"] for row in api.get("forecasts/", **parameters).json()["results"]]


def test_the_list_shows_each_with_its_state(visitor: Api, claim: Claim) -> None:
    factories.forecast("asked", claim=claim, part="a", tags=["count"])
    row = visitor.get("forecasts/").json()["results"][0]
    expected = {
        "slug": "asked",
        "page": "/forecasts/asked/",
        "label": "C1a",
        "status": "open",
        "outcome": None,
        "tags": ["count"],
        "claim": {"source": "essay", "key": "C1"},
        "condition": None,
        "crowd": None,
        "crowd_hidden": True,
        "n_standing": None,
        "moved_at": None,
        "own": None,
    }
    assert row | expected == row


def test_the_list_narrows_by_each_filter(visitor: Api, claim: Claim) -> None:
    collection = Collection.objects.create(slug="picked", title="Picked")
    factories.forecast("plain")
    factories.forecast("sourced", claim=claim)
    factories.forecast("collected", collections=[collection])
    factories.forecast("tagged", tags=["count"])
    factories.forecast("worded", question="Will a zebra run?")
    factories.forecast("early", opens_at=NOW + 50 * DAY)
    factories.resolution(factories.forecast("resolved"), "yes")
    assert slugs(visitor, source="essay") == ["sourced"]
    assert slugs(visitor, collection="picked") == ["collected"]
    assert slugs(visitor, tag="count") == ["tagged"]
    assert slugs(visitor, search="zebra") == ["worded"]
    assert slugs(visitor, search="ZEBRA run") == ["worded"]
    assert slugs(visitor, search="C1") == ["sourced"]
    assert slugs(visitor, status="upcoming") == ["early"]
    assert slugs(visitor, status="resolved") == ["resolved"]
    assert slugs(visitor, status="open", tag="count") == ["tagged"]
    assert slugs(visitor, source="no-such") == []
    assert len(slugs(visitor, status="", source="", search="")) == 7


def test_the_list_narrows_to_what_one_has_answered(ann: Api, visitor: Api, cast: factories.Cast) -> None:
    for slug in ("answered", "unanswered"):
        factories.forecast(slug)
    assert ann.post("forecasts/answered/estimates/", {"probability": 0.4}).status_code == 201
    assert slugs(ann, mine="yes") == ["answered"]
    assert slugs(ann, mine="no") == ["unanswered"]
    assert len(slugs(visitor, mine="yes")) == 2


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("status", "unopened"),
        ("mine", "perhaps"),
        ("ordering", "slug"),
        ("search", "a\x00b"),
        ("tag", "\x00"),
        ("source", "\x00"),
        ("collection", "\x00"),
        ("search", "x" * 501),
        ("statsu", "open"),
        ("limit", "0"),
        ("limit", "many"),
        ("limit", "9" * 30),
        ("limit", "²"),
        ("cursor", "nonsense"),
        ("cursor", "\x00"),
    ],
)
def test_a_faulty_filter_is_refused_by_name(visitor: Api, parameter: str, value: str) -> None:
    refusal(visitor.get("forecasts/", **{parameter: value}), 400, parameter)


@pytest.mark.parametrize("ordering", ["closes", "-closes", "newest", "active", "claim"])
def test_pages_in_every_ordering_leave_nothing_out_and_go_back(
    ann: Api, claim: Claim, cast: factories.Cast, ordering: str
) -> None:
    for number in range(7):
        forecast = factories.forecast(
            f"f{number}", closes_at=NOW + (100 + number % 3) * DAY, claim=claim if number % 2 else None
        )
        if number % 3 == 0:
            factories.estimate(forecast, cast.ann, 0.5)
            crowds.refresh(forecast_id=forecast.pk, at=NOW)
    whole = slugs(ann, ordering=ordering)
    assert len(set(whole)) == 7
    assert [row["slug"] for row in everything(ann, f"forecasts/?ordering={ordering}&limit=2")] == whole

    first = ann.get("forecasts/", ordering=ordering, limit=3).json()
    second = ann.client.get(first["next"]).json()
    third = ann.client.get(second["next"]).json()
    assert (first["previous"], third["next"]) == (None, None)
    assert ann.client.get(third["previous"]).json()["results"] == second["results"]
    back = ann.client.get(second["previous"]).json()
    assert back["results"] == first["results"]
    assert back["previous"] is None


def test_a_row_that_comes_in_between_neither_repeats_nor_drops_another(visitor: Api, cast: factories.Cast) -> None:
    for number in range(4):
        factories.forecast(f"f{number}", closes_at=NOW + (10 + number) * DAY)
    first = visitor.get("forecasts/", limit=2).json()
    factories.forecast("between", closes_at=NOW + 5 * DAY)
    second = visitor.client.get(first["next"]).json()
    assert [row["slug"] for row in second["results"]] == ["f2", "f3"]


def test_a_page_that_has_not_changed_costs_no_body(visitor: Api, cast: factories.Cast, clock: Clock) -> None:
    for number in range(3):
        factories.forecast(f"f{number}")
    first = visitor.get("forecasts/", limit=2)
    clock.at += DAY
    asking = {"If-None-Match": first["ETag"]}
    again = visitor.client.get("/api/v1/forecasts/?limit=2", headers=asking)
    assert (again.status_code, again.content) == (304, b"")
    factories.forecast("f9", closes_at=NOW + 3 * DAY)
    assert visitor.client.get("/api/v1/forecasts/?limit=2", headers=asking).status_code == 200


def test_a_cursor_of_another_ordering_is_refused(visitor: Api, cast: factories.Cast) -> None:
    for _ in range(3):
        factories.forecast()
    following = visitor.get("forecasts/", limit=1).json()["next"]
    refusal(visitor.client.get(following + "&ordering=newest"), 400, "cursor")


def test_rehearsals_show_only_when_their_collection_is_asked_for(visitor: Api, cast: factories.Cast) -> None:
    rehearsal = Collection.objects.create(slug="rehearsal", title="Rehearsal", simulated=True)
    factories.forecast("played", collections=[rehearsal])
    assert slugs(visitor) == []
    assert slugs(visitor, collection="rehearsal") == ["played"]


def moved(slug: str, by: Any, probability: float, at: Any) -> Forecast:
    forecast = Forecast.objects.filter(slug=slug).first() or factories.forecast(slug)
    factories.estimate(forecast, by, probability, at)
    crowds.refresh(forecast_id=forecast.pk, at=at)
    return forecast


def test_a_hidden_crowd_shows_in_no_row_and_in_no_ordering(
    visitor: Api, ann: Api, bob: Api, cast: factories.Cast
) -> None:
    moved("first", cast.ann, 0.9, NOW)
    moved("second", cast.ann, 0.2, NOW - DAY)
    factories.forecast("third")
    for stranger in (visitor, bob):
        rows = stranger.get("forecasts/", ordering="active").json()["results"]
        assert [row["slug"] for row in rows] == ["third", "second", "first"]
        hidden = {(row["crowd"], row["n_standing"], row["moved_at"], row["crowd_hidden"]) for row in rows}
        assert hidden == {(None, None, None, True)}
        shown = stranger.get("forecasts/first/").json()
        assert (shown["crowd"], shown["n_standing"], shown["moved_at"], shown["own_estimate"]) == (None,) * 4
    rows = ann.get("forecasts/", ordering="active").json()["results"]
    assert [(row["slug"], row["crowd"], row["n_standing"], row["own"]) for row in rows] == [
        ("first", 0.9, 1, 0.9),
        ("second", 0.2, 1, 0.2),
        ("third", None, None, None),
    ]


def test_the_list_takes_the_same_queries_for_any_number_of_rows(queries: Count, claim: Claim) -> None:
    condition = factories.forecast("condition", claim=claim)
    few = queries("forecasts/")
    for _ in range(6):
        factories.forecast(claim=claim, condition=condition, condition_outcome="yes")
    assert queries("forecasts/") == few == 2


def test_one_in_full_has_its_words_its_place_and_its_family(ann: Api, claim: Claim, cast: factories.Cast) -> None:
    premise = factories.forecast("premise", question="Will it stop?")
    pair = Pair.objects.create(slug="pair", title="It goes up", condition=premise)
    given = {"condition": premise, "pair": pair}
    asked = factories.forecast("given-yes", condition_outcome="yes", claim=claim, hedged=True, **given)
    factories.forecast("given-no", condition_outcome="no", **given)
    factories.forecast("below", condition=asked, condition_outcome="no")
    registering.reword(
        forecast=asked,
        text=factories.text(question="Will more than 4 things happen?"),
        by=cast.curator,
        at=NOW,
        reason="Three was said wrongly.",
    )
    factories.estimate(asked, cast.ann, 0.3, rationale="A hunch.")
    shown = ann.get("forecasts/given-yes/").json()
    assert shown["question"] == "Will more than 4 things happen?"
    assert [wording["version"] for wording in shown["wordings"]] == [1, 2]
    assert shown["wordings"][1]["reason"] == "Three was said wrongly."
    assert shown["wording"] == shown["wordings"][1]
    assert shown["wording"]["criteria"] == "Yes if the count is above 3."
    assert shown["depends_on"] == {"slug": "premise", "question": "Will it stop?", "outcome": ""}
    assert shown["pair"] == {"slug": "pair", "title": "It goes up", "twin": "given-no", "twin_outcome": "no"}
    assert [branch["slug"] for branch in shown["branches"]] == ["below"]
    assert (shown["provenance"]["hedge_word"], shown["provenance"]["where"]) == ("likely", "One, bullet 2")
    own = shown["own_estimate"]
    assert (own["probability"], own["rationale"], own["wording"]) == (0.3, "A hunch.", 2)


def test_a_withdrawn_or_expired_estimate_is_not_ones_own(ann: Api, cast: factories.Cast, clock: Clock) -> None:
    asked = factories.forecast("asked")
    factories.estimate(asked, cast.ann, 0.3, expires_at=NOW + 10 * DAY)
    assert ann.get("forecasts/asked/").json()["own_estimate"]["probability"] == 0.3
    clock.at = NOW + 11 * DAY
    assert ann.get("forecasts/asked/").json()["own_estimate"] is None


def test_an_unknown_forecast_is_not_found(visitor: Api) -> None:
    assert "no-such" in refusal(visitor.get("forecasts/no-such/"), 404)["detail"]


def entry(**fields: Any) -> dict[str, Any]:
    return {
        "slug": "new-one",
        "question": "Will the count pass 10?",
        "criteria": "Yes if the count is above 10.",
        "opens_at": "2027-06-01T00:00:00Z",
        "closes_at": "2027-12-31T00:00:00+02:00",
        **fields,
    }


def test_a_curator_registers_a_forecast(curator: Api, claim: Claim, cast: factories.Cast) -> None:
    factories.forecast("premise")
    response = curator.post(
        "forecasts/",
        entry(
            background="Some.",
            sources=["https://example.org/count"],
            fallback="The yearbook.",
            annulled_if="The count ends.",
            resolve_by="2028-01-10T00:00:00Z",
            spot_at="2027-09-01T00:00:00Z",
            reveal_at="2027-07-01T00:00:00Z",
            condition="premise",
            condition_outcome="no",
            claim={"source": "essay", "key": "C1"},
            part="b",
            tags=["count", "annual"],
        ),
    )
    assert response.status_code == 201
    made = Forecast.objects.get(slug="new-one")
    words = made.wordings.get()
    assert (words.author, words.fallback, words.sources) == (
        cast.curator,
        "The yearbook.",
        ["https://example.org/count"],
    )
    assert (made.condition_outcome, made.claim, made.label, made.tags) == ("no", claim, "C1b", ["annual", "count"])
    assert response.json() == curator.get("forecasts/new-one/").json()


def test_what_is_left_out_has_its_default(curator: Api) -> None:
    shown = curator.post("forecasts/", entry()).json()
    assert shown["resolve_by"] == shown["closes_at"] == "2027-12-30T22:00:00Z"
    assert (shown["reveal_at"], shown["spot_at"], shown["condition"], shown["claim"]) == (None, None, None, None)


@pytest.mark.parametrize("role", ["ann", "resolver"])
def test_nobody_without_the_role_registers(request: pytest.FixtureRequest, role: str) -> None:
    api: Api = request.getfixturevalue(role)
    assert refusal(api.post("forecasts/", entry()), 403)["code"] == "not-allowed"
    assert not Forecast.objects.exists()


def test_a_visitor_registers_nothing(visitor: Api) -> None:
    refusal(visitor.post("forecasts/", entry()), 401)
    assert not Forecast.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "status"),
    [
        ("slug", "Not A Slug", 400),
        ("slug", "taken", 409),
        ("slug", 5, 400),
        ("slug", "x" * 121, 400),
        ("question", "", 400),
        ("question", "No question.", 400),
        ("question", ["Will it?"], 400),
        ("question", "x" * 501, 400),
        ("criteria", "  ", 400),
        ("criteria", None, 400),
        ("background", "a\x00b", 400),
        ("sources", "https://example.org", 400),
        ("opens_at", "2027-06-01T00:00:00", 400),
        ("opens_at", "0000-01-01T00:00:00Z", 400),
        ("closes_at", "2027-05-01T00:00:00Z", 400),
        ("closes_at", "99999-05-01T00:00:00Z", 400),
        ("closes_at", None, 400),
        ("resolve_by", "2027-06-02T00:00:00Z", 400),
        ("spot_at", "2029-06-02T00:00:00Z", 400),
        ("reveal_at", "soon", 400),
        ("condition", "no-such", 400),
        ("condition", "a\x00b", 400),
        ("condition", 5, 400),
        ("condition_outcome", "maybe", 400),
        ("claim", {"source": "essay", "key": "C9"}, 400),
        ("claim", "C1", 400),
        ("part", "x" * 11, 400),
        ("tags", ["Not A Tag"], 400),
        ("tags", "count", 400),
        ("qestion", "Will it?", 400),
    ],
)
def test_a_faulty_entry_is_refused_by_name_and_nothing_is_written(
    curator: Api, claim: Claim, field: str, value: Any, status: int
) -> None:
    factories.forecast("taken")
    response = curator.post("forecasts/", entry(**{field: value}))
    assert response.status_code == status, response.content
    assert response.json()["errors"][0]["field"].split(".")[0] == field
    assert [forecast.slug for forecast in Forecast.objects.all()] == ["taken"]
    assert Wording.objects.count() == 1


@pytest.mark.parametrize("claim", [{"source": "essay"}, {"source": "essay", "kay": "C1"}])
def test_a_fault_inside_a_claim_is_named_by_its_path(curator: Api, claim: dict[str, str]) -> None:
    fault = curator.post("forecasts/", entry(claim=claim)).json()["errors"][0]
    assert fault["field"] in {"claim.key", "claim.kay"}


def test_a_condition_needs_the_outcome_on_which_it_counts(curator: Api, cast: factories.Cast) -> None:
    factories.forecast("premise")
    refusal(curator.post("forecasts/", entry(condition="premise")), 400, "condition_outcome")
    refusal(curator.post("forecasts/", entry(condition_outcome="yes")), 400, "condition")


@pytest.mark.parametrize("verb", ["PUT", "DELETE"])
def test_a_forecast_cannot_be_changed_here(curator: Api, cast: factories.Cast, verb: str) -> None:
    factories.forecast("asked")
    refusal(curator.ask(verb, "forecasts/asked/"), 405)
    refusal(curator.ask(verb, "forecasts/"), 405)
