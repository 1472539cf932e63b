"""Help in place: what the words mean, what diagrams look like, and that every question mark leads somewhere."""

import re
from pathlib import Path

import pytest

from forecasts.templatetags.keyboard import KEYS
from tests import factories
from tracker.pages.glossary import GLOSSARY
from tracker.queries.measures import MEASURES
from tracker.templatetags.diagrams import EXAMPLES, example_bins

from .conftest import Browse, World

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
PAGES = ("/forecasts/", "/help/")
# What browsers do by themselves, whatever a script adds.
NATIVE = {"Enter", "Tab"}
NAMED = re.compile(
    r'\b(Arrow\w+|Page(?:Up|Down)|Home|End|Enter|Escape|Delete|Backspace)\b|^ +"?([^\s"])"?: \(\) =>', re.MULTILINE
)


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


def test_help_and_the_list_itself_tell_of_the_same_keys(browse: Browse, world: World) -> None:
    told = [
        re.findall(r'<dl class="keys">.*?</dl>', browse(None).get(page).content.decode(), re.DOTALL) for page in PAGES
    ]
    assert told[0][0] == told[1][0]
    assert [lines.count("<dt>") for lines in told[1]] == [len(each) for each in KEYS.values()]
    assert "<kbd>Page ↑</kbd>" in told[1][1]


@pytest.mark.parametrize(("place", "script"), [("list", "lists"), ("estimate", "site"), ("answer", "answering")])
def test_the_scripts_know_the_keys_that_help_names_and_no_others(place: str, script: str) -> None:
    code = re.sub(r"//.*", "", (ROOT / f"config/static/{script}.js").read_text())
    known = {name or single for name, single in NAMED.findall(code)}
    named = {name for keys in KEYS[place] for name in keys.names}
    assert known - named == set()
    assert named - known <= NATIVE
