"""A curator follows a large catalogue that a worker registers."""

import pytest
from django.test import Client
from django.utils import timezone

from forecasts import tasks
from forecasts.models import Forecast, Registration, RegistrationProgress
from forecasts.queries.jobs import QUIET
from forecasts.services import registrations
from tests import factories
from tests.forecasts.large_catalogs import large

from .conftest import Browse

pytestmark = pytest.mark.django_db
ADDRESS = "/curate/catalogue/"


@pytest.fixture
def curator(browse: Browse, cast: factories.Cast) -> Client:
    return browse(cast.curator)


@pytest.fixture(autouse=True)
def few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registrations, "AT_ONCE", 3)


def sent(client: Client, text: str = "") -> str:
    response = client.post(ADDRESS, {"text": text or large(4), "confirmed": "yes"})
    assert response.status_code == 302
    assert response["Location"] == f"{ADDRESS}{Registration.objects.latest('pk').pk}/"
    return str(response["Location"])


def test_up_to_a_modest_size_it_is_registered_at_once(curator: Client) -> None:
    assert curator.post(ADDRESS, {"text": large(3), "confirmed": "yes"})["Location"] == "/curate/source/essay/"
    assert (Forecast.objects.count(), Registration.objects.count()) == (3, 0)


def test_beyond_it_waits_and_the_page_follows_it_to_the_end(curator: Client, cast: factories.Cast) -> None:
    html = curator.post(ADDRESS, {"text": large(4)}).content.decode()
    assert "<dt>To register</dt><dd>6</dd>" in html
    assert "registered by a worker" in html
    assert not Registration.objects.exists()
    address = sent(curator)
    html = curator.get(address).content.decode()
    assert "It waits for a worker" in html
    assert f'hx-get="{address}" hx-trigger="every 2s"' in html
    # Without scripts one looks again.
    assert f'<a href="{address}">Look again</a>' in html
    assert "4 forecasts" in html
    assert "by curator" in html
    assert not Forecast.objects.exists()
    tasks.register_catalogue(Registration.objects.get().pk)
    html = curator.get(address).content.decode()
    assert "All of it is on record" in html
    assert "hx-trigger" not in html
    assert "<dt>Registered</dt><dd>6</dd>" in html
    assert "summer-4" in html
    assert Forecast.objects.filter(created_by=cast.curator).count() == 4


def test_sent_twice_it_is_followed_on_the_same_page(curator: Client) -> None:
    assert sent(curator) == sent(curator)
    assert Registration.objects.count() == 1


def test_a_refusal_names_every_fault_and_leads_back_to_the_text(curator: Client) -> None:
    curator.post(ADDRESS, {"text": large(3), "confirmed": "yes"})
    text = large(4).replace("Will summer", "<b>Shall</b> summer")
    curator.post(ADDRESS, {"text": text, "confirmed": "yes"})
    row = Registration.objects.get()
    tasks.register_catalogues()
    html = curator.get(f"{ADDRESS}{row.pk}/").content.decode()
    assert "Nothing was registered: 3 things to mend" in html
    assert html.count("reason: What it asks has changed: say why. It stays on record.") == 3
    assert "&lt;b&gt;Shall&lt;/b&gt;" in html
    assert "Mend the text" in html
    assert Forecast.objects.count() == 3


def test_another_curator_is_not_told_of_estimates_that_only_the_sender_may_see(
    browse: Browse, cast: factories.Cast, curator: Client
) -> None:
    now = timezone.now()
    hidden = large(4).replace("2026-11-01", f"{now - factories.DAY:%Y-%m-%d}")
    hidden = hidden.replace("2027-06-01", f"{now + 200 * factories.DAY:%Y-%m-%d}")
    hidden = hidden.replace("2027-09-30", f"{now + 300 * factories.DAY:%Y-%m-%d}")
    sent(curator, hidden)
    tasks.register_catalogues()
    factories.estimate(Forecast.objects.get(slug="summer-2"), cast.curator, 0.4, now)
    address = sent(curator, hidden.replace('hedge = "inherit"', ""))
    tasks.register_catalogues()
    said = "There are estimates already"
    assert said in curator.get(address).content.decode()
    html = browse(factories.forecaster(is_curator=True)).get(address).content.decode()
    assert "Nothing was registered" in html
    assert "Why is for curator to read" in html
    assert said not in html
    assert "to mend</h2>" not in html


def test_before_it_is_confirmed_the_record_refuses_at_once(curator: Client) -> None:
    curator.post(ADDRESS, {"text": large(3), "confirmed": "yes"})
    response = curator.post(ADDRESS, {"text": large(4).replace("Will summer", "Shall summer")})
    assert response.status_code == 409
    assert response.content.decode().count("reason: What it asks has changed: say why. It stays on record.") == 3


def test_bad_input_never_waits(curator: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    text = large(4).replace("summer-2", "Summer-2")
    response = curator.post(ADDRESS, {"text": text, "confirmed": "yes"})
    assert response.status_code == 400
    assert "[[forecasts]] 2" in response.content.decode()
    monkeypatch.setattr(registrations, "MOST", 3)
    for confirmed in ({}, {"confirmed": "yes"}):
        response = curator.post(ADDRESS, {"text": large(4)} | confirmed)
        assert response.status_code == 400
        assert "4 forecasts; at most 3 at a time" in response.content.decode()
    assert not Registration.objects.exists()


def test_a_worker_that_died_and_a_service_without_workers_are_told_of(curator: Client) -> None:
    address = sent(curator)
    RegistrationProgress.objects.update(tries=2, done=20)
    assert "did not come to an end (2 times so far)" in curator.get(address).content.decode()
    row = Registration.objects.get()
    Registration.objects.update(asked_at=row.asked_at - 2 * QUIET)
    html = curator.get(address).content.decode()
    assert "No worker has looked at it for 4" in html
    assert "hx-trigger" not in html


def test_those_sent_lately_are_found_again(curator: Client) -> None:
    address = sent(curator)
    html = curator.get(ADDRESS).content.decode()
    assert f'href="{address}"' in html
    assert "waiting" in html


@pytest.mark.parametrize("role", ["ann", "resolver", None])
def test_nobody_else_sees_one(browse: Browse, cast: factories.Cast, curator: Client, role: str | None) -> None:
    address = sent(curator)
    response = browse(getattr(cast, role) if role else None).get(address)
    assert response.status_code == (403 if role else 302)


@pytest.mark.parametrize("number", [0, 7, 2**63, 10**30])
def test_one_that_is_not_there_is_not_found(curator: Client, number: int) -> None:
    assert curator.get(f"{ADDRESS}{number}/").status_code == 404
