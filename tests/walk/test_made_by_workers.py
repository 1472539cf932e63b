"""What a worker makes for whoever asks by page, over HTTP, with web, worker and beat in processes of their own."""

import io
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

import pytest
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from forecasts.services import crowds
from tests import factories
from tests.factories import DAY
from tests.service import Http, running, wait_until
from tracker.charts.drawing import PNG

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "correct horse 9"


def test_pictures_for_a_visitor_and_an_archive_for_an_administrator(tmp_path: Path) -> None:
    at = timezone.now()
    forecast = factories.forecast("asked", opens_at=at - 9 * DAY, closes_at=at + 9 * DAY, reveal_at=at, at=at - 9 * DAY)
    factories.estimate(forecast, factories.forecaster(), 0.8, at - 5 * DAY)
    crowds.refresh(forecast_id=forecast.pk, at=at)
    admin = factories.forecaster("admin", is_superuser=True)
    admin.password = make_password(PASSWORD, hasher="pbkdf2_sha256")
    admin.save()
    log = tmp_path / "service.log"
    with running(log) as address:
        png = wait_until(lambda: _picture(address, "png"), "the worker has drawn it", log=log)
        assert png.startswith(PNG)
        # Whoever draws is at hand now, so the first answer is the picture.
        assert b"at last 80%" in _picture(address, "svg")

        client = Http(address)
        client.form("/accounts/login/", {"login": "admin", "password": PASSWORD})
        client.form("/archives/", {})
        page = wait_until(lambda: _made(client, "/archives/"), "the worker has made it", log=log)
        with client.opener.open(f"{address}{page}download/", timeout=30) as answer:
            archive = zipfile.ZipFile(io.BytesIO(answer.read()))
        assert archive.testzip() is None
        (estimates,) = (name for name in archive.namelist() if name.endswith("/estimates.csv"))
        assert b"asked," in archive.read(estimates)


def _picture(address: str, kind: str) -> bytes:
    try:
        with urllib.request.urlopen(f"{address}/charts/history.{kind}?forecast=asked", timeout=10) as answer:
            return bytes(answer.read())
    except urllib.error.HTTPError as error:
        error.close()
        return b"" if (error.code, error.headers["Retry-After"]) == (503, "5") else b"refused"


def _made(client: Http, listed: str) -> str:
    """The page of the archive once it can be downloaded."""
    content = client.get(listed).text
    return content.split('<ul class="plain"><li><a href="')[1].split('"')[0] if "to download" in content else ""
