"""One site for all the faults; each test finds it whole, and must leave it so without a hand."""

import datetime as dt
import itertools
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from knox.models import AuthToken

from forecasts.models import Forecaster
from tests import factories
from tests.service import wait_until

from . import load
from .checking import check
from .site import Site, connected, small_disk

CLIENTS = 4


@dataclass
class Faults:
    """What a test does to the site, and what it may count on."""

    site: Site
    on_small_disk: bool
    tokens: list[str]
    resolver: str
    open: str = ""
    promises: load.Promises = field(default_factory=load.Promises)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def ask(self, n: int = 3) -> list[str]:
        """New forecasts, open for an hour, so that seconds of standing are a part of it."""
        opens_at = timezone.now() - dt.timedelta(seconds=1)
        times = {"at": opens_at, "opens_at": opens_at, "closes_at": opens_at + dt.timedelta(hours=1)}
        return [factories.forecast(f"asked-{next(self._numbers)}", tags=["fault"], **times).slug for _ in range(n)]

    @contextmanager
    def load(self, slugs: list[str]) -> Iterator[None]:
        """Everybody estimates on these and on one that stays open."""
        with load.load(self.site.address, self.tokens, [*slugs, self.open], self.promises):
            yield

    def decide(self, slug: str, outcome: str = "yes", **more: Any) -> None:
        load.decide(self.site.address, self.resolver, slug, outcome, self.promises, **more)

    def more(self, n: int = 12) -> None:
        """Let the load run on until so many more estimates are acknowledged."""
        wanted = len(self.promises.estimates) + n
        wait_until(lambda: len(self.promises.estimates) >= wanted, f"{n} more estimates are acknowledged", seconds=90)

    def await_answer(self, status: int) -> None:
        """Let the load run on until somebody is answered that, once more."""
        before = self.promises.answers[status]
        wait_until(lambda: self.promises.answers[status] > before, f"somebody is answered {status}", seconds=90)

    def check(self) -> str:
        try:
            return check(self.promises)
        except AssertionError as error:
            error.add_note(self.site.last_words())
            raise


@pytest.fixture(scope="package")
def standing(django_db_blocker: Any) -> Iterator[Faults]:
    with ExitStack() as stack:
        site = Site(Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="faults-"))))
        on_small_disk = stack.enter_context(small_disk(site.postgres.server.home))
        stack.callback(site.end)
        site.postgres.start()
        site.valkey.start()
        stack.enter_context(django_db_blocker.unblock())
        stack.enter_context(connected(site))
        call_command("migrate", verbosity=0)
        people = [factories.forecaster(f"client{place}") for place in range(CLIENTS)]
        tokens = [_token(each) for each in people]
        resolver = _token(factories.forecaster("resolver", is_resolver=True))
        for name in ("web", "worker", "beat"):
            site.start(name)
        made = Faults(site, on_small_disk, tokens, resolver)
        [made.open] = made.ask(1)
        yield made


def _token(of: Forecaster) -> str:
    return str(AuthToken.objects.create(user=of, expiry=None)[1])


@pytest.fixture
def faults(standing: Faults, record_property: Any) -> Iterator[Faults]:
    """The site; when the test has done its worst, everything is checked and told."""
    yield standing
    record_property("tried", standing.check())
