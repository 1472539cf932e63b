"""The words of a question that a search found it by stand out in the list."""

import datetime as dt
import html as markup
import re
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories

from .conftest import Browse, World, forecast

pytestmark = pytest.mark.django_db
QUESTION = "Will training runs of AI-models pause, or exports of microchips fall in 2027?"


@pytest.fixture
def asked(cast: factories.Cast, at: dt.datetime) -> None:
    forecast("asked", at, question=QUESTION, criteria="Yes if a zebra runs.")


def listed(browse: Browse, **query: str) -> str:
    return browse(None).get("/forecasts/", query).content.decode()


def marks(html: str) -> list[str]:
    return re.findall("<mark>(.*?)</mark>", html)


@pytest.mark.parametrize(
    ("search", "said"),
    [
        ("training", ["training"]),
        ("TRAINED", ["training"]),
        ("models", ["models"]),
        ("model pauses", ["models", "pause"]),
        ("will the microchips", ["microchips"]),
        ("fall exp", ["exports", "fall"]),
        ("rochip", ["microchips"]),
        ("pasue", ["pause"]),
        ("trainign 2027", ["training", "2027"]),
        ("ai", ["AI"]),
        ("will", ["Will"]),
        ("zebra", []),
        ("zebra pause", ["pause"]),
    ],
)
def test_words_are_marked_as_they_were_found(browse: Browse, asked: None, search: str, said: list[str]) -> None:
    html = listed(browse, search=search)
    assert 'href="/forecasts/asked/"' in html
    assert marks(html) == said
    (question,) = re.findall(r'href="/forecasts/asked/">(.*?)</a>', html)
    assert markup.unescape(re.sub("</?mark>", "", question)) == QUESTION


def test_without_a_search_nothing_is_marked(browse: Browse, asked: None) -> None:
    assert marks(listed(browse)) == []
    assert QUESTION in listed(browse)


def test_what_follows_page_by_page_is_marked_too(browse: Browse, cast: factories.Cast, at: dt.datetime) -> None:
    for number in range(26):
        forecast(f"one-{number}", at, question=f"Will number {number} pause?")
    more = browse(None).get("/forecasts/?search=pause&page=2", headers={"HX-Request": "true", "HX-Target": "more"})
    assert marks(more.content.decode()) == ["pause"]


@pytest.mark.parametrize(
    "question",
    [
        "Will <script>alert(1)</script> pause & amp?",
        "Will </mark><img src=x onerror=alert(1)> pause?",
        "Will \"onmouseover=alert(1) x=' pause &lt;b&gt;?",
        "Will {{ 7|add:7 }} {% now 'Y' %} pause?",
    ],
)
@pytest.mark.parametrize(
    "search", ["pause", "script", "img", "lt", "amp", "quot", "mark", "onmouseover", "<mark>", "b"]
)
def test_nothing_in_a_question_runs_whatever_is_looked_for(
    browse: Browse, cast: factories.Cast, at: dt.datetime, question: str, search: str
) -> None:
    forecast("asked", at, question=question)
    html = listed(browse, search=search).split("<main")[1]
    for shown in re.findall(r'href="/forecasts/asked/">(.*?)</a>', html):
        assert not re.search("<(?!mark>|/mark>)", shown)
        assert markup.unescape(re.sub("</?mark>", "", shown)) == question
    assert "<script>" not in html
    assert "<img" not in html


def test_marking_takes_one_query_however_many_rows(
    browse: Browse, cast: factories.Cast, at: dt.datetime, world: World
) -> None:
    counts = []
    for number in (1, 20):
        for each in range(number):
            forecast(f"of-{number}-{each}", at, question=f"Will number {each} of {number} pause?")
        with CaptureQueriesContext(connection) as captured:
            listed(browse, search=f"pause {number}")
        counts.append(len(captured))
    assert counts[0] == counts[1]


def luminance(colour: str) -> float:
    """WCAG 2: relative luminance."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_what_is_marked_can_be_read(scheme: int) -> None:
    sheet = Path("config/static/site.css").read_text()
    assert "mark { background: var(--warn-soft); color: inherit;" in sheet
    ground, ink = (re.findall(rf"--{name}: (#\w{{6}})", sheet)[scheme] for name in ("warn-soft", "ink"))
    darker, lighter = sorted((luminance(ground), luminance(ink)))
    assert (lighter + 0.05) / (darker + 0.05) > 7
