"""The list of forecasts: filters, search, order, pages, and what it costs."""

import datetime as dt
import re
from itertools import product

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from forecasts.models import Collection, Forecaster
from tests import factories

from .conftest import Browse, World, ended, estimate, forecast

pytestmark = pytest.mark.django_db


def slugs(html: str) -> list[str]:
    return re.findall(r'class="q">.*?href="/forecasts/([\w-]+)/"', html)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("status=open&ordering=claim", ["premise", "gap-yes", "gap-no"]),
        ("status=upcoming", ["upcoming"]),
        ("status=closed", ["closed"]),
        ("status=due", ["due"]),
        ("status=resolved", ["resolved"]),
        ("status=annulled", ["annulled"]),
        ("source=essay&ordering=-closes", ["premise", "gap-no", "gap-yes"]),
        ("tag=gap", ["gap-yes"]),
        ("search=start", ["premise"]),
        ("search=C1&status=open&ordering=closes", ["gap-yes", "gap-no"]),
    ],
)
def test_the_address_says_what_is_listed(browse: Browse, world: World, query: str, expected: list[str]) -> None:
    assert slugs(browse(None).get(f"/forecasts/?{query}").content.decode()) == expected


def test_a_choice_that_does_not_exist_is_told_beside_its_field(browse: Browse, world: World) -> None:
    response = browse(None).get("/forecasts/?status=maybe&search=start")
    assert response.status_code == 400
    assert "maybe is not one of the available choices" in response.content.decode()
    assert slugs(response.content.decode()) == ["premise"]


def test_nothing_found_says_what_to_do(browse: Browse, world: World) -> None:
    html = browse(None).get("/forecasts/?search=zebra").content.decode()
    assert "No forecast matches" in html
    assert 'value="zebra"' in html


def test_pages_keep_the_filters(browse: Browse, cast: factories.Cast, at: dt.datetime) -> None:
    for number in range(27):
        forecast(f"one-{number}", at)
    html = browse(None).get("/forecasts/?status=open").content.decode()
    assert len(slugs(html)) == 25
    assert 'href="?status=open&amp;page=2"' in html
    assert len(slugs(browse(None).get("/forecasts/?status=open&page=2").content.decode())) == 2
    assert len(slugs(browse(None).get("/forecasts/?page=junk").content.decode())) == 25


def test_a_rehearsal_shows_only_in_its_own_collection(browse: Browse, cast: factories.Cast, at: dt.datetime) -> None:
    rehearsal = Collection.objects.create(slug="rehearsal", title="Rehearsal", simulated=True)
    forecast("invented", at, collections=[rehearsal])
    assert slugs(browse(None).get("/forecasts/").content.decode()) == []
    assert slugs(browse(None).get("/forecasts/?collection=rehearsal").content.decode()) == ["invented"]


PLACES = ["/", "/forecasts/", "/sources/essay/", "/leaderboards/", "/resolve/", "/calibration/"]


@pytest.mark.parametrize(("address", "role"), list(product(PLACES, (None, "ann"))))
def test_more_rows_cost_no_more_queries(
    browse: Browse, world: World, at: dt.datetime, address: str, role: str | None
) -> None:
    ann = Forecaster.objects.get(username="ann")
    client = browse(ann if role else None)
    client.get(address)
    with CaptureQueriesContext(connection) as before:
        client.get(address)
    for number in range(6):
        more = {"claim": world.premise.claim} if number % 2 else {}
        estimate(forecast(f"more-{number}", at, **more), ann, 0.3, at - factories.DAY)
        ended(f"ended-{number}", "no", (ann, factories.forecaster()), at)
        forecast(f"due-{number}", at, closes=-2, condition=world.resolved, condition_outcome="yes")
    # What is worked out once for the same totals is worked out anew when they change.
    client.get(address)
    with CaptureQueriesContext(connection) as after:
        client.get(address)
    assert len(after) <= len(before), [query["sql"][:100] for query in after.captured_queries]
