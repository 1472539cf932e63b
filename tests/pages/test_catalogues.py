"""A curator registers a whole catalogue, or a source and its claims by hand."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from forecasts.models import Claim, Forecast, Source
from tests import factories
from tests.forecasts.catalog_files import GOOD

from .conftest import Browse, World

pytestmark = pytest.mark.django_db
ADDRESS = "/curate/catalogue/"
ESSAY = Path("forecasts/catalog/ai_pause.toml")


@pytest.fixture
def curator(browse: Browse, cast: factories.Cast) -> Client:
    return browse(cast.curator)


def test_what_it_would_do_is_shown_and_nothing_is_written(curator: Client) -> None:
    html = curator.post(ADDRESS, {"text": GOOD}).content.decode()
    assert "Put all of it on record" in html
    assert "<dt>To register</dt><dd>8</dd>" in html
    assert "summer" in html
    assert (Source.objects.count(), Claim.objects.count(), Forecast.objects.count()) == (0, 0, 0)


def test_confirmed_it_is_registered_and_a_second_time_changes_nothing(curator: Client) -> None:
    response = curator.post(ADDRESS, {"text": GOOD, "confirmed": "yes"}, follow=True)
    assert response.redirect_chain == [("/curate/source/essay/", 302)]
    before = (Source.objects.count(), Claim.objects.count(), Forecast.objects.count())
    assert before[0] == 1
    again = curator.post(ADDRESS, {"text": GOOD, "confirmed": "yes"}, follow=True).content.decode()
    assert "0 registered, 0 worded anew, 0 amended" in again
    assert (Source.objects.count(), Claim.objects.count(), Forecast.objects.count()) == before
    assert "All of it is on record already" in curator.post(ADDRESS, {"text": GOOD}).content.decode()


def test_a_browser_s_line_ends_change_nothing(curator: Client) -> None:
    curator.post(ADDRESS, {"text": GOOD, "confirmed": "yes"})
    shown = curator.post(ADDRESS, {"text": GOOD.replace("\n", "\r\n")}).content.decode()
    assert "All of it is on record already" in shown


def test_a_file_is_read_and_shown_again_as_text(curator: Client) -> None:
    html = curator.post(ADDRESS, {"file": SimpleUploadedFile("c.toml", GOOD.encode())}).content.decode()
    assert "Put all of it on record" in html
    assert "the gauge at Kew" in html
    assert "the gauge at Kew" in curator.post(ADDRESS, {"text": GOOD, "change": "yes"}).content.decode()


def test_the_whole_essay_goes_in_and_what_changes_later_is_named(curator: Client) -> None:
    text = ESSAY.read_text()
    curator.post(ADDRESS, {"text": text, "confirmed": "yes"})
    assert Forecast.objects.count() == 44
    question = text.split('slug = "ai-pause-p0"')[1].split('question = """')[1].split("?")[0]
    changed = text.replace(question, question.replace("Will a", "Will any"), 1)
    assert changed != text
    shown = curator.post(ADDRESS, {"text": changed})
    assert shown.status_code == 409
    assert "reason" in shown.content.decode()
    place = changed.index("[[forecasts]]") + len("[[forecasts]]")
    reasoned = changed[:place] + '\nreason = "Shorter."' + changed[place:]
    html = curator.post(ADDRESS, {"text": reasoned}).content.decode()
    assert "Worded anew" in html
    assert "Question" in html
    assert Forecast.objects.filter(version__gt=1).count() == 0


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"text": " "}, "Paste a catalogue, or choose a file"),
        ({"text": "x" * 1_500_001}, "At most 1,500,000 characters"),
        ({"text": "format = 1\n[source\n"}, "line 2: file: column 8: not valid TOML"),
        ({"text": GOOD.replace('slug = "summer"', 'slug = "Summer"')}, "[[forecasts]] 1"),
        ({"file": SimpleUploadedFile("c.toml", b"\xff\xfe")}, "is not UTF-8"),
    ],
)
def test_every_fault_is_named_with_its_place_and_nothing_is_written(
    curator: Client, given: dict[str, object], said: str
) -> None:
    response = curator.post(ADDRESS, given | {"confirmed": "yes"})
    assert response.status_code == 400
    assert said in response.content.decode()
    assert not Source.objects.exists()


def test_faults_of_the_record_are_named_by_their_entry(curator: Client) -> None:
    curator.post(ADDRESS, {"text": GOOD, "confirmed": "yes"})
    changed = GOOD.replace("There was one in every year", "There was one in each year")
    response = curator.post(ADDRESS, {"text": changed, "confirmed": "yes"})
    assert response.status_code == 409
    assert "summer: reason: What it asks has changed: say why. It stays on record." in response.content.decode()


@pytest.mark.parametrize("role", ["ann", "resolver"])
def test_nobody_else_registers_one(browse: Browse, cast: factories.Cast, role: str) -> None:
    client = browse(getattr(cast, role))
    assert client.post(ADDRESS, {"text": GOOD, "confirmed": "yes"}).status_code == 403
    assert client.post("/curate/source/", source()).status_code == 403
    assert not Source.objects.exists()


def source(**fields: object) -> dict[str, object]:
    return {
        "title": "On otters",
        "slug": "on-otters",
        "author": "A. Writer",
        "publisher": "A blog",
        "url": "https://example.org/otters",
        "published_on": "2026-05-01",
        "summary": "Otters will do well.",
    } | fields


def claim(**fields: object) -> dict[str, object]:
    return {
        "key": "C1",
        "section": "Rivers",
        "bullet": "2",
        "restated": "Otters come back to every river of the county.",
        "hedge": "icd203:likely",
        "hedge_note": "In the sentence itself.",
    } | fields


def test_a_source_and_its_claims_are_registered_by_hand(curator: Client) -> None:
    response = curator.post("/curate/source/", source(), follow=True)
    assert response.redirect_chain == [("/curate/source/on-otters/", 302)]
    curator.post("/curate/source/on-otters/", claim())
    curator.post("/curate/source/on-otters/", claim(key="C2", hedge="icd203:may", author="A. Reader", bullet=""))
    first, second = Claim.objects.order_by("position")
    assert (first.hedge_word, first.hedge_low, first.hedge_high) == ("likely", 0.55, 0.8)
    assert (first.hedge_scale, first.author, first.bullet) == ("ICD 203", "A. Writer", 2)
    assert (second.position, second.hedge_word, second.hedge_low, second.author) == (2, "may", None, "A. Reader")
    assert "55% to 80%" in curator.get("/curate/source/on-otters/").content.decode()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"slug": "On otters"}, "is not of the form"),
        ({"url": "otters"}, "is not an http(s) address: begin with https://"),
        ({"title": ""}, "This field is required"),
        ({"published_on": "yesterday"}, "Enter a valid date"),
        ({"slug": "essay"}, "There is a source “essay” already"),
    ],
)
def test_a_source_that_is_wrong_is_refused(curator: Client, world: World, fields: dict[str, object], said: str) -> None:
    response = curator.post("/curate/source/", source(**fields))
    assert response.status_code == 400
    assert said in response.content.decode()
    assert Source.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"key": "c1"}, "is not of the form"),
        ({"restated": "Otters."}, "too short"),
        ({"hedge_note": ""}, "Is missing"),
        ({"hedge": "icd203:surely"}, "Select a valid choice"),
        ({"premise": "on"}, "nobody hedged it"),
        ({"key": "P0", "hedge": "", "hedge_note": ""}, "has a claim P0 already"),
    ],
)
def test_a_claim_that_is_wrong_is_refused(curator: Client, world: World, fields: dict[str, object], said: str) -> None:
    response = curator.post("/curate/source/essay/", claim(**{"key": "C9"} | fields))
    assert response.status_code == 400
    assert said in response.content.decode()
    assert Claim.objects.count() == 2


def test_a_source_sent_twice_is_one(curator: Client) -> None:
    for _ in range(2):
        assert curator.post("/curate/source/", source()).status_code == 302
    assert Source.objects.count() == 1


def test_what_is_said_of_a_source_and_of_a_claim_is_mended(curator: Client) -> None:
    curator.post("/curate/source/", source())
    curator.post("/curate/source/on-otters/", claim())
    curator.post("/curate/source/on-otters/", source(title="On the otter", slug="other"))
    mended = Source.objects.get()
    assert (mended.title, mended.slug) == ("On the otter", "on-otters")
    curator.post("/curate/source/on-otters/C1/", claim(key="C5", restated="Otters come back to most rivers."))
    only = Claim.objects.get()
    assert (only.key, only.restated, only.position) == ("C1", "Otters come back to most rivers.", 1)


def test_a_hedge_that_a_forecast_was_scored_by_holds(curator: Client, world: World) -> None:
    given = claim(key="C1", hedge="icd203:unlikely")
    Forecast.objects.filter(slug="resolved").update(claim=Claim.objects.get(key="C1"), hedged=True)
    Claim.objects.filter(key="C1").update(hedge_scale="ICD 203")
    response = curator.post("/curate/source/essay/C1/", given)
    assert response.status_code == 400
    assert "has resolved by this hedge" in response.content.decode()
    assert Claim.objects.get(key="C1").hedge_word == "likely"


def test_a_word_of_a_scale_that_only_its_catalogue_names_is_not_lost(curator: Client, world: World) -> None:
    response = curator.post("/curate/source/essay/C1/", claim(key="C1", hedge=""))
    assert "Change the catalogue" in response.content.decode()
    assert Claim.objects.get(key="C1").hedge_word == "likely"


def test_the_claims_ask_as_much_of_the_database_whatever_is_on_record(
    curator: Client, django_assert_num_queries: Callable[[int], AbstractContextManager[None]]
) -> None:
    curator.post("/curate/source/", source())
    for key in ("C1", "C2", "C3"):
        curator.post("/curate/source/on-otters/", claim(key=key))
        with django_assert_num_queries(4):
            curator.get("/curate/source/on-otters/")
