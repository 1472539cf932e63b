"""Boards and calibration as pages: paging, one's own row, a measure worked out, and the forecasts behind a bin."""

import datetime as dt
import re
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from forecasts.models import Forecaster
from forecasts.services import programs
from tests import factories
from tracker.pages import boards as pages
from tracker.queries import bins, leaderboards
from tracker.scoring import boards

from .conftest import DAY, Browse, World, ended, estimate, forecast
from .test_reading import text

pytestmark = pytest.mark.django_db


def read(client: Client, address: str) -> str:
    return text(client.get(address).content.decode())


def detail(client: Client, address: str) -> str:
    """What is folded under the measure."""
    found = re.search(r'<details class="why">.*?</details>', client.get(address).content.decode(), re.DOTALL)
    assert found
    return text(found[0])


@pytest.fixture
def long_board(cast: factories.Cast, at: dt.datetime, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Seven on one board, best first, three to a page."""
    monkeypatch.setattr(boards, "MINIMUM_FORECASTS", 2)
    monkeypatch.setattr(boards, "MINIMUM_UPSETS", 0)
    monkeypatch.setattr(leaderboards, "PAGE", 3)
    monkeypatch.setattr(pages, "PAGE", 3)
    monkeypatch.setattr(leaderboards, "NEIGHBOURS", 1)
    people = [factories.forecaster(f"person{number}") for number in range(7)]
    for step in range(2):
        made = forecast(f"long-{step}", at, closes=-3)
        for number, person in enumerate(people):
            factories.estimate(made, person, 0.3 + 0.1 * number + 0.01 * step, at - 20 * DAY)
        factories.resolution(made, "yes", at - DAY)
    factories.score(at=at)
    return [person.username for person in reversed(people)]


def test_a_long_board_is_read_page_by_page_with_the_references_on_each(browse: Browse, long_board: list[str]) -> None:
    client = browse(None)
    pages = (("1 to 3 of 7", long_board[:3]), ("4 to 6 of 7", long_board[3:6]), ("7 of 7", long_board[6:]))
    for number, (where, wanted) in enumerate(pages, 1):
        html = client.get(f"/leaderboards/?measure=brier&page={number}").content.decode()
        assert re.findall(r'<a href="/forecasters/(\w+)/">', html) == wanted
        assert where in html
        assert "Always one half" in html
    assert 'rel="next" href="?measure=brier&amp;page=2"' in client.get("/leaderboards/?measure=brier").content.decode()
    for odd in ("0", "-1", "x", "9" * 20, "%00"):
        assert client.get(f"/leaderboards/?measure=brier&page={odd}").status_code == 200


def test_a_reader_sees_their_row_between_their_neighbours_wherever_they_are(
    browse: Browse, long_board: list[str]
) -> None:
    me = factories.Forecaster.objects.get(username=long_board[4])
    html = browse(me).get("/leaderboards/?measure=brier").content.decode()
    assert "You are ranked 5 of 7, and could be anywhere from 1 to 7." in text(html)
    assert 'href="?measure=brier&amp;page=2#you">Jump to your row' in html
    beside = html.split('aria-label="You and those beside you"')[1]
    assert re.findall(r'<a href="/forecasters/(\w+)/">', beside) == long_board[3:6]
    assert html.count('id="you"') == 1
    own_page = browse(me).get("/leaderboards/?measure=brier&page=2").content.decode()
    assert "You and those beside you" not in own_page
    assert own_page.count('id="you"') == 1
    assert "Jump to your row" not in browse(None).get("/leaderboards/?measure=brier").content.decode()


def test_the_length_of_a_board_changes_no_number_of_queries(
    browse: Browse, long_board: list[str], at: dt.datetime
) -> None:
    client = browse(factories.Forecaster.objects.get(username=long_board[0]))

    def cost() -> int:
        client.get("/leaderboards/?measure=brier")
        with CaptureQueriesContext(connection) as captured:
            client.get("/leaderboards/?measure=brier")
        return len(captured)

    few = cost()
    for number in range(4):
        ended(f"more-{number}", "no", (factories.forecaster(), factories.forecaster()), at)
    assert cost() == few


@pytest.mark.parametrize(
    ("measure", "said"),
    [
        # ann stood at 80% for 17 of 27 days, until the end: 17/27 of 100 (1 + log2 0.8) = 42.7, and (1 - 0.8)^2.
        ("baseline", "80% 80% 63% +67.8 +42.7"),
        ("brier", "80% 80% 63% 0.040 0.040"),
        ("log_score", "80% 80% 63% 0.223 0.223"),
        # With bob at 60% for 7 of 27 days: 100 ln (0.8 / 0.6) = 28.8 for 26% of the time.
        ("peer", "gave 1.33 times the probability that the others gave"),
    ],
)
def test_a_measure_is_worked_out_on_the_reader_s_own_latest_forecast(
    browse: Browse, world: World, cast: factories.Cast, measure: str, said: str
) -> None:
    mine = detail(browse(cast.ann), f"/leaderboards/?measure={measure}")
    assert said in mine
    assert "Worked out on a forecast of yours" in mine
    assert "It resolved yes" in mine


def test_a_visitor_and_who_has_no_score_see_a_measure_worked_out_for_the_crowd(
    browse: Browse, world: World, cast: factories.Cast
) -> None:
    for who in (None, cast.curator):
        assert "as the crowd stood" in detail(browse(who), "/leaderboards/?measure=baseline")
    assert 'class="why"' not in browse(None).get("/leaderboards/?scope=source:essay").content.decode()


def test_every_bin_leads_to_the_forecasts_behind_it_from_chart_and_table(browse: Browse, world: World) -> None:
    html = browse(None).get("/calibration/?forecaster=ann").content.decode()
    address = "/calibration/forecasts/?forecaster=ann&scope=all&view=time&settled=true"
    assert f'data-param-forecasts="{address}"' in unescape(html)
    found = re.findall(r'<th scope="row"><a href="([^"]+&amp;bin=\d)">', html)
    assert [unescape(each) for each in found] == [f"{address}&bin=8"]
    behind = browse(None).get(unescape(found[0])).content.decode()
    assert "/forecasts/resolved/" in behind
    assert "/forecasts/annulled/" not in behind
    assert "On 1 forecast ann stood in this bin." in text(behind)
    assert "Yes 80% 0.63" in text(behind)
    assert 'href="/calibration/?forecaster=ann&amp;scope=all&amp;view=time&amp;settled=true"' in behind


def test_a_bin_of_an_open_forecast_shows_nothing_of_it(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    estimate(world.premise, cast.ann, 0.35, at - DAY)
    for who in (None, cast.bob, cast.ann):
        html = browse(who).get("/calibration/forecasts/?bin=3&forecaster=ann&settled=false").content.decode()
        assert "Nothing was said in this bin" in html
        assert "/forecasts/premise/" not in html


def test_the_pooled_bin_counts_people_and_pages_go_on_where_the_last_ended(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bins, "PAGE", 1)
    ended("second", "no", (cast.ann, cast.bob), at)
    client = browse(None)
    html = client.get("/calibration/forecasts/?bin=8").content.decode()
    assert "No 80% 0.63 1" in text(html)
    following = re.search(r'rel="next" href="([^"]+)"', html)
    assert following
    html = client.get(f"/calibration/forecasts/{unescape(following[1])}").content.decode()
    assert "Yes 80% 0.63 1" in text(html)
    assert 'rel="next"' not in html
    assert ">First</a>" in html


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("bin=10", "less than or equal to 9"),
        ("bin=x", "Enter a whole number"),
        ("bin=1&forecaster=nobody", "There is no forecaster “nobody”"),
        ("bin=1&before=99999999999999999999", "less than or equal to"),
    ],
)
def test_a_bin_that_is_none_is_refused_in_words(browse: Browse, world: World, query: str, said: str) -> None:
    response = browse(None).get(f"/calibration/forecasts/?{query}")
    assert response.status_code == 400
    assert said in response.content.decode()


def test_calibration_of_a_year_holds_what_settled_in_it(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    year = world.resolved.resolve_by.year
    client = browse(None)
    html = client.get(f"/calibration/?year={year}").content.decode()
    assert f'<option value="{year}" selected>' in html
    assert f"settled=true&amp;year={year}" in html
    assert "Nothing has resolved here yet" in client.get(f"/calibration/?year={year - 3}").content.decode()
    assert client.get(f"/api/v1/calibration/?year={year}").json()["years"] == [year]


def test_names_come_as_they_are_typed_and_only_of_those_who_have_a_score(
    browse: Browse, world: World, cast: factories.Cast
) -> None:
    client = browse(None)
    assert '<option value="ann">' in client.get("/compare/names/?a=An").content.decode()
    assert "<option" not in client.get("/compare/names/?a=cura").content.decode()
    assert client.get("/compare/names/?b=crowd:m").content.decode().count("<option") == 2
    for nothing in ("", "?a=", "?forecaster=%00", "?a=%25"):
        assert 'value="ann"' not in client.get(f"/compare/names/{nothing}").content.decode()
    # Nobody's name stands on the page before it is typed.
    page = client.get("/compare/").content.decode()
    assert 'hx-get="/compare/names/"' in page
    assert 'value="ann"' not in page


def test_readers_choose_whether_programs_stand_apart(browse: Browse, long_board: list[str]) -> None:
    client, address = browse(None), "/leaderboards/?measure=brier"
    assert 'name="who"' not in client.get(address).content.decode()
    factories.forecaster("idle", is_bot=True)
    assert 'name="who"' in client.get(address).content.decode()
    assert "none has been scored on this board" in read(client, f"{address}&who=programs")
    best = Forecaster.objects.get(username=long_board[0])
    programs.mark(account=best, is_bot=True, by=best)
    assert f">{best.username}</a> <small>program</small>" in client.get(f"{address}&who=programs").content.decode()
    assert best.username not in client.get(f"{address}&who=people").content.decode()
    table = client.get(f"/leaderboards.csv{address[address.index('?') :]}&who=programs").getvalue().decode()
    assert table.count(",forecaster,") == 1
    answer = client.get(f"{address}&who=robots")
    assert answer.status_code == 400
