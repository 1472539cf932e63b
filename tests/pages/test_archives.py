"""An administrator asks for the whole record, follows the job, and downloads what it made; nobody else does."""

import io
import zipfile

import pytest
from django.test import Client

from tests import factories
from tests.factories import DAY
from tracker import tasks
from tracker.models import Archive
from tracker.queries.archives import QUIET
from tracker.services.archives import KEPT

from .conftest import Browse

ADDRESS = "/archives/"


@pytest.fixture
def admin(browse: Browse, cast: factories.Cast) -> Client:
    return browse(cast.admin)


def sent(client: Client) -> str:
    response = client.post(ADDRESS)
    assert response.status_code == 302
    return str(response["Location"])


@pytest.mark.django_db(transaction=True)
def test_it_is_asked_for_followed_and_downloaded(admin: Client) -> None:
    assert "None yet." in admin.get(ADDRESS).content.decode()
    factories.forecast("asked")
    address = sent(admin)
    assert sent(admin) == address
    html = admin.get(address).content.decode()
    assert "It waits for a worker" in html
    assert f'hx-get="{address}" hx-trigger="every 2s"' in html
    assert f'<a href="{address}">Look again</a>' in html
    assert admin.get(f"{address}download/")["Location"] == address
    tasks.make_archive(Archive.objects.get().pk)
    html = admin.get(address).content.decode()
    assert "It is ready" in html
    assert "hx-trigger" not in html
    assert f'href="{address}download/" download' in html
    assert "to download" in admin.get(ADDRESS).content.decode()
    answer = admin.get(f"{address}download/")
    whole = answer.getvalue()
    assert answer["Content-Length"] == str(len(whole))
    assert answer["Content-Type"] == "application/zip"
    assert "no-store" in answer["Cache-Control"]
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        assert any(name.endswith("/manifest.json") for name in archive.namelist())
    Archive.objects.update(
        ended_at=Archive.objects.get().ended_at - KEPT, asked_at=Archive.objects.get().asked_at - 2 * DAY
    )
    tasks.make_archives()
    assert "It has been deleted" in admin.get(address).content.decode()
    assert admin.get(f"{address}download/")["Location"] == address


@pytest.mark.django_db
def test_a_worker_that_died_a_job_that_failed_and_a_service_without_workers_are_told_of(admin: Client) -> None:
    address = sent(admin)
    row = Archive.objects.get()
    Archive.objects.update(tries=2)
    assert "did not come to an end (2 times so far)" in admin.get(address).content.decode()
    Archive.objects.update(asked_at=row.asked_at - 2 * QUIET)
    html = admin.get(address).content.decode()
    assert "No worker has looked at it for 12" in html
    assert "hx-trigger" not in html
    Archive.objects.update(state="failed", ended_at=row.asked_at, said="OperationalError: <full>")
    html = admin.get(address).content.decode()
    assert "It could not be made" in html
    assert "OperationalError: &lt;full&gt;" in html


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["ann", "curator", "resolver", None])
def test_nobody_else_asks_follows_or_downloads(
    browse: Browse, cast: factories.Cast, admin: Client, role: str | None
) -> None:
    address, client = sent(admin), browse(getattr(cast, role) if role else None)
    refused = 403 if role else 302
    for each in (ADDRESS, address, f"{address}download/"):
        assert client.get(each).status_code == refused
    assert client.post(ADDRESS).status_code == refused
    assert Archive.objects.count() == 1
    account = client.get("/accounts/").content.decode()
    assert "/archives/" not in account
    assert "/archives/" in admin.get("/accounts/").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("number", [0, 7, 2**63, 10**30])
def test_one_that_is_not_there_is_not_found(admin: Client, number: int) -> None:
    for address in (f"{ADDRESS}{number}/", f"{ADDRESS}{number}/download/"):
        assert admin.get(address).status_code == 404
