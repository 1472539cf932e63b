"""What tests of the adapter's posts share."""

from typing import Any

from tests import factories
from tests.api.speaking import Bot
from tests.factories import DAY, NOW


def listed(bot: Bot, **parameters: Any) -> list[str]:
    response = bot.get("posts/", **parameters)
    assert response.status_code == 200, response.content
    return [post["slug"] for post in response.json()["results"]]


def in_every_state() -> None:
    factories.forecast("upcoming", opens_at=NOW + 5 * DAY)
    factories.forecast("open")
    factories.forecast("closed", closes_at=NOW - DAY, resolve_by=NOW + 50 * DAY)
    factories.forecast("due", closes_at=NOW - DAY)
    for outcome in ("yes", "no", "annulled"):
        factories.resolution(factories.forecast(outcome, closes_at=NOW - DAY), outcome)
