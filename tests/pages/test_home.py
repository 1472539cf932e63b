"""The front page: what it is for whom, what is hidden on it."""

import datetime as dt
import re

import pytest

from forecasts.models import Collection, Forecaster
from tests import factories
from tracker.queries import overviews

from .conftest import Browse, World, ended, estimate, forecast

pytestmark = pytest.mark.django_db
DAY = factories.DAY


def home(browse: Browse, who: Forecaster | None) -> str:
    return browse(who).get("/").content.decode()


def part(html: str, name: str) -> str:
    """One section of the page, by the id of its heading."""
    return html[html.index(f'aria-labelledby="{name}"') :].split("</section>", maxsplit=1)[0]


def listed(html: str) -> list[str]:
    return re.findall(r'class="q">.*?href="/forecasts/([\w-]+)/"', html)


def test_a_visitor_sees_what_this_is_and_the_essay_claim_by_claim(browse: Browse, world: World) -> None:
    html = home(browse, None)
    assert "What was predicted, what people think" in html
    strip = part(html, "strip")
    assert re.findall(r"<b>(\w+)</b>", strip) == ["P0", "C1"]
    assert "2 open" in strip
    assert 'href="/sources/essay/#C1"' in strip
    assert "Closing next" in strip
    assert listed(part(html, "open"))[0] == "gap-yes"


def test_the_strip_tells_the_effect_of_a_pair_only_to_those_who_may_see_both(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    for of, said in ((world.given_yes, 0.5), (world.given_no, 0.2)):
        estimate(of, cast.ann, said, at - 5 * DAY)
    assert "+30 points" in part(home(browse, cast.ann), "strip")
    for stranger in (None, cast.bob):
        assert "points<" not in part(home(browse, stranger), "strip")


def test_a_forecaster_sees_what_is_worth_an_estimate_and_why(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    forecast("soon", at, closes=3)
    forecast("later", at, closes=80)
    estimate(world.premise, cast.ann, 0.4, at - DAY)
    worth = part(home(browse, cast.ann), "open")
    assert listed(worth) == ["soon", "gap-yes", "gap-no", "later"]
    assert worth.count("Closes soon, and you have not answered.") == 1
    assert worth.count("You answered what it depends on") == 2
    assert worth.count('class="why"') == 3


def test_what_moved_is_told_from_ones_own_estimate_on(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    estimate(world.premise, cast.ann, 0.2, at - 9 * DAY)
    estimate(world.premise, cast.bob, 0.6, at - 5 * DAY)
    moved = part(home(browse, cast.ann), "moved")
    assert listed(moved) == ["premise"]
    assert "crowd 20% → <b>40%</b>" in moved
    assert "you say 20%" in moved
    # Bob's own estimate was the last; the curator has none, and may not see it.
    for other in (cast.bob, cast.curator):
        assert "No crowd has moved" in part(home(browse, other), "moved")


def test_what_resolved_shows_ones_score_beside_the_crowds(browse: Browse, world: World, cast: factories.Cast) -> None:
    resolved = part(home(browse, cast.ann), "resolved")
    assert listed(resolved) == ["resolved"]
    assert "Resolved, with your score" in resolved
    assert re.search(
        r"You: <a [^>]+>[+−]?\d+\.\d peer, [+−]?\d+\.\d baseline</a>; the crowd [+−]?\d+\.\d baseline", resolved
    )
    assert "You:" not in part(home(browse, cast.curator), "resolved")
    assert "baseline" in part(home(browse, None), "resolved")


def test_ones_results_are_found_behind_many_scores_that_count_no_more(cast: factories.Cast, at: dt.datetime) -> None:
    ended("counts", "yes", (cast.ann, cast.bob), at)
    for number in range(3):
        again = ended(f"again-{number}", "yes", (cast.ann, cast.bob), at)
        factories.resolution(again, "annulled", at, revision=1)
    factories.score(at=at)
    assert [each.slug for each in overviews.own_resolved(cast.ann, at=at, among=(2,))] == []
    assert [each.slug for each in overviews.own_resolved(cast.ann, at=at, among=(2, 9))] == ["counts"]


def test_the_queue_shows_to_resolvers(browse: Browse, world: World, cast: factories.Cast) -> None:
    assert "Waiting for your decision" in home(browse, cast.resolver)
    assert "Waiting for your decision" not in home(browse, cast.ann)


def test_a_rehearsal_stays_out(browse: Browse, cast: factories.Cast, at: dt.datetime) -> None:
    rehearsal = Collection.objects.create(slug="rehearsal", title="Rehearsal", simulated=True)
    forecast("invented", at, collections=[rehearsal])
    for who in (None, cast.ann):
        assert "/forecasts/invented/" not in home(browse, who)


def test_with_everything_answered_it_says_so(browse: Browse, cast: factories.Cast, at: dt.datetime) -> None:
    ended("over", "yes", (cast.ann, cast.bob), at)
    assert "Nothing that closes next is without your estimate" in home(browse, cast.ann)


def test_a_new_site_leads_curators_to_registering_and_tells_others_to_come_back(
    browse: Browse, cast: factories.Cast
) -> None:
    for who in (None, cast.ann, cast.curator):
        html = home(browse, who)
        assert "Nothing is registered yet" in html
        assert ('href="/curate/">Register the first' in html) == (who == cast.curator)
        assert "Moved" not in html
        assert "See the open forecasts" not in html


def test_a_site_where_all_is_over_is_no_new_one(browse: Browse, cast: factories.Cast, at: dt.datetime) -> None:
    ended("over", "yes", (cast.ann, cast.bob), at)
    for who in (None, cast.curator):
        assert "Nothing is registered yet" not in home(browse, who)


def test_where_nothing_is_open_nobody_is_said_to_have_answered(
    browse: Browse, cast: factories.Cast, at: dt.datetime
) -> None:
    factories.forecast("over", opens_at=at - 9 * DAY, closes_at=at - DAY, at=at - 10 * DAY)
    worth = part(home(browse, cast.ann), "open")
    assert "Nothing that closes next is without your estimate" in worth
    assert "You have answered" not in worth


def test_before_anything_has_resolved_it_leads_to_the_rehearsal_where_there_is_one(
    browse: Browse, cast: factories.Cast, at: dt.datetime
) -> None:
    forecast("open", at)
    for who in (None, cast.ann):
        assert "Nothing has resolved yet, so there are no scores.</p>" in home(browse, who)
    Collection.objects.create(slug="played", title="Played (simulated)", simulated=True)
    for who in (None, cast.ann):
        html = home(browse, who)
        assert 'href="/leaderboards/?scope=collection:played">leaderboard</a>' in html
        assert "“Played (simulated)”, which is simulated throughout." in html
