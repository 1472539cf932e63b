"""A source's page: what became of it, what is next, what hangs on what; in a frame and on paper."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from forecasts.models import Claim
from tests import factories
from tracker.pages import sources
from tracker.pages.scoreboards import fate, next_dates, strip
from tracker.queries.sources import scoreboard

from .conftest import DAY, Browse, World, estimate, forecast
from .test_reading import text

pytestmark = pytest.mark.django_db
ADDRESS = "/sources/essay/"


def lines(world: World, at: dt.datetime) -> dict[str, str]:
    board = scoreboard(world.source, user=factories.forecaster(), at=at)
    return {line.claim.key: line.said for line in strip(board).lines}


def test_the_strip_says_of_each_claim_what_became_of_it(world: World, at: dt.datetime) -> None:
    assert lines(world, at) == {"P0": "1 without an answer", "C1": "2 without an answer"}
    factories.resolution(world.premise, "yes", at - DAY)
    assert lines(world, at) == {"P0": "1 borne out", "C1": "1 annulled, 1 without an answer"}
    factories.resolution(world.given_yes, "no", at - DAY)
    assert lines(world, at) == {"P0": "1 borne out", "C1": "1 not borne out, 1 annulled"}


def test_nobody_is_held_to_what_they_took_for_granted_or_to_the_world_without_it(world: World, at: dt.datetime) -> None:
    Claim.objects.filter(key="P0").update(premise=True)
    factories.resolution(world.premise, "no", at - DAY)
    factories.resolution(world.given_no, "no", at - DAY)
    assert lines(world, at) == {"P0": "1 answered, not foretold", "C1": "1 answered, not foretold, 1 annulled"}


@pytest.mark.parametrize(("predicts", "outcome", "came"), [("yes", "no", "false"), ("no", "no", "true")])
def test_a_claim_that_foretells_a_no_is_borne_out_by_it(
    world: World, at: dt.datetime, predicts: str, outcome: str, came: str
) -> None:
    factories.resolution(world.premise, outcome, at - DAY)
    world.premise.refresh_from_db()
    world.premise.predicts = predicts
    assert fate(world.premise) == came


def test_a_source_without_a_claim_has_no_signs_to_explain(browse: Browse) -> None:
    factories.source("bare")
    for address in ("/sources/bare/", "/sources/bare/embed/"):
        assert "borne out" not in browse(None).get(address).content.decode(), address


def test_the_next_dates_come_soonest_first_and_the_overdue_before_them(
    browse: Browse, world: World, at: dt.datetime
) -> None:
    claim = Claim.objects.get(key="C1")
    late = forecast("late", at, claim=claim, closes=-9, resolve_by=at - 2 * DAY)
    soon = forecast("soon", at, claim=claim, closes=-3, resolve_by=at + 2 * DAY)
    coming = forecast("coming", at, claim=claim, opens=1)
    events = next_dates(scoreboard(world.source, user=factories.forecaster(), at=at), at=at)
    assert [(event.forecast.slug, event.what, event.late) for event in events] == [
        (late.slug, "due", True),
        (coming.slug, "opens", False),
        (soon.slug, "due", False),
        ("gap-yes", "closes", False),
        ("gap-no", "closes", False),
    ]
    html = browse(None).get(ADDRESS).content.decode()
    assert html.index("was due") < html.index("opens <time") < html.index("closes <time")


def test_the_tree_says_what_each_answer_annuls_at_any_depth(browse: Browse, world: World, at: dt.datetime) -> None:
    forecast(
        "deeper", at, claim=Claim.objects.get(key="C1"), part="b", condition=world.given_yes, condition_outcome="no"
    )
    html = browse(None).get(ADDRESS).content.decode()
    tree = re.search(r'<details class="tree">.*?</details>', html, re.DOTALL)
    assert tree
    said = text(tree[0])
    assert "If yes , this counts; a no annuls it C1a The gap If no , this counts; a yes annuls it C1b" in said
    # The deeper one stands within the first branch, before the other side of the premise.
    assert said.index("C1b") < said.rindex("If no")
    assert html.count('<details class="tree">') == 1


@pytest.mark.parametrize("outcome", ["yes", "no"])
def test_where_the_premise_has_resolved_the_branch_that_is_void_says_so_in_place_of_a_number(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime, outcome: str
) -> None:
    sides = {"yes": "40% with you 40%|Annulled without", "no": "Annulled with"}[outcome]
    estimate(world.given_yes, cast.ann, 0.4, at - 2 * DAY)
    factories.resolution(world.premise, outcome, at - DAY)
    html = browse(cast.ann).get(ADDRESS).content.decode()
    shown = text("|".join(re.findall(r'<p class="n">(.*?)</p>', html.split('aria-labelledby="C1"')[1], re.DOTALL)))
    assert sides in re.sub(r" ?\| ?", "|", shown)
    # The premise itself: its answer stands once, and beside it what the crowd said.
    premise = text(html.split('aria-labelledby="P0"')[1].split("</section>")[0])
    assert premise.count(f"Resolved {outcome}") == 1
    assert "no crowd" in premise


def test_every_claim_can_be_jumped_to(browse: Browse, world: World) -> None:
    html = browse(None).get(ADDRESS).content.decode()
    nav = html.split('class="contents"')[1].split("</nav>")[0]
    targets = re.findall(r'href="#([^"]+)"', nav + html.split('class="strip"')[1].split("</ul>")[0])
    assert {"so-far", "next", "conditions", "effects", "claims", "authors", "embedding", "P0", "C1"} <= set(targets)
    assert all(html.count(f' id="{target}"') == 1 for target in targets)


def test_a_source_of_any_length_is_shown_in_part_and_says_so(
    browse: Browse, world: World, at: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert browse(None).get(ADDRESS).status_code == 200
        return len(captured)

    before = cost()
    claim = Claim.objects.get(key="C1")
    for number in range(5):
        forecast(f"more-{number}", at, claim=claim, part="b", position=number + 1, question=f"Will {number} come?")
    assert cost() == before
    assert "more than" not in text(browse(None).get(ADDRESS).content.decode()).split("How it does")[0]
    monkeypatch.setattr(sources, "MOST", 4)
    html = browse(None).get(ADDRESS).content.decode()
    assert "This source has more than 4 claims or forecasts" in text(html)
    assert "Will 0 come?" in html
    assert "Will 4 come?" not in html
    assert 'href="/forecasts/?source=essay"' in html
    assert cost() < before


def test_a_frame_shows_what_a_visitor_sees_whoever_looks_and_only_it_may_be_framed(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    frame = browse(cast.ann).get(f"{ADDRESS}embed/")
    html = frame.content.decode()
    assert re.search(r"frame-ancestors \*(;|$)", frame["Content-Security-Policy"])
    assert "default-src 'self'" in frame["Content-Security-Policy"]
    assert "X-Frame-Options" not in frame
    assert "public" in frame["Cache-Control"]
    assert "Set-Cookie" not in frame
    assert '<base target="_top">' in html
    assert not re.search(r'class="top"|<script|<form|<footer|>ann<', html)
    assert 'href="http://testserver/sources/essay/#C1"' in html
    page = browse(cast.ann).get(ADDRESS)
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
    assert page["X-Frame-Options"] == "DENY"
    assert "&lt;iframe src=&quot;" not in page.content.decode()
    assert '&lt;iframe src="http://testserver/sources/essay/embed/"' in page.content.decode()
    assert browse(None).get("/sources/none/embed/").status_code == 404


def test_paper_carries_the_address_and_the_day(browse: Browse, world: World) -> None:
    said = text(browse(None).get(ADDRESS).content.decode())
    assert re.search(r"Printed from http://testserver/sources/essay/ as it stood on \d+ \w+ \d{4}", said)


def test_the_list_of_sources_is_paged_and_says_how_much_has_settled(
    browse: Browse, world: World, at: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "PAGE", 1)
    factories.source("second", title="Another document")
    html = browse(None).get("/sources/").content.decode()
    assert "2 claims · nothing settled yet" in text(html)
    assert "1 of 2" in text(html)
