"""Addresses of the admin, forecasts by the real clock, and what a resolver fills in there."""

from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from forecasts.models import Forecast
from tests import factories
from tests.factories import DAY


def page(name: str, *ids: object, **query: str) -> str:
    return reverse(f"admin:forecasts_{name}", args=ids, query=query)


def due(slug: str = "", days: int = 1, **fields: Any) -> Forecast:
    """A forecast that has been due for so many days, by the real clock."""
    now = timezone.now()
    times = {"opens_at": now - 100 * DAY, "closes_at": now - 2 * days * DAY, "resolve_by": now - days * DAY}
    return factories.forecast(slug, **times, **fields)


def still_open(slug: str = "", **fields: Any) -> Forecast:
    now = timezone.now()
    return factories.forecast(slug, opens_at=now - DAY, closes_at=now + DAY, **fields)


def decision(forecast: Forecast, **changes: Any) -> dict[str, Any]:
    """What a resolver fills in, having seen what is in force now."""
    forecast.refresh_from_db()
    known_at = timezone.now() - DAY
    return {
        "outcome": "yes",
        "known_at_0": f"{known_at:%Y-%m-%d}",
        "known_at_1": f"{known_at:%H:%M:%S}",
        "reason": "It was counted.",
        "links": "https://example.org/count\n\nhttps://example.org/again",
        "revision": forecast.resolution.revision if forecast.resolution else 0,
    } | changes


def questions(client: Client, **query: str) -> list[str]:
    listed = client.get(page("forecast_changelist", **query)).context["cl"].result_list
    return [forecast.slug for forecast in listed]
