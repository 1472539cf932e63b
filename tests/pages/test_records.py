"""A track record: what it says first, what it lists, and what it keeps to those who may see it."""

import datetime as dt
import re
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from forecasts.models import Collection
from tests import factories
from tracker.pages import forecasters
from tracker.queries import records
from tracker.scopes import Scope
from tracker.scoring import boards

from .conftest import DAY, Browse, World, ended, estimate, forecast
from .test_reading import text

pytestmark = pytest.mark.django_db
ANN = "/forecasters/ann/"


def order(html: str) -> list[str]:
    """The forecasts that are listed one by one."""
    return re.findall(r'<a href="/forecasts/([\w-]+)/">', html.split('id="one-by-one"')[1])


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (None, None, "On 1 settled forecast ann has been scored: too few to tell skill from luck."),
        (-3.0, 9.0, "On 1 settled forecast ann is not distinguishable from the others"),
        (0.5, 9.0, "ann did better than the others who stood at the same moments, by more than chance allows."),
        (-9.0, -0.5, "ann did worse than the others who stood at the same moments, by more than chance allows."),
    ],
)
def test_the_headline_claims_no_more_than_the_interval_allows(
    cast: factories.Cast, at: dt.datetime, low: float | None, high: float | None, said: str
) -> None:
    ended("first", "yes", (cast.ann, cast.bob), at)
    read = records.record(cast.ann, scope=Scope(), user=cast.bob, at=at)
    peer = replace(read.rows["peer"], low=low, high=high)
    assert said in forecasters.headline("ann", replace(read, rows=read.rows | {"peer": peer}))


def test_the_headline_of_who_took_no_risk_does_not_call_many_forecasts_few(
    cast: factories.Cast, at: dt.datetime
) -> None:
    ended("first", "yes", (cast.ann, cast.bob), at)
    read = records.record(cast.ann, scope=Scope(), user=cast.bob, at=at)
    rows = {name: replace(read.rows[name], n=102, low=None, high=None) for name in ("peer", "baseline")}
    assert forecasters.headline("ann", replace(read, rows=read.rows | rows)) == (
        "On 102 settled forecasts ann has been scored: too few upsets were to be expected to tell skill from luck."
    )


def test_the_headline_of_who_stood_alone_compares_them_with_nobody(
    world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    read = records.record(cast.ann, scope=Scope(), user=cast.bob, at=at)
    assert "stood together with nobody" in forecasters.headline(
        "ann", replace(read, rows={"baseline": read.rows["baseline"]})
    )
    assert forecasters.headline("ann", replace(read, rows={})) == ""


def test_the_headline_and_the_intervals_are_on_the_page(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(boards, "MINIMUM_FORECASTS", 2)
    monkeypatch.setattr(boards, "MINIMUM_UPSETS_OF_PEERS", 0)
    ended("second", "no", (cast.ann, cast.bob), at)
    html = browse(None).get(ANN).content.decode()
    assert "On 2 settled forecasts ann is not distinguishable from the others" in text(html)
    assert 'class="span"' in html


def test_forecasts_are_sorted_and_paged_as_asked(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended("wrong", "no", (cast.ann, cast.bob), at)
    client = browse(None)
    assert order(client.get(ANN).content.decode()) == ["wrong", "resolved"]
    assert order(client.get(f"{ANN}?sort=baseline").content.decode()) == ["resolved", "wrong"]
    assert order(client.get(f"{ANN}?sort=-baseline").content.decode()) == ["wrong", "resolved"]
    monkeypatch.setattr(forecasters, "PAGE", 1)
    html = client.get(f"{ANN}?sort=baseline").content.decode()
    assert order(html) == ["resolved"]
    assert 'rel="next" href="?sort=baseline&amp;page=2#one-by-one"' in html
    refused = client.get(f"{ANN}?sort=luck")
    assert refused.status_code == 400
    assert "luck is not one of the available choices" in refused.content.decode()


def test_what_was_reopened_shows_no_score_even_before_the_totals_know(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    early = forecast("early", at, question="Will it be early?")
    for by, probability in ((cast.ann, 0.8), (cast.bob, 0.6)):
        estimate(early, by, probability, at - 20 * DAY)
    factories.resolution(early, "yes", at - DAY)
    factories.score(at=at)
    address = f"{ANN}?settled=false"
    assert "Will it be early?" in browse(None).get(address).content.decode()
    assert "Will it be early?" in browse(cast.ann).get("/leaderboards/?settled=false").content.decode()
    factories.resolution(early, "reopened", at)
    assert "Will it be early?" not in browse(None).get(address).content.decode()
    assert "Will it be early?" not in browse(None).get("/calibration/forecasts/?bin=8&settled=false").content.decode()
    assert "Will it be early?" not in browse(cast.ann).get("/leaderboards/?settled=false").content.decode()


def test_scope_and_year_narrow_everything_on_it(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    tagged = forecast("tagged", at, closes=-3, tags=["odd"])
    estimate(tagged, cast.ann, 0.3, at - 20 * DAY)
    factories.resolution(tagged, "no", at - DAY)
    factories.score(at=at)
    client = browse(None)
    html = client.get(f"{ANN}?scope=tag:odd").content.decode()
    assert order(html) == ["tagged"]
    assert "On 1 settled forecast ann" in text(html)
    assert "/calibration/?forecaster=ann&amp;scope=tag%3Aodd&amp;settled=true" in html
    assert "Nothing of theirs counts in what you chose" in client.get(f"{ANN}?year=1999").content.decode()


def test_open_estimates_show_where_the_reader_may_see_them_and_only_standing_ones(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    estimate(world.premise, cast.ann, 0.71, at - 2 * DAY)
    estimate(world.premise, cast.ann, 0.73, at - DAY)
    estimate(world.given_yes, cast.ann, 0.4, at - 2 * DAY)
    estimate(world.given_yes, cast.ann, None, at - DAY)

    def shown(who: factories.Forecaster | None) -> str:
        html = browse(who).get(ANN).content.decode()
        return text(html.split('id="open"')[1].split("</section>")[0]) if 'id="open"' in html else ""

    assert "73%" in shown(cast.ann)
    assert "71%" not in shown(cast.ann)
    assert "C1a" not in shown(cast.ann)
    assert (shown(None), shown(cast.bob)) == ("", "")
    estimate(world.premise, cast.bob, 0.5, at)
    assert "73%" in shown(cast.bob)


def test_a_record_of_any_length_costs_the_same_and_counts_no_further_than_it_says(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cost() -> int:
        browse(None).get(ANN)
        with CaptureQueriesContext(connection) as captured:
            browse(None).get(ANN)
        return len(captured)

    few = cost()
    for number in range(4):
        ended(f"more-{number}", "no", (cast.ann, cast.bob), at)
    assert cost() == few
    monkeypatch.setattr(records, "COUNTED", 3)
    monkeypatch.setattr(records, "SORTED", 2)
    html = browse(None).get(ANN).content.decode()
    assert "Estimates over 3" in text(html)
    assert "Forecasts 3 by the latest 3 estimates" in text(html), "a number below that of the scored forecasts"
    assert len(order(html)) == 2


def test_a_simulated_forecaster_s_record_is_of_the_rehearsal_and_says_so(
    browse: Browse, cast: factories.Cast, at: dt.datetime
) -> None:
    rehearsal = Collection.objects.create(slug="rehearsal", title="Rehearsal", simulated=True)
    actor = factories.forecaster("actor", simulated=True)
    made = forecast("invented", at, closes=-3, collections=[rehearsal])
    estimate(made, actor, 0.8, at - 20 * DAY)
    factories.resolution(made, "yes", at - DAY)
    factories.score(at=at)
    html = browse(None).get("/forecasters/actor/").content.decode()
    assert "simulated: counts in the rehearsal only" in html
    assert "On 1 settled forecast actor" in text(html)
    assert '<option value="collection:rehearsal" selected>' in html
