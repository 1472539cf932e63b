"""Somebody brings a record along: sends a file, sees what it would bring, confirms, and finds it scored and apart."""

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from forecasts import tasks
from forecasts.importing.formats import FORMATS
from forecasts.models import Import, ImportedForecast, ImportedRecord
from forecasts.queries.jobs import QUIET
from forecasts.services import imports
from tests import factories
from tests.forecasts.elsewhere import FILE, reading, table
from tests.forecasts.test_imports import several

from .conftest import Browse

pytestmark = pytest.mark.django_db
ADDRESS = "/accounts/import/"
RECORD = "/forecasters/ann/imported/plain/"


@pytest.fixture
def ann(browse: Browse, cast: factories.Cast) -> Client:
    return browse(cast.ann)


def send(client: Client, content: str | bytes = FILE, **given: Any) -> Any:
    content = content if isinstance(content, bytes) else content.encode()
    file = SimpleUploadedFile(given.pop("name", "mine.csv"), content)
    return client.post(ADDRESS, {"format": "plain", "file": file} | given)


def sent(client: Client, content: str | bytes = FILE, **given: Any) -> str:
    answer = send(client, content, **given)
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def brought(client: Client, content: str | bytes = FILE, **given: str) -> str:
    address = sent(client, content)
    assert client.post(address, {"confirm": "yes"} | given)["Location"] == address
    return address


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_a_file_is_shown_then_brought_then_scored(ann: Client) -> None:
    address = sent(ann)
    html = page(ann, address)
    for said in ("Bring this along?", "mine.csv", "Will it rain?", "Not taken: 1", "line 5", "fractions, 0 to 1"):
        assert said in html
    assert '<th scope="row">Estimates</th><td class="num">3</td><td class="num">0</td>' in html
    assert not ImportedForecast.objects.exists()
    ann.post(address, {"confirm": "yes", "shows": "no"})
    html = page(ann, address)
    assert "It is brought along" in html
    assert "You alone see it." in html
    html = page(ann, RECORD)
    assert "do not say when these questions were to close" in html
    assert "Nobody can prove when an imported estimate was made" in html
    assert "Brier 0.052, log score" in html
    assert "Not scored: no answer yet." in html
    assert "Brought along from elsewhere" in page(ann, "/forecasters/ann/")


def test_the_same_file_again_would_bring_nothing_and_says_so(ann: Client) -> None:
    brought(ann)
    html = page(ann, sent(ann))
    assert "It would bring nothing new" in html
    assert "Bring it along" not in html
    assert '<th scope="row">Estimates</th><td class="num">0</td><td class="num">3</td>' in html


def test_every_row_not_taken_is_in_a_file(ann: Client) -> None:
    bad = "\n".join([FILE, *(f"Will {number}?,2 or so,2026-01-01T00:00:00Z,," for number in range(60))])
    address = sent(ann, bad)
    html = page(ann, address)
    assert "Not taken: 61" in html
    assert "These are the first 50." in html
    answer = ann.get(f"{address}not-taken.csv")
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode())))  # type: ignore[attr-defined]
    assert (len(rows), rows[0]) == (62, ["place", "whole_row", "reason"])


@pytest.mark.parametrize(
    ("content", "given", "said"),
    [
        ("", {}, "The file is empty"),
        ("a,b\n1,2\n", {}, "question"),
        (b"\x00\x01\x02", {}, ""),
        (FILE, {"format": "fatebook"}, "“made_at”, “outcome”, “known_at”. It reads as Plain CSV: choose that."),
        (FILE, {"format": "metaculus"}, "not a ZIP file, or it is damaged. It reads as Plain CSV: choose that."),
        (FILE, {"format": ""}, "Choose where it is from."),
        (FILE, {"format": "none"}, "Select a valid choice"),
        (FILE, {"file": ""}, "Choose a file."),
        ("x" * 2001, {}, "at most 2,000"),
    ],
)
def test_what_cannot_be_brought_is_refused_and_said(
    ann: Client, monkeypatch: pytest.MonkeyPatch, content: str | bytes, given: dict[str, str], said: str
) -> None:
    monkeypatch.setattr(imports, "LARGEST", 2000)
    answer = send(ann, content, **given)
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert not Import.objects.exists()


def test_too_many_files_within_an_hour_are_refused(ann: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "HOURLY", 1)
    sent(ann)
    answer = send(ann)
    assert answer.status_code == 429
    assert "Wait until it is over" in answer.content.decode()


def test_a_file_that_is_dropped_is_gone(ann: Client) -> None:
    address = sent(ann)
    assert ann.post(address, {"drop": "yes"})["Location"] == ADDRESS
    assert ann.get(address).status_code == 404
    html = ann.post(address, {"confirm": "yes"}, follow=True).content.decode()
    assert "a file that nobody confirms is dropped after a day" in html


def test_what_was_confirmed_elsewhere_is_not_said_to_be_dropped(ann: Client) -> None:
    address = brought(ann)
    html = ann.post(address, {"drop": "yes"}, follow=True).content.decode()
    assert "There was nothing to drop" in html
    assert "Nothing was brought along" not in html
    assert ImportedForecast.objects.exists()


def test_the_first_questions_are_those_that_would_be_here(ann: Client) -> None:
    later = "Will it thaw?,0.7,2999-01-01,yes,2026-01-02\nWill it freeze?,0.7,2026-01-01,yes,\n"
    html = page(ann, sent(ann, FILE + later))
    first = html.partition('id="first"')[2]
    assert "Will it thaw?" not in first
    assert 'Will it freeze?</th><td class="num">1</td><td class="num">70%</td><td>–</td>' in first


def test_of_several_people_one_is_chosen(ann: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "FORMATS", {"plain": replace(FORMATS["plain"], read=several)})
    address = sent(ann)
    html = page(ann, address)
    assert "Whose record is yours?" in html
    assert '<option value="">Choose</option><option>Ada</option><option>Grace</option>' in html
    html = ann.post(address, {"confirm": "yes"}, follow=True).content.decode()
    assert "Say whose record to bring" in html
    html = ann.post(address, {"whose": "Alan\x00"}, follow=True).content.decode()
    assert "The file has no estimates by “Alan”" in html
    html = ann.post(address, {"whose": ""}, follow=True).content.decode()
    assert "Choose the name that is yours." in html
    # The way back in a browser still leads to the file.
    assert ann.post(address, {"whose": "Grace"})["Location"] == address
    assert "what Grace said" in page(ann, address)
    ann.post(address, {"confirm": "yes"})
    assert ImportedForecast.objects.count() == 1


def test_a_name_like_one_s_own_is_chosen_beforehand(ann: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    named = partial(reading, names=("Bob", "Ann"))
    monkeypatch.setattr(
        imports, "FORMATS", {"plain": replace(FORMATS["plain"], read=lambda content, *, whose="": named())}
    )
    assert "<option selected>Ann</option>" in page(ann, sent(ann))


def test_a_large_one_waits_and_the_page_follows_it_to_the_end(ann: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "AT_ONCE", 2)
    address = sent(ann)
    assert "a worker brings it along" in page(ann, address)
    ann.post(address, {"confirm": "yes", "shows": "yes"})
    html = page(ann, address)
    assert "It waits for a worker" in html
    assert f'hx-get="{address}" hx-trigger="every 2s"' in html
    assert f'<a href="{address}">Look again</a>' in html
    row = Import.objects.get()
    Import.objects.filter(pk=row.pk).update(asked_at=row.asked_at - 2 * QUIET)
    html = page(ann, address)
    assert "No worker has looked at it" in html
    assert "hx-trigger" not in html
    tasks.bring_import(row.pk)
    html = page(ann, address)
    assert "It is brought along" in html
    assert "Everybody sees it." in html


def test_a_second_file_waits_for_the_first(ann: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "AT_ONCE", 2)
    brought(ann)
    html = ann.post(sent(ann), {"confirm": "yes"}, follow=True).content.decode()
    assert "Another file of yours waits" in html


def everything(client: Client) -> str:
    """What a reader can find that could tell of the record."""
    places = ["/", "/forecasters/ann/", "/forecasts/?search=rain", "/leaderboards/", "/calibration/", "/help/"]
    api = ["/api/v1/forecasts/?search=rain", "/api/v1/calibration/?forecaster=ann", "/feeds/resolved.atom"]
    return "".join(client.get(each).content.decode() for each in [*places, *api])


def test_nobody_else_sees_it_unless_it_is_shown(browse: Browse, ann: Client, cast: factories.Cast) -> None:
    address = brought(ann)
    others = [browse(who) for who in (None, cast.bob, cast.curator, cast.resolver, cast.admin)]
    for other in others:
        assert other.get(RECORD).status_code == 404
        assert "imported" not in other.get("/forecasters/ann/").content.decode()
        assert "Will it rain" not in everything(other)
        assert other.get(address).status_code in {302, 404}
        assert other.get(f"{address}not-taken.csv").status_code in {302, 404}
        assert other.post("/accounts/import/plain/", {"remove": "yes"}).status_code in {302, 404}
    assert ImportedForecast.objects.count() == 2
    ann.post("/accounts/import/plain/", {"show": "yes"})
    for other in others:
        html = page(other, RECORD)
        assert "Will it rain?" in html
        assert "Show it to" not in html
        assert RECORD in page(other, "/forecasters/ann/")
    ann.post("/accounts/import/plain/", {"show": "no"})
    assert others[0].get(RECORD).status_code == 404


def test_it_counts_nowhere_else(ann: Client) -> None:
    brought(ann, shows="yes")
    html = page(ann, "/forecasters/ann/")
    assert "<dt>Estimates</dt><dd>0</dd>" in html
    assert "Will it rain" not in everything(ann)


def test_it_is_removed_once_that_is_confirmed(ann: Client) -> None:
    brought(ann)
    html = page(ann, "/accounts/import/plain/")
    assert "2 questions with your estimates on them" in html
    html = ann.post("/accounts/import/plain/", {"remove": "yes"}, follow=True).content.decode()
    assert "was removed: 2 questions" in html
    assert not ImportedRecord.objects.exists()
    assert ann.get("/accounts/import/plain/").status_code == 404
    assert ann.get(RECORD).status_code == 404


def test_one_s_files_and_records_are_listed(ann: Client) -> None:
    assert "Brought along so far" not in page(ann, ADDRESS)
    brought(ann)
    sent(ann, name="again.csv")
    html = page(ann, ADDRESS)
    assert "2 questions, 1 answered" in html
    assert "again.csv" in html
    assert "to confirm" in html
    assert f'href="{ADDRESS}"' in page(ann, "/accounts/")


def test_what_is_no_belief_is_said_to_be_none(ann: Client) -> None:
    brought(ann)
    assert "stands in for what its maker believed" not in page(ann, RECORD)
    ImportedRecord.objects.update(origin="manifold")
    assert "stands in for what its maker believed" in page(ann, RECORD.replace("plain", "manifold"))


def test_each_question_leads_to_where_it_stands_there(ann: Client) -> None:
    header = "question,probability,made_at,outcome,known_at,url,rationale"
    row = "Will it <b>rain</b>?,0.7,2026-01-01T12:00:00Z,,,https://example.org/rain,It's *grey*."
    brought(ann, f"{header}\n{row}\n")
    html = page(ann, RECORD)
    assert '<a href="https://example.org/rain" rel="nofollow noopener ugc">' in html
    assert "Will it &lt;b&gt;rain&lt;/b&gt;?" in html
    assert "It&#x27;s *grey*." in html


def test_pages_ask_as_little_for_a_long_record(ann: Client, django_assert_max_num_queries: Callable[..., Any]) -> None:
    brought(ann, table(120, 20))
    with django_assert_max_num_queries(12):
        html = page(ann, RECORD)
    assert html.count('<span class="q">') == 25
    assert "These are the latest 12." in html


STRANGE = [
    b"\x00" * 40,
    b"\xff\xfe\x00\xd8" * 9,
    b'{"questions": [{"id": "a\\u0000", "title": "\\ud800", "forecasts": 5}]}',
    b'[{"id": 1e999, "description": "\\u0000", "responses": [{"user": {"name": "\\ud800\\u0000"}, "confidence": 50}]}]',
    b"question,probability,made_at,outcome,known_at\nWill\x00 it?,0.7,2026-01-01T00:00:00Z,\x00,\nQ,\x00,\x00,,\n",
    b"question,probability,made_at,outcome,known_at,url\nQ,0.7,9999-12-31T23:59:59-14:00,yes,0001-01-01T00:00:00+14:00,http://[\n",
    b"PK\x03\x04" + b"\x00" * 60,
]


@pytest.mark.parametrize("origin", FORMATS)
def test_no_file_is_a_fault_of_ours(ann: Client, origin: str) -> None:
    ann.raise_request_exception = False
    for content in STRANGE:
        answer = send(ann, content, format=origin, name="a\x00é.csv")
        assert answer.status_code in {302, 400}, content
        if answer.status_code == 302:
            address = answer["Location"]
            assert ann.get(address).status_code == 200
            assert ann.get(f"{address}not-taken.csv").status_code == 200
            assert ann.post(address, {"confirm": "yes"}).status_code == 302
            assert ann.get(f"/forecasters/ann/imported/{origin}/").status_code in {200, 404}


def test_a_name_that_no_file_could_have_is_refused_and_not_kept(ann: Client) -> None:
    """A plain file names nobody, so that no reader says no."""
    address = sent(ann)
    answer = ann.post(address, {"whose": "x" * 201}, follow=True)
    assert "at most 200 characters" in answer.content.decode()
    assert Import.objects.get().whose == ""
