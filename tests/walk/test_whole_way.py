"""From the essay to the boards, over HTTP, with web, worker and beat in processes of their own."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from knox.models import AuthToken

from forecasts.models import Forecast, Forecaster
from tests import factories
from tests.service import Answer, Http, running, wait_until

pytestmark = pytest.mark.django_db(transaction=True)

ESSAY = "forecasts/catalog/ai_pause.toml"
PREMISE, BRANCH, TWIN, SOON = "ai-pause-p0", "ai-pause-c7a-yes", "ai-pause-c7a-no", "will-it-be-quick"


@pytest.fixture
def address(transactional_db: None, tmp_path: Path) -> Iterator[str]:
    call_command("register", ESSAY)
    with running(tmp_path / "service.log") as address:
        yield address


def with_token(address: str, forecaster: Forecaster) -> Http:
    return Http(address, AuthToken.objects.create(user=forecaster, expiry=None)[1])


def api(slug: str, rest: str = "") -> str:
    return f"/api/v1/forecasts/{slug}/{rest}"


def moment() -> str:
    return timezone.now().isoformat()


def scored(client: Http, slug: str) -> Any:
    answer = client.get(api(slug, "scores/")).json()
    return answer if answer["state"] in {"scored", "annulled"} else None


def counted(client: Http, path: str, name: str) -> Any:
    """What a board or a calibration says, once something is folded into its totals."""
    shown = client.get(f"/api/v1/{path}").json()
    return shown if shown[name] else None


def accepted(answer: Answer) -> Any:
    assert answer.status in {200, 201}, answer.text
    return answer.json()


def test_the_whole_way(address: str) -> None:
    bot = with_token(address, factories.forecaster("bot", is_bot=True))
    curator = with_token(address, factories.forecaster("curator", is_curator=True))
    decider = with_token(address, factories.forecaster("decider", is_resolver=True))
    visitor, ann = Http(address), Http(address)

    # A forecaster signs up and puts a probability on record by page, a program by API, citing evidence.
    ann.form("/accounts/signup/", {"username": "ann", "email": "ann@example.org", "password1": "correct horse 9"})
    evidence = accepted(
        bot.call(
            "POST", api(BRANCH, "evidence/"), {"title": "A poll", "direction": "raises", "url": "https://example.org"}
        )
    )
    assert estimate_by_page(ann, PREMISE, percent="20%", rationale="**Rare.**").status == 200
    assert estimate_by_page(ann, BRANCH, percent="70", evidence=evidence["id"]).status == 200
    accepted(curator.call("POST", "/api/v1/forecasts/", soon()))
    assert estimate_by_page(ann, SOON, percent="90").status == 200
    for slug, p in ((PREMISE, 0.1), (BRANCH, 0.6), (TWIN, 0.4), (SOON, 0.3)):
        accepted(bot.call("POST", api(slug, "estimates/"), {"probability": p}))
    assert {estimate.probability for estimate in Forecast.objects.get(slug=BRANCH).estimates.all()} == {0.7, 0.6}
    cited = Forecast.objects.get(slug=BRANCH).estimates.get(forecaster__username="ann")
    assert [piece.pk for piece in cited.evidence.all()] == [evidence["id"]]

    # The worker works out the crowd; who has estimated sees it, a visitor does not.
    wait_until(lambda: bot.get(api(BRANCH, "crowd/")).json()["points"][-1:] and True, "the crowd is worked out")
    assert visitor.get(api(BRANCH, "crowd/")).json()["hidden"] is True

    # The premise resolves yes: the twin that needed a no is void, and says which resolution caused it.
    made = accepted(decider.call("POST", api(PREMISE, "resolution/"), resolution("yes")))
    twin = bot.get(api(TWIN, "resolution/")).json()
    assert twin["outcome"] == "annulled"
    assert twin["revisions"][-1]["cause"] == {"forecast": PREMISE, "revision": made["revision"]}
    assert bot.call("POST", api(TWIN, "estimates/"), {"probability": 0.5}).status == 409

    # A branch resolves; the worker scores it; the boards and the calibration show it.
    for slug in (BRANCH, SOON):
        accepted(decider.call("POST", api(slug, "resolution/"), resolution("yes")))
    scores = wait_until(lambda: scored(bot, BRANCH), "the worker has scored the branch")
    mine = {row["name"]: row for row in scores["scores"]}
    assert mine["ann"]["peer"] > 0 > mine["bot"]["peer"]
    for slug in (PREMISE, SOON):
        wait_until(lambda slug=slug: scored(bot, slug), f"the worker has scored {slug}")
    board = wait_until(
        lambda: counted(visitor, "leaderboards/?scope=source:ai-pause-will-likely-backfire", "unranked"),
        "the worker has folded the scores into totals",
    )
    assert board["provisional"]
    assert {row["name"] for row in board["unranked"]} == {"ann", "bot"}
    # Only the short one weighs a millionth of its schedule or more.
    shown = wait_until(lambda: counted(visitor, "calibration/?forecaster=ann", "n_forecasts"), "the short one counts")
    assert (shown["n_forecasts"], shown["bins"][9]["observed_frequency"]) == (1, 1)
    for page in ("/", "/forecasts/", f"/forecasts/{BRANCH}/", "/leaderboards/", "/calibration/", "/forecasters/ann/"):
        assert visitor.get(page).status == 200, page
    assert "ann" in visitor.get("/leaderboards/?measure=brier").text

    # The premise is corrected: its branches change places, and what had been scored no longer counts.
    accepted(decider.call("POST", api(PREMISE, "resolution/"), resolution("no") | {"revision": 1}))
    assert bot.get(api(BRANCH, "resolution/")).json()["outcome"] == "annulled"
    assert bot.get(api(TWIN, "resolution/")).json()["outcome"] is None
    wait_until(lambda: scored(bot, BRANCH), "the worker has taken the scores back")
    assert wait_until(lambda: scored(bot, BRANCH), "annulled")["state"] == "annulled"


def estimate_by_page(client: Http, slug: str, **fields: Any) -> Answer:
    return client.form(f"/forecasts/{slug}/", fields, f"/forecasts/{slug}/estimate/")


def soon() -> dict[str, Any]:
    """A branch of the premise that is open for ten minutes, so that seconds of standing are a part of it."""
    opens_at = timezone.now() - dt.timedelta(seconds=1)
    return {
        "slug": SOON,
        "question": "Will it be quick, within 10 minutes?",
        "criteria": "Yes if it took fewer than 10 minutes.",
        "opens_at": opens_at.isoformat(),
        "closes_at": (opens_at + dt.timedelta(minutes=10)).isoformat(),
        "condition": PREMISE,
        "condition_outcome": "yes",
    }


def resolution(outcome: str) -> dict[str, Any]:
    return {
        "outcome": outcome,
        "known_at": moment(),
        "reason": "It is in the journal.",
        "links": ["https://example.org"],
    }
