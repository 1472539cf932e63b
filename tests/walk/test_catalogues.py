"""A large catalogue over HTTP, with web, worker and beat in processes of their own."""

from pathlib import Path

import pytest
from django.contrib.auth.hashers import make_password

from forecasts.models import Forecast, Registration
from forecasts.services.registrations import AT_ONCE
from tests import factories
from tests.forecasts.large_catalogs import large
from tests.service import Http, running, wait_until

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS = "/curate/catalogue/"
PASSWORD = "correct horse 9"


def test_a_large_catalogue_is_registered_by_the_worker(tmp_path: Path) -> None:
    curator = factories.forecaster("curator", is_curator=True)
    curator.password = make_password(PASSWORD, hasher="pbkdf2_sha256")
    curator.save()
    log = tmp_path / "service.log"
    with running(log) as address:
        client = Http(address)
        client.form("/accounts/login/", {"login": "curator", "password": PASSWORD})
        text = large(AT_ONCE + 1)
        assert "Put all of it on record" in client.form(ADDRESS, {"text": text}).text
        client.form(ADDRESS, {"text": text, "confirmed": "yes"})
        page = f"{ADDRESS}{Registration.objects.get().pk}/"
        wait_until(lambda: "All of it is on record" in client.get(page).text, "the worker is done", log=log)
    assert Forecast.objects.count() == AT_ONCE + 1
