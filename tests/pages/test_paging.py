"""Lists that come in pages: all go on, back and to their beginning in the same words, by links alone."""

import datetime as dt
import re
from html import unescape
from pathlib import Path
from urllib.parse import urljoin

import pytest

from forecasts.pages import listing, reading
from tests import factories
from tracker.pages import boards, forecasters, queues, scores, sources
from tracker.queries import bins, leaderboards, queue

from .conftest import DAY, Browse, World, ended, estimate

pytestmark = pytest.mark.django_db
TEMPLATES = [Path(__file__).parents[2] / app / "templates" for app in ("config", "forecasts", "tracker")]
SIZES = (
    (listing, "SIZE"),
    (reading, "VOICES_PER_PAGE"),
    (boards, "PAGE"),
    (leaderboards, "PAGE"),
    (forecasters, "PAGE"),
    (queues, "PER_PAGE"),
    (scores, "PER_PAGE"),
    (sources, "PAGE"),
    (bins, "PAGE"),
    (queue, "PER_PAGE"),
)
COUNTED, UNCOUNTED = "Previous | 2 of \\d+ | Next", "First | Next"


@pytest.fixture
def long_lists(world: World, cast: factories.Cast, at: dt.datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three or more of everything, one to a page."""
    for module, name in SIZES:
        monkeypatch.setattr(module, name, 1)
    for number in range(3):
        ended(f"more-{number}", "yes", (cast.ann, cast.bob), at)
        factories.source(f"source-{number}")
        factories.forecast(f"due-{number}", opens_at=at - 9 * DAY, closes_at=at - 3 * DAY, at=at - 10 * DAY)
        estimate(world.given_yes, factories.forecaster(), 0.4, at - DAY, rationale="So I think.")


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/forecasts/", COUNTED),
        ("/forecasts/gap-yes/", COUNTED),
        ("/sources/", COUNTED),
        ("/leaderboards/?settled=false&measure=brier", "Previous | 2 of 2"),
        ("/forecasters/ann/?settled=false", COUNTED),
        ("/forecasts/resolved/scores/", "Previous | 2 of 2"),
        ("/scoring/", UNCOUNTED),
        ("/resolve/", UNCOUNTED),
        ("/calibration/forecasts/?bin=8&settled=false", UNCOUNTED),
    ],
)
def test_every_list_goes_on_and_back_in_the_same_words(
    browse: Browse, cast: factories.Cast, long_lists: None, address: str, words: str
) -> None:
    client = browse(cast.curator)
    if address == "/forecasts/gap-yes/":
        client = browse(cast.ann)
        client.post(f"{address}estimate/", {"percent": "40"})
    first = client.get(address).content.decode()
    assert re.fullmatch(r"(1 of \d+ \| )?Next", pager(first)), pager(first)
    second = client.get(urljoin(address, way(first, "Next"))).content.decode()
    assert re.fullmatch(words.replace("|", r"\|"), pager(second)), pager(second)
    back = client.get(urljoin(address, way(second, words.split(" | ", maxsplit=1)[0]))).content.decode()
    assert pager(back) == pager(first)


@pytest.mark.parametrize("address", ["/forecasts/gap-yes/", "/forecasters/ann/?settled=false"])
def test_a_list_within_a_page_goes_on_where_it_stands(
    browse: Browse, world: World, cast: factories.Cast, long_lists: None, address: str
) -> None:
    estimate(world.given_yes, cast.ann, 0.4, world.given_yes.opens_at)
    html = browse(cast.ann).get(address).content.decode()
    _, _, part = way(html, "Next").partition("#")
    assert part
    assert f'id="{part}"' in html


def test_only_one_template_says_how_pages_are_turned() -> None:
    turning = [path.name for folder in TEMPLATES for path in folder.rglob("*.html") if 'rel="next"' in path.read_text()]
    assert turning == ["pages.html"]


def pager(html: str) -> str:
    """What the one pager of the page says, its parts set apart."""
    (found,) = re.findall(r'<nav class="pages".*?</nav>', html, re.DOTALL)
    return " | ".join(re.findall(r">([^<>\n]+)<", found))


def way(html: str, word: str) -> str:
    found = re.search(rf'href="([^"]*)"[^>]*>{word}</a>', html)
    assert found, word
    return unescape(found[1])
