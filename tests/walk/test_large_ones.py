"""A large catalogue, and a large record from elsewhere, over HTTP, with web, worker and beat of their own."""

from pathlib import Path

import pytest
from django.contrib.auth.hashers import make_password
from knox.models import AuthToken

from forecasts.models import Forecast, Import, ImportedEstimate, Registration
from forecasts.services import imports, registrations
from tests import factories
from tests.forecasts.elsewhere import table
from tests.forecasts.large_catalogs import large
from tests.service import Http, running, wait_until

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS = "/curate/catalogue/"
PASSWORD = "correct horse 9"


def test_large_ones_are_carried_out_by_the_worker(tmp_path: Path) -> None:
    curator = factories.forecaster("curator", is_curator=True)
    curator.password = make_password(PASSWORD, hasher="pbkdf2_sha256")
    curator.save()
    _, token = AuthToken.objects.create(user=factories.forecaster("ann"), expiry=None)
    log = tmp_path / "service.log"
    with running(log) as address:
        client = Http(address)
        client.form("/accounts/login/", {"login": "curator", "password": PASSWORD})
        text = large(registrations.AT_ONCE + 1)
        assert "Put all of it on record" in client.form(ADDRESS, {"text": text}).text
        client.form(ADDRESS, {"text": text, "confirmed": "yes"})
        page = f"{ADDRESS}{Registration.objects.get().pk}/"
        record = table(imports.AT_ONCE // 10 + 1, 10)
        sent = Http(address, token).upload("/api/v1/imports/", {"format": "plain"}, record)
        assert sent.status == 202, sent.text
        wait_until(lambda: "All of it is on record" in client.get(page).text, "the worker is done", log=log)
        wait_until(lambda: Import.objects.get().state == "made", "the worker is done", log=log)
    assert Forecast.objects.count() == registrations.AT_ONCE + 1
    assert ImportedEstimate.objects.count() == imports.AT_ONCE + 10
