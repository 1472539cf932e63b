"""A clock that the tests hold, and clients that speak JSON."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests import factories
from tests.api.speaking import Api, Bot
from tests.factories import DAY, NOW


class Clock:
    """A millisecond later each time that somebody looks."""

    def __init__(self) -> None:
        self.at = NOW + DAY

    def __call__(self) -> dt.datetime:
        self.at += dt.timedelta(milliseconds=1)
        return self.at


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock is read at the edge; here the edge is ours."""
    clock = Clock()
    monkeypatch.setattr(timezone, "now", clock)
    return clock


@pytest.fixture
def visitor(db: None) -> Api:
    return Api()


@pytest.fixture
def ann(cast: factories.Cast) -> Api:
    return Api(cast.ann)


@pytest.fixture
def bob(cast: factories.Cast) -> Api:
    return Api(cast.bob)


@pytest.fixture
def curator(cast: factories.Cast) -> Api:
    return Api(cast.curator)


@pytest.fixture
def resolver(cast: factories.Cast) -> Api:
    return Api(cast.resolver)


@pytest.fixture
def bot(cast: factories.Cast) -> Bot:
    """Ann's program, at the adapter."""
    return Bot(cast.ann)


Count = Callable[[str], int]


@pytest.fixture
def queries(visitor: Api) -> Count:
    """How many queries a visitor's GET of a path takes."""

    def count(path: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert visitor.get(path).status_code == 200
        return len(captured)

    return count
