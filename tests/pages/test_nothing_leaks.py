"""Whoever may not see something finds no trace of it at any address, in any format."""

from collections.abc import Iterator
from functools import reduce

import pytest
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone

from forecasts.models import Estimate, Forecast, Import, Note
from forecasts.services import crowds, imports, noting, sealing
from tests import factories
from tests.factories import DAY
from tests.forecasts.elsewhere import HEADER
from tracker.models import Picture
from tracker.pages.pictures import showing

from .conftest import Browse
from .test_hostile_requests import routes

pytestmark = pytest.mark.django_db
# What nobody else says here: a hidden probability as it may be written, and texts.
HIDDEN = ("0.4321", "43.21", "43%", "ZEBRA")
SLUG = "secret"


@pytest.fixture
def secret(cast: factories.Cast) -> Forecast:
    """Open, its crowd hidden, with all that bob keeps to himself."""
    # By the clock of whoever asks.
    at = timezone.now() - 5 * DAY
    times = {name: at + days * DAY for name, days in (("opens_at", -1), ("reveal_at", 50), ("closes_at", 60))}
    made = factories.forecast(SLUG, **times, resolve_by=at + 70 * DAY)
    said = factories.estimate(made, cast.bob, 0.4321, at, rationale="ZEBRA reasons")
    factories.estimate(made, factories.forecaster("dora"), 0.4321, at, rationale="ZEBRA too")
    noting.write(forecast=made, by=cast.bob, at=at, text="ZEBRA in public", estimate=said.pk)
    noting.write(forecast=made, by=cast.bob, at=at + DAY, text="ZEBRA in private", is_private=True)
    crowds.refresh(forecast_id=made.pk, at=at + 2 * DAY)
    content = f"{HEADER}\nZEBRA?,0.4321,2026-01-01T12:00:00Z,yes,2026-02-01T12:00:00Z\nZEBRA too?,x,,,\n".encode()
    brought = imports.ask(by=cast.bob, origin="plain", content=content, file_name="ZEBRA.csv", at=at)
    assert imports.carry_out(import_id=brought.pk, clock=lambda: at)
    sealing.seal(at=at + 2 * DAY)
    return made


def addresses() -> Iterator[str]:
    """Every address of pages, API, adapter, feeds and files that names the forecast, its maker or a row of theirs."""
    rows = {"estimate": Estimate.objects.all(), "note": Note.objects.all()}
    note, forecast = Note.objects.filter(is_private=True).get(), Forecast.objects.get(slug=SLUG)
    named = {
        "<int:import_id>": str(Import.objects.get().pk),
        "<int:note_id>": str(note.pk),
        "(?P<number>[0-9]+)": str(forecast.pk),
        "<slug:origin>": "plain",
        "<str:name>": "bob",
        "<slug:slug>": SLUG,
        "/?$": "/",
        "^": "",
    }
    for route in routes(get_resolver().url_patterns):
        to = reduce(lambda so_far, each: so_far.replace(*each), named.items(), route)
        for kind, found in rows.items():
            for row in found:
                yield to.replace("<slug:kind>", kind).replace("<int:row_id>", str(row.pk))
    yield from (f"/charts/history.svg?forecast={SLUG}", f"/charts/accrual.svg?forecast={SLUG}&forecaster=bob")
    yield from (f"/compat/metaculus/api/comments/?{asked}" for asked in comments(forecast))


def comments(forecast: Forecast) -> Iterator[str]:
    for whose in (f"post={forecast.pk}", f"author={Note.objects.first().author_id}"):
        yield from (whose, f"{whose}&is_private=true")


QUERY = f"?forecast={SLUG}&forecaster=bob&whose=bob&crowd=median&settled=false&scope=all"
# What signs people in and out, and what takes no parameters.
ELSEWHERE = ("/admin", "/accounts/login", "/accounts/logout", "/accounts/signup", "/accounts/2fa", "/accounts/password")


def found_by(client: Client) -> dict[str, list[str]]:
    """Address by address what of HIDDEN the answer has."""
    leaks = {}
    for to in dict.fromkeys(each for each in addresses() if "<" not in each and "(" not in each):
        if to.startswith(ELSEWHERE):
            continue
        for address in (to,) if "?" in to else (to, to + QUERY):
            answer = client.get(address)
            assert answer.status_code < 500 or answer.headers.get("Retry-After"), address
            said = b"".join(answer) if answer.streaming else answer.content
            if words := [word for word in HIDDEN if word.encode() in said]:
                leaks[address] = words
    return leaks


@pytest.fixture(autouse=True)
def nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(showing, "PATIENCE", 0)


@pytest.mark.parametrize("name", [None, "carol"])
def test_nobody_finds_what_is_hidden(browse: Browse, secret: Forecast, name: str | None) -> None:
    reader = factories.forecaster(name, is_curator=True, is_resolver=True) if name else None
    assert found_by(browse(reader)) == {}
    drawn = "".join(Picture.objects.values_list("recipe", flat=True))
    assert drawn
    assert not [word for word in HIDDEN if word in drawn]


def test_whoever_may_see_it_finds_it_in_many_places(browse: Browse, cast: factories.Cast, secret: Forecast) -> None:
    """Or nobody would find anything because nothing is looked at."""
    found = found_by(browse(cast.bob))
    assert len(found) > 20, found
    for part in (
        "estimates.csv",
        "notes.csv",
        "v1/ledger/proofs/note",
        "metaculus/api/posts/",
        "imported",
    ):
        assert [address for address in found if part in address], part
