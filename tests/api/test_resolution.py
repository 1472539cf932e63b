"""Resolving over the API."""

from typing import Any

import pytest

from forecasts.models import Forecast, Resolution
from tests import factories
from tests.api.conftest import Count
from tests.api.speaking import Api, refusal
from tests.factories import NOW

pytestmark = pytest.mark.django_db

PATH = "forecasts/asked/resolution/"
YES = {"outcome": "yes", "known_at": "2027-06-01T00:00:00Z", "reason": "It was counted."}


@pytest.fixture
def asked(cast: factories.Cast) -> Forecast:
    return factories.forecast("asked")


def test_a_resolver_resolves_and_everyone_sees_it(resolver: Api, visitor: Api, asked: Forecast) -> None:
    response = resolver.post(PATH, YES | {"links": ["https://example.org/count"]})
    assert response.status_code == 201
    made = response.json()
    assert made | YES == made
    assert (made["revision"], made["decided_by"], made["cause"]) == (1, "resolver", None)
    assert visitor.get(PATH).json() == {"outcome": "yes", "revision": 1, "revisions": [made]}
    assert visitor.get("forecasts/asked/").json()["status"] == "resolved"


def test_before_the_first_there_is_none(visitor: Api, asked: Forecast) -> None:
    assert visitor.get(PATH).json() == {"outcome": None, "revision": 0, "revisions": []}


@pytest.mark.parametrize("role", ["ann", "curator"])
def test_nobody_without_the_role_resolves(request: pytest.FixtureRequest, asked: Forecast, role: str) -> None:
    api: Api = request.getfixturevalue(role)
    assert refusal(api.post(PATH, YES), 403)["code"] == "not-allowed"
    assert not Resolution.objects.exists()


def test_a_visitor_resolves_nothing(visitor: Api, asked: Forecast) -> None:
    refusal(visitor.post(PATH, YES), 401)
    assert not Resolution.objects.exists()


def test_a_second_resolution_is_refused_and_shows_what_was_decided(resolver: Api, asked: Forecast) -> None:
    factories.resolution(asked, "yes", reason="Counted twice.")
    fault = refusal(resolver.post(PATH, YES | {"outcome": "no"}), 409, "outcome")
    assert "Counted twice." in fault["detail"]
    assert Resolution.objects.get().outcome == "yes"


def test_a_correction_names_the_revision_that_it_replaces(resolver: Api, asked: Forecast) -> None:
    factories.resolution(asked, "yes")
    made = resolver.post(PATH, YES | {"outcome": "no", "revision": 1})
    assert (made.status_code, made.json()["revision"]) == (201, 2)
    refusal(resolver.post(PATH, YES | {"outcome": "annulled", "revision": 1}), 409, "revision")
    assert [row["outcome"] for row in resolver.get(PATH).json()["revisions"]] == ["yes", "no"]


def test_reopening_takes_it_back(resolver: Api, asked: Forecast) -> None:
    factories.resolution(asked, "yes")
    made = resolver.post(PATH, {"outcome": "reopened", "reason": "Miscounted.", "revision": 1})
    assert (made.status_code, made.json()["outcome"]) == (201, "reopened")
    shown = resolver.get(PATH).json()
    assert (shown["outcome"], shown["revision"]) == (None, 2)


def test_what_is_not_resolved_cannot_be_reopened(resolver: Api, asked: Forecast) -> None:
    refusal(resolver.post(PATH, {"outcome": "reopened", "reason": "Why not."}), 409, "outcome")
    assert not Resolution.objects.exists()


@pytest.mark.parametrize("field", ["known_at", "links"])
def test_reopening_drops_nothing_in_silence(resolver: Api, asked: Forecast, field: str) -> None:
    factories.resolution(asked, "yes")
    extra = {"known_at": YES["known_at"], "links": ["https://example.org"]}[field]
    refusal(resolver.post(PATH, {"outcome": "reopened", "reason": "Miscounted.", field: extra}), 400, field)
    assert Resolution.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("outcome", "maybe"),
        ("outcome", None),
        ("outcome", ["yes"]),
        ("known_at", "2027-06-09T00:00:00Z"),
        ("known_at", "2027-06-01T00:00:00"),
        ("known_at", "0000-01-01T00:00:00Z"),
        ("known_at", "99999-01-01T00:00:00Z"),
        ("known_at", "yesterday"),
        ("known_at", None),
        ("known_at", {}),
        ("reason", ""),
        ("reason", None),
        ("reason", ["Because"]),
        ("reason", "a\x00b"),
        ("links", "https://example.org"),
        ("links", ["not an address"]),
        ("links", ["http://["]),
        ("revision", "1"),
        ("revision", 10**30),
        ("revision", -1),
        ("outcom", "yes"),
    ],
)
def test_a_faulty_field_is_refused_by_name_and_nothing_is_written(
    resolver: Api, asked: Forecast, field: str, value: Any
) -> None:
    refusal(resolver.post(PATH, YES | {field: value}), 400, field)
    assert not Resolution.objects.exists()


@pytest.mark.parametrize("revision", [1, 2**63 - 1])
def test_a_revision_that_is_not_in_force_is_a_conflict(resolver: Api, asked: Forecast, revision: int) -> None:
    refusal(resolver.post(PATH, YES | {"revision": revision}), 409, "revision")
    assert not Resolution.objects.exists()


def test_a_branch_shows_which_resolution_voided_it(resolver: Api, visitor: Api, asked: Forecast) -> None:
    factories.forecast("branch", condition=asked, condition_outcome="no")
    resolver.post(PATH, YES)
    shown = visitor.get("forecasts/branch/resolution/").json()
    assert shown["outcome"] == "annulled"
    assert shown["revisions"][0]["cause"] == {"forecast": "asked", "revision": 1}
    assert shown["revisions"][0]["decided_by"] is None


def test_a_branch_whose_condition_is_not_known_is_refused(resolver: Api, asked: Forecast) -> None:
    factories.forecast("branch", condition=asked, condition_outcome="no")
    refusal(resolver.post("forecasts/branch/resolution/", YES), 409, "outcome")
    assert not Resolution.objects.exists()


def test_an_unknown_forecast_is_not_found(resolver: Api) -> None:
    refusal(resolver.get("forecasts/no-such/resolution/"), 404)
    refusal(resolver.post("forecasts/no-such/resolution/", YES), 404)


@pytest.mark.parametrize("verb", ["PUT", "PATCH", "DELETE"])
def test_a_resolution_cannot_be_changed(resolver: Api, asked: Forecast, verb: str) -> None:
    refusal(resolver.ask(verb, PATH), 405)


def test_it_takes_the_same_queries_for_any_number_of_revisions(queries: Count, asked: Forecast) -> None:
    factories.resolution(asked, "yes", at=NOW)
    few = queries(PATH)
    for revision in range(1, 5):
        factories.resolution(asked, "no" if revision % 2 else "yes", revision=revision)
    assert queries(PATH) == few == 2
