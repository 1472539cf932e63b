"""How a forecast, a source's scoreboard and the document itself are cited."""

import datetime as dt
import html
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from django.test import Client

from forecasts.models import Source
from forecasts.pages import urls as record
from tests import factories
from tracker.pages import urls as reading
from tracker.pages.calibrations import PARTS
from tracker.pages.pictures.asking import PARAMETERS

from .conftest import DAY, Browse, World, estimate, forecast

pytestmark = pytest.mark.django_db


def copied(client: Client, page: str, name: str) -> str:
    content = client.get(page).content.decode()
    found = re.search(rf'<textarea id="{name}"[^>]*>(.*?)</textarea>', content, re.DOTALL)
    assert found
    return html.unescape(found[1])


def citation(client: Client, slug: str) -> str:
    return copied(client, f"/forecasts/{slug}/", "citation")


def test_a_citation_says_what_stood_on_the_day_as_far_as_the_reader_may_see(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    estimate(world.given_yes, cast.ann, 0.6, at - DAY)
    day = f"as it stood on {at.day} {at:%B %Y}"
    asked = f"Forecast Tracker, “{world.given_yes.question}” (An Essay, C1a), wording 1. "
    for who, ends in ((cast.ann, f"{day}: 60%, by 1 forecaster."), (cast.bob, f"{day}."), (None, f"{day}.")):
        said = citation(browse(who), "gap-yes")
        assert said.startswith(asked)
        assert "/forecasts/gap-yes/, " in said
        assert said.endswith(ends)
    assert citation(browse(None), "resolved").endswith(f"{day}: resolved yes.")
    assert citation(browse(None), "annulled").endswith(f"{day}: annulled.")


def test_bibtex_says_the_same_with_what_tex_would_misread_made_plain(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    made = forecast(
        "signs", at, question="Will {50%} of A & B_c be $3 #1?", claim=world.given_yes.claim, part="c", position=9
    )
    estimate(made, cast.ann, 0.6, at - DAY)
    entry = copied(browse(cast.ann), "/forecasts/signs/", "bibtex")
    assert entry.splitlines() == [
        f"@misc{{signs-{at:%Y-%m-%d},",
        "  author = {{Forecast Tracker}},",
        r"  title = {{Will 50\% of A \& B\_c be \$3 \#1?}},",
        f"  year = {{{at:%Y}}},",
        f"  note = {{An Essay, C1c; wording 1, as it stood on {at.day} {at:%B %Y}: 60\\%, by 1 forecaster}},",
        "  url = {http://127.0.0.1:8000/forecasts/signs/}",
        "}",
    ]
    assert "60" not in copied(browse(None), "/forecasts/signs/", "bibtex").replace(f"{at:%Y}", "")


def test_a_source_is_cited_as_what_stands_here_and_as_the_document_itself(
    browse: Browse, world: World, at: dt.datetime
) -> None:
    page, client = "/sources/essay/", browse(None)
    day = f"{at.day} {at:%B %Y}"
    said = (
        "Forecast Tracker, scoreboard of “An Essay” (Ada Writer). http://127.0.0.1:8000/sources/essay/, as it stood on"
    )
    assert copied(client, page, "citation") == f"{said} {day}."
    assert copied(client, page, "bibtex").startswith(f"@misc{{essay-scoreboard-{at:%Y-%m-%d},")
    Source.objects.filter(slug="essay").update(published_on=dt.date(2023, 9, 16), publisher="A Forum")
    assert copied(client, page, "document") == "Ada Writer (2023): “An Essay”. A Forum. https://example.org/essay"
    assert copied(client, page, "document-bibtex").splitlines() == [
        "@misc{essay,",
        "  author = {{Ada Writer}},",
        "  title = {{An Essay}},",
        "  year = {2023},",
        "  publisher = {A Forum},",
        "  url = {https://example.org/essay}",
        "}",
    ]


def test_a_title_with_marks_of_html_in_it_does_not_break_the_frame(browse: Browse, world: World) -> None:
    Source.objects.filter(slug="essay").update(title='The "A & B" <essay>')
    frame = copied(browse(None), "/sources/essay/", "snippet")
    assert ET.fromstring(frame.replace(' loading="lazy"', "")).get("title") == 'How “The "A & B" <essay>” does so far'


def test_the_documentation_names_every_picture_with_its_parameters_and_every_file() -> None:
    told = (Path(__file__).parents[2] / "docs" / "citing.md").read_text()
    rows = re.findall(r"^\| `/charts/(\w+)\.svg` \| [^|]+ \| ([^|]+) \|$", told, re.MULTILINE)
    assert {chart: set(re.findall(r"`(\w+)`", names)) for chart, names in rows} == {
        chart: set(shape().fields) for chart, shape in PARAMETERS.items()
    }
    routes = [str(each.pattern) for each in (*record.urlpatterns, *reading.urlpatterns)]
    files = {route.rsplit("/", 1)[-1] for route in routes if route.endswith(".csv")} - {"<slug:part>.csv"}
    assert files | {f"{part}.csv" for part in PARTS} == set(re.findall(r"[\w-]+\.csv", told))
