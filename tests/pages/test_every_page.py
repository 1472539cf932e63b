"""Every page answers for everybody, and none carries a style or a script of its own."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from allauth.account.models import EmailAddress
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse
from django.views.defaults import server_error

from forecasts.models import Forecaster
from tests import factories

from .conftest import Browse, World

pytestmark = pytest.mark.django_db

PLAIN = ["home", "forecasts", "sources", "leaderboards", "calibration", "compare", "resolve", "scoring", "help"]
ENTRANCE = ["account_login", "account_signup", "account_reset_password"]
OWN = [
    "account",
    "letters",
    "letters-preview",
    "feeds",
    "usersessions_list",
    "tokens",
    "webhooks",
    "imports",
    "account_email",
    "account_change_password",
    "account_logout",
    "mfa_index",
    "mfa_activate_totp",
]
# An attribute that styles or runs, a style element, or a script element without an address.
INLINE = re.compile(r"<[^>]+\s(style|on[a-z]+)\s*=|<style|<script(?![^>]*\ssrc=)|javascript:", re.IGNORECASE)


def addresses(world: World) -> list[str]:
    found = [reverse(name) for name in PLAIN]
    found += [each.get_absolute_url() for each in world.all]
    found += [reverse(name, args=[each.slug]) for each in world.all for name in ("forecast-scores", "forecast-history")]
    found += [
        reverse("source", args=["essay"]),
        reverse("forecaster", args=["ann"]),
        reverse("forecaster", args=["curator"]),
    ]
    found += [
        "/leaderboards/?measure=brier&settled=false",
        "/calibration/?forecaster=ann",
        "/calibration/?crowd=median",
    ]
    found += ["/compare/?a=ann&b=bob", "/compare/?a=ann&b=crowd:median&settled=false", "/compare/?a=ann"]
    found += ["/calibration/?view=final&scope=source:essay", "/forecasts/?status=open&ordering=active&search=gap"]
    return found


@pytest.mark.parametrize("role", [None, "ann", "curator", "resolver", "admin"])
def test_every_page_answers_in_every_role(browse: Browse, world: World, cast: factories.Cast, role: str | None) -> None:
    client = browse(getattr(cast, role) if role else None)
    for address in addresses(world):
        response = client.get(address)
        assert response.status_code == 200, address
        assert not (found := INLINE.search(response.content.decode())), (address, found)


def test_pages_of_the_account_answer_in_our_frame(browse: Browse, cast: factories.Cast) -> None:
    EmailAddress.objects.create(user=cast.ann, email="ann@example.org", verified=True, primary=True)
    for names, who in ((ENTRANCE, None), (OWN, cast.ann)):
        client = browse(who)
        for name in names:
            response = client.get(reverse(name))
            if response.status_code == 302:
                assert reverse("account_reauthenticate") in response["Location"]
                response = client.get(response["Location"])
            text = response.content.decode()
            assert response.status_code == 200, name
            assert 'class="top"' in text, name
            assert not INLINE.search(text), name


def test_somebody_signs_up_and_is_welcome(browse: Browse) -> None:
    client = browse(None)
    given = {"username": "newcomer", "email": "new@example.org", "password1": "correct horse 9"}
    response = client.post(reverse("account_signup"), given)
    assert response.status_code == 302
    assert Forecaster.objects.filter(username="newcomer").exists()


@pytest.mark.parametrize(
    "address", ["/forecasts/none/", "/sources/none/", "/forecasters/none/", "/nothing/", "/forecasts/none/scores/"]
)
def test_what_is_not_there_is_a_404_in_our_frame(browse: Browse, db: None, address: str) -> None:
    response = browse(None).get(address)
    assert response.status_code == 404
    assert "Nothing is here" in response.content.decode()


def test_a_null_character_anywhere_is_no_fault_of_ours(browse: Browse, world: World) -> None:
    client = browse(None)
    for address in (
        "/forecasts/?search=%00",
        "/forecasts/?tag=%00",
        "/leaderboards/?scope=tag:%00",
        "/calibration/?forecaster=%00",
        "/compare/?a=%00&b=ann",
        "/compare/?a=ann&b=%00",
    ):
        assert client.get(address).status_code == 400, address
    assert client.get("/forecasters/%00/").status_code == 404
    assert client.get("/forecasts/?page=%00").status_code == 200


def test_the_policy_allows_only_what_comes_from_here(browse: Browse, db: None) -> None:
    policy = browse(None).get("/")["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
    assert "unsafe" not in policy


def test_the_page_for_a_fault_of_ours_needs_nothing_that_could_be_at_fault(
    rf: RequestFactory, django_assert_num_queries: Callable[[int], AbstractContextManager[None]]
) -> None:
    with django_assert_num_queries(0):
        response = server_error(rf.get("/"))
    assert response.status_code == 500
    assert "Something broke here" in response.content.decode()
    assert 'class="top"' in response.content.decode()


def test_too_many_attempts_are_answered_in_our_frame(rf: RequestFactory) -> None:
    html = render_to_string("429.html", request=rf.get("/"))
    assert "Too many attempts" in html
    assert not INLINE.search(html)


def test_an_empty_site_says_what_to_do(browse: Browse, db: None) -> None:
    client = browse(None)
    for address, said in {
        "/": "Nothing is registered yet",
        "/forecasts/": "Nothing is registered yet",
        "/sources/": "A curator registers sources",
        "/leaderboards/": "Nothing has been scored here yet",
        "/calibration/": "starts when forecasts resolve",
        "/compare/": "Name two",
        "/resolve/": "Nothing waits",
        "/scoring/": "Nothing has been decided yet",
    }.items():
        assert said in client.get(address).content.decode(), address


@pytest.mark.parametrize(("address", "way"), [("/forecasts/", "/curate/"), ("/sources/", "/curate/source/")])
def test_an_empty_list_leads_a_curator_to_registering(
    browse: Browse, cast: factories.Cast, address: str, way: str
) -> None:
    for who, led in ((cast.curator, True), (cast.ann, False)):
        content = browse(who).get(address).content.decode().split("<main")[1]
        assert (f'href="{way}"' in content) is led


def test_the_frame_knows_who_looks(browse: Browse, world: World, cast: factories.Cast) -> None:
    visitor = browse(None).get("/forecasts/").content.decode()
    forecaster = browse(cast.ann).get("/forecasts/").content.decode()
    curator = browse(cast.curator).get("/forecasts/").content.decode()
    resolver = browse(cast.resolver).get("/forecasts/").content.decode()
    assert ("Sign in" in visitor, "Sign out" in visitor, "To resolve" in visitor) == (True, False, False)
    assert ("Sign in" in forecaster, "Sign out" in forecaster, "To resolve" in forecaster) == (False, True, False)
    assert "To resolve (2)" in resolver
    assert ('href="/curate/"' in forecaster, 'href="/curate/"' in curator) == (False, True)
    assert 'href="/forecasts/" aria-current="page"' in visitor
    assert "/admin/" not in resolver
    assert "/admin/" in browse(cast.admin).get("/").content.decode()


def test_browsers_that_ask_for_an_icon_by_habit_find_it(client: Client) -> None:
    answer = client.get("/favicon.ico")
    assert answer.status_code == 302
    assert answer["Location"].endswith("icon.svg")
