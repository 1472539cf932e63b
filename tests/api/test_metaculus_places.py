"""Who is asking at the adapter, where it answers, and its tournaments."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from config.throttles import PerForecaster
from forecasts.models import Collection, Forecaster
from forecasts.services import tokens
from tests import factories
from tests.api.conftest import Clock
from tests.api.speaking import Api, Bot, refusal
from tests.factories import DAY, NOW

pytestmark = pytest.mark.django_db
READS = ("posts/", "projects/tournaments/", "users/me/")


def holder(owner: Forecaster, expires_at: dt.datetime | None = None) -> Bot:
    """Somebody's program, that knows a token of theirs."""
    return Bot(Authorization=f"Token {tokens.make(owner=owner, expires_at=expires_at, at=NOW)[1]}")


@pytest.mark.parametrize("path", ["users/me", "users/me/"])
def test_a_token_says_who_asks(cast: factories.Cast, path: str) -> None:
    cast.ann.is_bot = True
    cast.ann.save()
    shown = holder(cast.ann).get(path).json()
    assert shown.pop("date_joined")
    assert shown == {"id": cast.ann.pk, "username": "ann", "is_bot": True}


def test_a_visitor_is_nobody(db: None) -> None:
    response = Bot().get("users/me")
    refusal(response, 401)
    assert response["WWW-Authenticate"] == "Token"


def test_an_expired_token_is_refused(cast: factories.Cast, clock: Clock) -> None:
    bot = holder(cast.ann, NOW + 5 * DAY)
    assert bot.get("users/me/").status_code == 200
    clock.at = NOW + 6 * DAY
    for path in READS:
        refusal(bot.get(path), 401)
    refusal(bot.post("questions/forecast/", [{"question": 1, "probability_yes": 0.5}]), 401)


@pytest.mark.parametrize("fields", [{"is_active": False}, {"closed_at": NOW}])
def test_an_account_that_is_disabled_or_closed_is_refused(cast: factories.Cast, fields: dict[str, Any]) -> None:
    bot = holder(cast.ann)
    Forecaster.objects.filter(pk=cast.ann.pk).update(**fields)
    for path in READS:
        refusal(bot.get(path), 401)
    refusal(bot.post("comments/create/", {"on_post": 1, "text": "Hm."}), 401)


@pytest.mark.parametrize("token", ["", "nonsense", "ü", "a" * 5000])
def test_a_token_that_is_none_is_refused(db: None, token: str) -> None:
    refusal(Bot(Authorization=f"Token {token}").get("posts/"), 401)


@pytest.mark.parametrize(
    "path", ["", "posts/1/x/", "posts/x/", "questions/1/", "coherence/links/create/", "users/me/bots/", "api2/"]
)
def test_elsewhere_there_is_nothing(bot: Bot, path: str) -> None:
    assert "docs/metaculus.md" in refusal(bot.get(path), 404)["detail"]
    refusal(bot.post(path, {}), 404)


@pytest.mark.parametrize("path", ["posts", "posts/", "projects/tournaments", "projects/tournaments/essay"])
def test_the_last_slash_may_lack(bot: Bot, path: str) -> None:
    factories.source("essay")
    assert bot.get(path).status_code == 200


@pytest.mark.parametrize("verb", ["PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "path", [*READS, "posts/1/", "projects/tournaments/1/", "questions/forecast/", "questions/withdraw/", "comments/"]
)
def test_a_wrong_verb_is_a_problem(bot: Bot, verb: str, path: str) -> None:
    refusal(bot.ask(verb, path), 405)


def test_limits_and_their_headers_are_those_of_the_api(bot: Bot, ann: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PerForecaster, "rate", "3/min", raising=False)
    assert ann.get("forecasts/").status_code == 200
    assert bot.get("posts/")["X-RateLimit-Remaining"] == "1"
    assert bot.get("users/me")["X-RateLimit-Remaining"] == "0"
    response = bot.get("posts/")
    refusal(response, 429)
    assert 0 < int(response["Retry-After"]) <= 60


def test_what_django_itself_refuses_is_a_problem_too(db: None) -> None:
    client = Client(raise_request_exception=False)
    answer = client.get("/compat/metaculus/api/posts/", headers={"Host": "elsewhere.example"})
    refusal(answer, 400)


def test_it_is_described_elsewhere(ann: Api) -> None:
    assert "compat" not in ann.get("schema/").content.decode()


def test_tournaments_are_sources_and_collections_with_numbers_of_their_own(bot: Bot) -> None:
    made = [
        Collection.objects.create(slug="shelf", title="A shelf", description="Of *books*."),
        Collection.objects.create(slug="42", title="Numbered"),
        factories.source("essay", title="An Essay", summary="It predicts."),
        factories.source("42", title="Numbered too"),
    ]
    Collection.objects.create(slug="stage", title="A rehearsal", simulated=True)
    rows = bot.get("projects/tournaments/").json()
    assert [row["name"] for row in rows] == ["A shelf", "Numbered", "An Essay", "Numbered too"]
    assert len({row["id"] for row in rows}) == len({row["slug"] for row in rows}) == len(made)
    for row in rows:
        assert {type(row["id"]), row["type"]} == {int, "tournament"}
        for name in (row["id"], row["slug"]):
            shown = bot.get(f"projects/tournaments/{name}/").json()
            assert shown | row == shown
    assert bot.get("projects/tournaments/shelf/").json()["description"] == "Of *books*."
    assert bot.get("projects/tournaments/essay/").json()["description"] == "It predicts."
    assert bot.get("projects/tournaments/stage/").json()["visibility"] == "unlisted"


@pytest.mark.parametrize("name", ["nowhere", "1", "999999", "9" * 5000, "source:", "a%00b"])
def test_a_tournament_that_is_not_there_is_a_problem(bot: Bot, name: str) -> None:
    factories.source("essay")
    refusal(bot.get(f"projects/tournaments/{name}/"), 404)
