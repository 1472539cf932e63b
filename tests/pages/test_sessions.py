"""The page of one's sessions, and ending the others, at the same cost however many there are."""

import datetime as dt

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from forecasts.models import Forecaster
from forecasts.services import accounts, sessions
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "correct horse 9"
ADDRESS = "/accounts/sessions/"


def signed_in(name: str, browser: str = "A browser") -> Client:
    client = Client(headers={"User-Agent": browser})
    answer = client.post(reverse("account_login"), {"login": name, "password": PASSWORD})
    assert answer.status_code == 302
    return client


def signed_in_still(client: Client) -> bool:
    return client.get("/accounts/").status_code == 200


@pytest.fixture
def ann() -> Forecaster:
    return factories.forecaster("ann")


def test_each_is_listed_and_the_one_that_looks_is_named(ann: Forecaster) -> None:
    signed_in("ann", "Lynx"), signed_in(factories.forecaster("bob").username, "Mosaic")
    html = signed_in("ann", "Firefox").get(ADDRESS).content.decode()
    assert ("Lynx" in html, "Firefox" in html, "Mosaic" in html) == (True, True, False)
    assert html.index("Lynx") < html.index("this one") < html.index("Firefox")
    assert reverse("usersessions_list") == ADDRESS


def test_what_is_over_is_neither_listed_nor_kept(ann: Forecaster) -> None:
    signed_in("ann", "Left").post(reverse("account_logout"))
    signed_in("ann", "Expired")
    Session.objects.update(expire_date=timezone.now() - dt.timedelta(days=1))
    client = signed_in("ann", "Now")
    html = client.get(ADDRESS).content.decode()
    assert ("Left" in html, "Expired" in html, "Now" in html) == (False, False, True)
    assert UserSession.objects.count() == 1


def test_one_that_began_with_another_password_is_over(ann: Forecaster) -> None:
    before = signed_in("ann", "Before")
    ann.set_password("battery staple 9")
    ann.save()
    assert not signed_in_still(before)
    client = Client(headers={"User-Agent": "After"})
    client.post(reverse("account_login"), {"login": "ann", "password": "battery staple 9"})
    html = client.get(ADDRESS).content.decode()
    assert ("Before" in html, "After" in html) == (False, True)


def test_what_holds_is_found_behind_more_than_are_shown_that_are_over(
    ann: Forecaster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "MOST", 2)
    mine = signed_in("ann", "Mine")
    for _ in range(5):
        signed_in("ann", "Before")
    new = {"oldpassword": PASSWORD, "password1": "battery staple 9", "password2": "battery staple 9"}
    mine.post(reverse("account_change_password"), new)
    html = mine.get(ADDRESS).content.decode()
    assert ("Mine" in html, "Before" in html, "newest" in html) == (True, False, False)
    assert UserSession.objects.count() == 1


def test_the_others_are_signed_out_and_this_one_stays(ann: Forecaster) -> None:
    others, mine = [signed_in("ann") for _ in range(3)], signed_in("ann")
    theirs = signed_in(factories.forecaster("bob").username)
    assert all(map(signed_in_still, others))
    mine.post(ADDRESS)
    assert [signed_in_still(client) for client in (*others, mine, theirs)] == [False, False, False, True, True]
    assert UserSession.objects.count() == Session.objects.count() == 2


def test_closing_the_account_ends_them_all(ann: Forecaster) -> None:
    clients = [signed_in("ann") for _ in range(2)]
    accounts.close(account=ann, by=ann, at=timezone.now(), typed_name="ann")
    assert not any(map(signed_in_still, clients))
    assert UserSession.objects.count() == Session.objects.count() == 0


def test_more_sessions_cost_no_more_queries(ann: Forecaster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "MOST", 6)
    client, counts = signed_in("ann", "Oldest"), []
    for number in (2, 5, 9):
        while UserSession.objects.count() < number:
            signed_in("ann")
        with CaptureQueriesContext(connection) as shown:
            html = client.get(ADDRESS).content.decode()
        counts.append(len(shown))
    assert counts[0] == counts[1] == counts[2]
    assert ("These are the 6 newest" in html, html.count('scope="row"')) == (True, 6)
    with CaptureQueriesContext(connection) as ended:
        client.post(ADDRESS)
    assert len(ended) < 20
    assert UserSession.objects.get().user_agent == "Oldest"
