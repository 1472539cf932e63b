"""Help in place: what the words mean, what diagrams look like, and that every question mark leads somewhere."""

import re
from pathlib import Path

import pytest

from tests import factories
from tracker.pages.glossary import GLOSSARY
from tracker.queries.measures import MEASURES
from tracker.templatetags.diagrams import EXAMPLES, example_bins

from .conftest import Browse, World

pytestmark = pytest.mark.django_db
README = Path(__file__).parents[2] / "README.md"


def test_the_help_page_and_the_readme_explain_the_same_words() -> None:
    table = README.read_text().split("## Glossary")[1].split("\n## ")[0]
    words = [word.strip() for word in re.findall(r"^\| ([^|]+) \|", table, re.MULTILINE)]
    assert words[:2] == ["word", "---"]
    assert list(GLOSSARY) == words[2:]


def test_every_question_mark_leads_to_a_place_that_is_there(browse: Browse, world: World, cast: factories.Cast) -> None:
    client = browse(cast.ann)
    there = set(re.findall(r' id="([^"]+)"', client.get("/help/").content.decode()))
    asked = set[str]()
    for address in (
        *(f"/leaderboards/?settled=false&measure={measure}" for measure in MEASURES),
        "/calibration/?settled=false",
        "/calibration/forecasts/?bin=8",
        "/compare/?a=ann&b=bob",
        "/forecasters/ann/",
        "/sources/essay/",
        "/help/",
    ):
        html = client.get(address).content.decode()
        asked |= set(re.findall(r'href="(?:/help/)?#([^"]+)"', html.replace('href="#', 'href="/help/#')))
        if address != "/help/":
            own = set(re.findall(r' id="([^"]+)"', html))
            asked -= own - there
    assert {*MEASURES, "reliability", "settled", "comparing", "condition"} <= asked
    assert asked <= there


def test_the_diagrams_on_the_help_page_are_drawn_by_what_draws_everybody_s(browse: Browse) -> None:
    html = browse(None).get("/help/").content.decode()
    drawn = re.findall(r'<svg class="diagram".*?</svg>', html, re.DOTALL)
    assert len(drawn) == len(EXAMPLES)
    for svg in drawn:
        assert svg.count("<circle") == 10
        assert 'role="img" aria-label=' in svg
    flat = example_bins("overconfident")
    assert (flat.observed_frequency[0] > flat.mean_probability[0], flat.observed_frequency[-1] < 0.8) == (True, True)
    assert "in 73% of cases" in html


def test_a_track_record_draws_its_calibration_in_small(browse: Browse, world: World) -> None:
    html = browse(None).get("/forecasters/ann/").content.decode()
    svg = re.search(r'<svg class="diagram".*?</svg>', html, re.DOTALL)
    assert svg
    # One bin, on few forecasts: pale.
    assert svg[0].count("<circle") == 1
    assert svg[0].count('class="few"') == 2
