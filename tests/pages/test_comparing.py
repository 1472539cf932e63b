"""The page that compares two."""

import datetime as dt
import re
from unittest.mock import patch

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from forecasts.models import Forecast
from tests import factories
from tracker.pages import comparisons
from tracker.queries import glances
from tracker.queries.comparison import subject
from tracker.queries.glances import glance
from tracker.scopes import Scope

from .conftest import DAY, Browse, World, forecast

pytestmark = pytest.mark.django_db
BOTH = "/compare/?a=ann&b=bob"


def settled(cast: factories.Cast, at: dt.datetime, number: int) -> None:
    made = forecast(f"settled-{number}", at, closes=-3, question=f"Will number {number} come?")
    factories.estimate(made, cast.ann, 0.8, at - 20 * DAY)
    factories.estimate(made, cast.bob, 0.6, at - 20 * DAY)
    factories.resolution(made, "yes", at - DAY)


def test_two_are_named_in_a_form_that_needs_no_script(browse: Browse, cast: factories.Cast) -> None:
    text = browse(None).get("/compare/").content.decode()
    assert '<form class="filters" method="get" action="/compare/"' in text
    assert 'name="a"' in text
    assert 'name="b"' in text
    assert '<option value="crowd:median">' in text
    assert "vega.js" not in text
    assert "Name a second one to compare ann with" in browse(None).get("/compare/?a=ann").content.decode()


def test_references_are_offered_by_their_names_with_whoever_is_named(browse: Browse, cast: factories.Cast) -> None:
    visitor, ann = (browse(who).get("/compare/").content.decode() for who in (None, cast.ann))
    assert '<a href="?a=crowd%3Amedian">Crowd, median</a>' in visitor
    assert "yourself" not in visitor
    assert '<a href="?a=ann&amp;b=crowd%3Arecency_weighted">yourself beside the crowd</a>' in ann
    text = browse(None).get("/compare/?a=ann&settled=false").content.decode()
    assert '<a href="?a=ann&amp;settled=false&amp;b=constant%3Aone_half">Always one half</a>' in text


def test_the_verdict_comes_first_and_every_round_is_in_a_table(
    browse: Browse, cast: factories.Cast, at: dt.datetime
) -> None:
    for number in (1, 2):
        settled(cast, at - number * DAY, number)
    text = browse(None).get(BOTH).content.decode()
    assert text.index("On the 2 rounds so far, ann and bob are not distinguishable") < text.index("<table>")
    assert "Will number 1 come?" in text
    # The newest first.
    assert re.findall(r'<tr><td class="num">(\d+)</td>', text) == ["2", "1"]
    assert (
        'data-chart="comparison" data-src-rounds="/api/v1/compare/?a=ann&amp;b=bob&amp;scope=all&amp;settled=true"'
        in text
    )
    assert "vega.js" in text
    assert "Provisional" not in text


def test_rounds_of_one_instant_have_no_chart(browse: Browse, cast: factories.Cast, at: dt.datetime) -> None:
    for number in (1, 2):
        settled(cast, at, number)
    assert "data-chart" not in browse(None).get(BOTH).content.decode()


def test_one_round_has_no_chart(browse: Browse, world: World) -> None:
    text = browse(None).get(BOTH).content.decode()
    assert "On the one round so far" in text
    assert "data-chart" not in text
    assert "vega.js" not in text


def test_a_long_path_shows_its_latest_rounds_and_says_where_all_are(
    browse: Browse, cast: factories.Cast, at: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparisons, "SHOWN", 2)
    for number in (1, 2, 3):
        settled(cast, at, number)
    text = browse(None).get(BOTH).content.decode()
    assert re.findall(r'<tr><td class="num">(\d+)</td>', text) == ["3", "2"]
    assert "the last 2, <a" in text


def test_what_resolved_early_is_shown_only_when_asked_for(
    browse: Browse, cast: factories.Cast, at: dt.datetime
) -> None:
    settled(cast, at, 1)
    early = forecast("early", at, question="Will it be early?")
    for by in (cast.ann, cast.bob):
        factories.estimate(early, by, 0.7, at - 20 * DAY)
    factories.resolution(early, "yes", at - DAY)
    assert "Will it be early?" not in browse(None).get(BOTH).content.decode()
    asked = browse(None).get(f"{BOTH}&settled=false").content.decode()
    assert "Will it be early?" in asked
    assert "Provisional: everything that has resolved counts" in asked


def test_without_a_round_it_says_why_and_what_to_try(browse: Browse, world: World) -> None:
    text = browse(None).get("/compare/?a=ann&b=curator").content.decode()
    assert "have not stood together" in text
    assert 'href="/compare/?a=ann&amp;b=curator&amp;scope=all&amp;settled=false"' in text


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("a=nobody&b=ann", "There is no forecaster “nobody”"),
        ("a=ann&b=crowd:wisdom", "or one of crowd:recency_weighted"),
        ("a=ann&b=ann", "nobody differs from themselves"),
        ("a=ann&b=bob&scope=tag:none", "There is no tag"),
        ("a=ann&b=bob&settled=perhaps", "not one of the available choices"),
    ],
)
def test_a_wrong_choice_is_told_beside_its_field(browse: Browse, cast: factories.Cast, query: str, said: str) -> None:
    response = browse(None).get(f"/compare/?{query}")
    assert response.status_code == 400
    assert said in response.content.decode()


def test_a_forecaster_s_page_and_the_leaderboard_lead_here(browse: Browse, world: World, cast: factories.Cast) -> None:
    page = "/forecasters/ann/"
    assert 'href="/compare/?a=ann&amp;scope=all"' in browse(None).get(page).content.decode()
    assert 'href="/compare/?a=ann&amp;b=bob&amp;scope=all"' in browse(cast.bob).get(page).content.decode()
    assert 'href="/compare/?scope=all"' in browse(None).get("/leaderboards/").content.decode()


def test_it_is_worked_out_once_for_the_same_record_and_anew_after_every_decision(
    browse: Browse, cast: factories.Cast, at: dt.datetime
) -> None:
    def read() -> tuple[str, bool]:
        """What it says, and whether estimates were read for it."""
        with CaptureQueriesContext(connection) as captured:
            text = browse(None).get(BOTH).content.decode()
        said = re.search(r'<p class="said">(.+?)</p>', text)
        assert said
        return said[1], any("forecasts_estimate" in each["sql"] for each in captured)

    for number in (1, 2):
        settled(cast, at - number * DAY, number)
    first, worked_out = read()
    assert worked_out
    assert read() == (first, False)
    settled(cast, at, 3)
    assert read()[0].startswith("On the 3 rounds so far")
    again = Forecast.objects.get(slug="settled-3")
    factories.resolution(again, "reopened", at, revision=1)
    # What was reopened may be hidden again, so it is gone at once.
    assert read() == (first, True)


def test_it_is_worked_out_anew_when_the_next_one_settles(cast: factories.Cast, at: dt.datetime) -> None:
    made = forecast("early", at, closes=2, resolve_by=at + 3 * DAY)
    factories.resolution(made, "yes", at - DAY)
    assert glances.seconds_kept(Scope(), settled=True, at=at) == glances.KEPT
    assert glances.seconds_kept(Scope(), settled=True, at=at + 2.5 * DAY) == DAY.total_seconds() / 2
    assert glances.seconds_kept(Scope(), settled=False, at=at + 2.5 * DAY) == glances.KEPT


def test_no_account_is_kept_in_the_cache(cast: factories.Cast, at: dt.datetime) -> None:
    settled(cast, at, 1)
    a, b = subject("ann", field="a"), subject("bob", field="b")
    asked = {"a": a, "b": b, "scope": Scope(), "settled": True, "at": at, "shown": 50}
    assert glance(**asked).read.a.forecaster == cast.ann
    with patch.object(cache, "get", wraps=cache.get) as kept:
        glance(**asked)
    (key,) = kept.call_args.args
    assert cache.get(key).read.a.forecaster is None


def test_it_takes_the_same_queries_for_any_number_of_rounds(
    browse: Browse, cast: factories.Cast, at: dt.datetime
) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            browse(None).get(BOTH)
        return len(captured)

    settled(cast, at, 1)
    few = count()
    for number in range(2, 6):
        settled(cast, at, number)
    assert count() == few
