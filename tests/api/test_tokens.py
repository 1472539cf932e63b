"""Tokens over the API, and signing in by token or session."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from knox.models import AuthToken

from forecasts.models import Estimate
from tests import factories
from tests.api.conftest import Clock
from tests.api.speaking import PREFIX, Api, everything, refusal
from tests.factories import DAY, NOW

pytestmark = pytest.mark.django_db

LATER = "2027-09-01T00:00:00Z"


def bearer(token: str) -> Api:
    return Api(Authorization=f"Token {token}")


def made(api: Api, expires_at: str | None = None) -> str:
    token: str = api.post("tokens/", {"expires_at": expires_at}).json()["token"]
    return token


def test_a_token_signs_its_owner_in_and_is_shown_once(ann: Api) -> None:
    response = ann.post("tokens/", {"expires_at": LATER})
    assert response.status_code == 201
    shown = response.json()
    assert shown["expires_at"] == LATER
    assert shown["token"].startswith(shown["key"])
    assert bearer(shown["token"]).get("me/").json()["name"] == "ann"
    (listed,) = everything(ann, "tokens/")
    assert set(listed) == {"key", "created_at", "expires_at"}
    assert shown["token"] not in str(AuthToken.objects.values().get())


def test_its_owner_may_choose_that_it_never_expires(ann: Api) -> None:
    assert ann.post("tokens/", {"expires_at": None}).json()["expires_at"] is None


@pytest.mark.parametrize(
    "body",
    [{}, {"expires_at": "2027-01-01T00:00:00Z"}, {"expires_at": "2027-09-01T00:00:00"}, {"expires_at": 30}],
)
def test_without_a_time_to_come_there_is_no_token(ann: Api, body: dict[str, Any]) -> None:
    refusal(ann.post("tokens/", body), 400, "expires_at")
    assert not AuthToken.objects.exists()


def test_an_expired_token_is_refused_and_not_listed(ann: Api, clock: Clock) -> None:
    token = made(ann, LATER)
    clock.at = NOW + 200 * DAY
    assert everything(ann, "tokens/") == []
    refusal(bearer(token).get("me/"), 401)


def test_a_revoked_token_is_refused_at_once(ann: Api) -> None:
    token, other = made(ann), made(ann)
    assert ann.delete(f"tokens/{token[:15]}/").status_code == 204
    refusal(bearer(token).get("me/"), 401)
    assert bearer(other).get("me/").status_code == 200


def test_nobody_sees_or_revokes_anothers(ann: Api, bob: Api, visitor: Api) -> None:
    token = made(ann)
    assert everything(bob, "tokens/") == []
    refusal(bob.delete(f"tokens/{token[:15]}/"), 404)
    refusal(visitor.get("tokens/"), 401)
    refusal(visitor.post("tokens/", {"expires_at": None}), 401)
    refusal(visitor.delete(f"tokens/{token[:15]}/"), 401)
    assert AuthToken.objects.count() == 1


def test_a_token_makes_none_that_outlives_it(ann: Api) -> None:
    api = bearer(made(ann, LATER))
    refusal(api.post("tokens/", {"expires_at": None}), 400, "expires_at")
    refusal(api.post("tokens/", {"expires_at": "2027-09-01T00:00:01Z"}), 400, "expires_at")
    assert api.post("tokens/", {"expires_at": LATER}).status_code == 201


def test_there_are_no_more_than_twenty(ann: Api) -> None:
    for _ in range(20):
        made(ann, LATER)
    refusal(ann.post("tokens/", {"expires_at": LATER}), 409)
    assert AuthToken.objects.count() == 20


@pytest.mark.parametrize("header", ["Token", "Token a b", "Token \xff", "Token a\x00b", "Token " + "a" * 9000])
def test_a_malformed_token_is_refused(visitor: Api, header: str) -> None:
    refusal(Api(Authorization=header).get("forecasts/"), 401)


def test_an_unknown_token_is_refused_even_for_what_everybody_may_read(visitor: Api) -> None:
    refusal(bearer("f" * 64).get("forecasts/"), 401)


@pytest.mark.parametrize("field", ["is_active", "closed_at"])
def test_the_token_of_a_closed_account_is_refused(ann: Api, cast: factories.Cast, field: str) -> None:
    api = bearer(made(ann))
    setattr(cast.ann, field, False if field == "is_active" else NOW)
    cast.ann.save()
    refusal(api.get("me/"), 401)


def test_a_token_writes_without_a_csrf_token(ann: Api, cast: factories.Cast) -> None:
    factories.forecast("asked")
    client = Client(enforce_csrf_checks=True, headers={"Authorization": f"Token {made(ann)}"})
    response = client.post(f"{PREFIX}forecasts/asked/estimates/", {"probability": 0.7}, content_type="application/json")
    assert response.status_code == 201


def test_a_session_writes_with_a_csrf_token_only(cast: factories.Cast) -> None:
    factories.forecast("asked")
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.ann)
    path, body = f"{PREFIX}forecasts/asked/estimates/", {"probability": 0.7}
    refusal(client.post(path, body, content_type="application/json"), 403)
    assert not Estimate.objects.exists()
    token = "a" * 32
    client.cookies["csrftoken"] = token
    response = client.post(path, body, content_type="application/json", headers={"X-CSRFToken": token})
    assert response.status_code == 201


@pytest.mark.parametrize("verb", ["PUT", "PATCH"])
def test_a_token_cannot_be_changed(ann: Api, verb: str) -> None:
    refusal(ann.ask(verb, "tokens/"), 405)


def test_the_list_takes_the_same_queries_for_any_number_of_rows(cast: factories.Cast, ann: Api) -> None:
    counts = []
    for _ in range(3):
        made(ann, LATER)
        with CaptureQueriesContext(connection) as captured:
            ann.get("tokens/")
        counts.append(len(captured))
    assert len(set(counts)) == 1
