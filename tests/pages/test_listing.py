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
    second = browse(None).get("/forecasts/?status=open&page=2").content.decode()
    assert len(slugs(second)) == 2
    assert 'rel="prev" href="?status=open&amp;page=1"' in second
    for junk in ("junk", "-1", "0", "9" * 30, "²"):
        assert len(slugs(browse(None).get("/forecasts/", {"page": junk}).content.decode())) == 25
    assert "ends before this page" in browse(None).get("/forecasts/?page=30").content.decode()


def test_more_brings_only_the_rows_that_follow(browse: Browse, cast: factories.Cast, at: dt.datetime) -> None:
    for number in range(60):
        forecast(f"one-{number}", at)
    client, seen = browse(None), slugs(browse(None).get("/forecasts/").content.decode())
    for page, left in ((2, True), (3, False)):
        response = client.get(f"/forecasts/?page={page}", headers={"HX-Request": "true", "HX-Target": "more"})
        html = response.content.decode()
        seen += slugs(html)
        assert "HX-Target" in response["Vary"]
        assert ("<h1>" in html, 'rel="next"' in html, html.count("autofocus")) == (False, left, 1)
    assert len(set(seen)) == len(seen) == 60


def test_a_page_behind_the_end_says_so_and_leads_back_with_the_filters(browse: Browse, world: World) -> None:
    client = browse(None)
    html = client.get("/forecasts/?status=open&page=30").content.decode()
    assert "The list ends before this page." in html
    assert 'href="?status=open">Back to its beginning</a>' in html
    assert "No forecast matches" in client.get("/forecasts/?search=zebra&page=30").content.decode()
    # The list has become shorter since Next was shown.
    more = client.get("/forecasts/?page=2", headers={"HX-Request": "true", "HX-Target": "more"}).content.decode()
    assert "That is all of them." in more
    assert " of " not in more.replace("all of them", "")


def test_an_address_says_nothing_of_fields_that_are_empty(browse: Browse, world: World) -> None:
    response = browse(None).get("/forecasts/?search=&status=open&tag=&page=2")
    assert (response.status_code, response["Location"]) == (302, "/forecasts/?status=open&page=2")
    assert browse(None).get("/forecasts/?search=")["Location"] == "/forecasts/?"


def test_filters_that_are_set_can_be_taken_away_one_by_one(browse: Browse, world: World) -> None:
    html = browse(None).get("/forecasts/?status=open&condition=premise&search=gap&ordering=newest").content.decode()
    for said, without in {
        "Open": "condition=premise&amp;search=gap&amp;ordering=newest",
        "Counts only if: P0 Will it start?": "status=open&amp;search=gap&amp;ordering=newest",
        "“gap”": "status=open&amp;condition=premise&amp;ordering=newest",
    }.items():
        assert f'<a href="?{without}"><span class="away">Take away: </span>{said} ' in html


def test_what_is_ones_own_is_a_filter_for_those_who_are_signed_in(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    estimate(world.premise, cast.ann, 0.3, at - factories.DAY)
    ann = browse(cast.ann)
    assert slugs(ann.get("/forecasts/?status=open&mine=yes").content.decode()) == ["premise"]
    assert slugs(ann.get("/forecasts/?status=open&mine=no").content.decode()) == ["gap-yes", "gap-no"]
    visitor = browse(None).get("/forecasts/?status=open&mine=yes").content.decode()
    assert len(slugs(visitor)) == 3
    assert "Your estimate" not in visitor


def test_a_crowd_is_drawn_only_for_those_who_may_see_it(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    for day, said in ((9, 0.2), (5, 0.7)):
        estimate(world.premise, cast.ann, said, at - day * factories.DAY)
    address = "/forecasts/?status=open&search=start"
    for who, drawn in ((None, 0), (cast.bob, 0), (cast.ann, 1)):
        html = browse(who).get(address).content.decode()
        assert (html.count('class="spark"'), html.count("From 20% to 70%"), html.count("70%")) == (
            drawn,
            drawn,
            3 * drawn,
        )
        assert ("hidden until you estimate" in html) == (not drawn)


def test_a_mistyped_search_says_what_it_was_taken_for(browse: Browse, world: World) -> None:
    html = browse(None).get("/forecasts/?search=strat").content.decode()
    assert slugs(html) == ["premise"]
    assert "No forecast has “strat”. Looked for <b>start</b> instead." in html


def test_menus_offer_what_there_is_and_keep_what_was_asked_for(browse: Browse, world: World) -> None:
    html = browse(None).get("/forecasts/?condition=gap-yes").content.decode()
    assert '<option value="gap-yes" selected>' in html
    assert '<option value="premise">P0 Will it start?</option>' in html
    assert '<option value="gap">gap</option>' in html
    assert browse(None).get("/forecasts/?condition=no-such").status_code == 400


def test_a_rehearsal_shows_only_in_its_own_collection(browse: Browse, cast: factories.Cast, at: dt.datetime) -> None:
    rehearsal = Collection.objects.create(slug="rehearsal", title="Rehearsal", simulated=True)
    forecast("invented", at, collections=[rehearsal])
    assert slugs(browse(None).get("/forecasts/").content.decode()) == []
    assert slugs(browse(None).get("/forecasts/?collection=rehearsal").content.decode()) == ["invented"]


PLACES = [
    "/",
    "/forecasts/",
    "/forecasts/?search=hapen",
    "/answer/",
    "/sources/essay/",
    "/leaderboards/",
    "/resolve/",
    "/calibration/",
]


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
