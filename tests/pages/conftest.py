"""Who looks at the pages, and what there is to see."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from forecasts.models import Forecaster
from tests import factories
from tests import world as worlds
from tests.world import DAY, World, ended, estimate, forecast

__all__ = ["DAY", "Browse", "World", "ended", "estimate", "forecast"]

Browse = Callable[[Forecaster | None], Client]


@pytest.fixture
def at() -> dt.datetime:
    return timezone.now()


@pytest.fixture
def browse() -> Browse:
    def browse(who: Forecaster | None) -> Client:
        client = Client()
        if who is not None:
            client.force_login(who)
        return client

    return browse


@pytest.fixture
def world(cast: factories.Cast, at: dt.datetime) -> World:
    return worlds.stage(cast, at)
