"""Atom feeds and calendars: what they hold, what they hide, private links, and asking again."""

import datetime as dt
from xml.etree import ElementTree as ET

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from icalendar import Calendar

from forecasts import feeds, links
from forecasts.models import Forecaster
from forecasts.services import accounts
from tests import factories

from .conftest import Browse, World, estimate, forecast

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"
PUBLIC = ["/feeds/opened.atom", "/feeds/resolved.atom", "/feeds/sources/essay.atom"]
PUBLIC += ["/calendars/open.ics", "/calendars/sources/essay.ics"]


def entries(client: Client, address: str) -> list[str]:
    """Titles and texts of a feed."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    assert answer["Content-Type"].startswith("application/atom+xml")
    tree = ET.fromstring(answer.content)
    return [f"{each.findtext(f'{ATOM}title')} {each.findtext(f'{ATOM}summary')}" for each in tree.iter(f"{ATOM}entry")]


def events(client: Client, address: str) -> dict[str, str]:
    """Summaries of a calendar by what they are of, after reading it as a calendar program does."""
    answer = client.get(address)
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    read = Calendar.from_ical(answer.content)
    assert not list(read.walk("VALARM"))
    assert all(event.get("dtstamp") and event.get("url") for event in read.walk("VEVENT"))
    return {str(event["uid"]).split("@")[0]: str(event["summary"]) for event in read.walk("VEVENT")}


def own(account: Forecaster, name: str = "feed-own") -> str:
    return reverse(name, args=[links.feed_token(account)])


def test_newly_opened_and_resolved_are_told(client: Client, world: World) -> None:
    opened = entries(client, "/feeds/opened.atom")
    assert any(each.startswith("Opened: Will it start?") for each in opened)
    assert not any("upcoming" in each for each in opened)
    resolved = entries(client, "/feeds/resolved.atom")
    assert sorted(each.split(":")[0] for each in resolved) == ["Annulled", "Resolved yes"]


def test_a_branch_says_when_it_counts(client: Client, world: World) -> None:
    assert any("Counts only if this resolves yes" in each for each in entries(client, "/feeds/sources/essay.atom"))


def test_calendars_hold_what_is_open_and_nothing_else(client: Client, world: World) -> None:
    everything = events(client, "/calendars/open.ics")
    assert set(everything) == {"premise.closes", "gap-yes.closes", "gap-no.closes"}
    assert everything["premise.closes"] == "Closes and is due: Will it start?"
    assert set(events(client, "/calendars/sources/essay.ics")) == set(everything)


@pytest.mark.parametrize("address", PUBLIC)
def test_asked_again_for_the_same_they_say_that_nothing_changed(client: Client, world: World, address: str) -> None:
    first = client.get(address)
    again = client.get(address, headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("address", PUBLIC)
def test_no_crowd_and_no_estimate_is_in_a_public_one(
    client: Client, world: World, cast: factories.Cast, address: str, at: dt.datetime
) -> None:
    before = client.get(address).content
    estimate(world.premise, cast.ann, 0.37, at)
    assert client.get(address).content == before


def test_rehearsals_are_in_none_of_them(client: Client, world: World) -> None:
    type(world.premise).objects.update(simulated=True)
    assert [entries(client, address) for address in PUBLIC[:3]] == [[], [], []]
    assert [events(client, address) for address in PUBLIC[3:]] == [{}, {}]


def test_ones_own_feed_tells_how_it_ended_and_what_closes(
    client: Client, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    soon = forecast("soon", at, closes=2)
    estimate(soon, cast.ann, 0.8, at)
    estimate(soon, cast.bob, 0.8, at)
    told = entries(client, own(cast.ann))
    assert [each.split(":")[0] for each in told] == ["Annulled", "Resolved yes", "Closing"]
    assert "You stand at 80%, the crowd at 80%." in told[2]
    assert entries(client, own(cast.curator)) == []


def test_ones_own_calendar_holds_what_one_stands_on(
    client: Client, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    estimate(world.premise, cast.ann, 0.8, at)
    assert set(events(client, own(cast.ann, "calendar-own"))) == {"premise.closes"}
    assert events(client, own(cast.bob, "calendar-own")) == {}


def test_a_resolvers_calendar_holds_what_is_theirs_to_do(client: Client, world: World, cast: factories.Cast) -> None:
    found = events(client, own(cast.resolver, "calendar-own"))
    assert set(found) == {"due.resolve", "closed.resolve", "premise.resolve", "upcoming.resolve"}
    assert found["due.resolve"].startswith("To resolve: ")


def test_a_private_link_is_kept_out_of_caches_and_search(client: Client, cast: factories.Cast) -> None:
    answer = client.get(own(cast.ann))
    assert (answer["Cache-Control"], answer["X-Robots-Tag"]) == ("private, max-age=600", "noindex")


def test_a_renewed_link_ends_the_old_one(browse: Browse, client: Client, cast: factories.Cast) -> None:
    old = own(cast.ann)
    browse(cast.ann).post(reverse("feeds-renew"))
    cast.ann.refresh_from_db()
    assert [client.get(address).status_code for address in (old, own(cast.ann))] == [404, 200]
    assert client.get(own(cast.bob)).status_code == 200


@pytest.mark.parametrize("token", ["1", "1-0", "1-0.forged", "%00", "1-0."])
def test_a_forged_link_is_nobodys(client: Client, cast: factories.Cast, token: str) -> None:
    for address in (f"/feeds/own/{token}.atom", f"/calendars/own/{token}.ics"):
        assert client.get(address).status_code == 404


def test_a_closed_account_has_no_feed(client: Client, cast: factories.Cast, at: dt.datetime) -> None:
    accounts.close(account=cast.ann, by=cast.ann, at=at, typed_name="ann")
    assert client.get(own(cast.ann)).status_code == 404


def test_what_xml_cannot_carry_is_left_out(client: Client, cast: factories.Cast, at: dt.datetime) -> None:
    forecast("odd", at, question="Will \x0b <b>it</b> & more?")
    (told,) = entries(client, "/feeds/opened.atom")
    assert told.startswith("Opened: Will  <b>it</b> & more?")
    assert set(events(client, "/calendars/open.ics")) == {"odd.closes"}


def test_they_are_bounded(
    client: Client, cast: factories.Cast, at: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds, "MOST", 2)
    monkeypatch.setattr(feeds, "MOST_EVENTS", 2)
    for number in range(4):
        forecast(f"number-{number}", at)
    assert len(entries(client, "/feeds/opened.atom")) == 2
    assert len(events(client, "/calendars/open.ics")) == 2


def test_the_number_of_queries_does_not_depend_on_rows(client: Client, cast: factories.Cast, at: dt.datetime) -> None:
    addresses = ["/feeds/opened.atom", "/calendars/open.ics", own(cast.ann), own(cast.ann, "calendar-own")]
    counts = []
    for count in (1, 4):
        for number in range(count):
            estimate(forecast(f"{count}-{number}", at, closes=3), cast.ann, 0.7, at)
        with CaptureQueriesContext(connection) as seen:
            for address in addresses:
                client.get(address)
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_the_page_lists_them_and_shows_private_links_to_their_owner_alone(
    browse: Browse, world: World, cast: factories.Cast
) -> None:
    visitor = browse(None).get("/feeds/").content.decode()
    assert "Sign in" in visitor
    assert "/feeds/own/" not in visitor
    mine = browse(cast.ann).get("/feeds/").content.decode()
    assert own(cast.ann) in mine
    for address in PUBLIC:
        assert address in visitor
