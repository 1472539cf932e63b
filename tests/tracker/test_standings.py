"""A board page by page: the order and the ranges of ranks of all, the rows of one page."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories
from tracker.queries import leaderboards
from tracker.queries.leaderboards import leaderboard, leaderboard_page, scores_of
from tracker.queries.viewing import scopes, view
from tracker.scopes import Scope
from tracker.scoring import boards

from .test_boards import LATER, settle

pytestmark = pytest.mark.django_db


@pytest.fixture
def crowded(cast: factories.Cast, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Seven with enough for a rank, from worst to best by Brier score, and bob and ann with one forecast only."""
    monkeypatch.setattr(boards, "MINIMUM_FORECASTS", 2)
    monkeypatch.setattr(boards, "MINIMUM_UPSETS", 0)
    monkeypatch.setattr(leaderboards, "PAGE", 3)
    monkeypatch.setattr(leaderboards, "NEIGHBOURS", 1)
    settle(cast)
    people = [factories.forecaster(f"person{number}") for number in range(7)]
    for step in range(3):
        made = factories.forecast()
        for number, person in enumerate(people):
            factories.estimate(made, person, 0.2 + 0.1 * number + 0.01 * step, at=made.opens_at)
        factories.resolution(made, "yes", at=LATER, known_at=made.closes_at)
    factories.score(at=LATER)
    return [person.username for person in reversed(people)]


def test_pages_together_are_the_board_with_ranges_of_ranks_over_all_of_it(crowded: list[str]) -> None:
    whole = leaderboard(scope=Scope(), measure="brier")
    pages = [leaderboard_page(scope=Scope(), measure="brier", page=number)[0] for number in (1, 2, 3)]
    assert [row.name for row in whole.ranked] == crowded
    assert [row for page in pages for row in page.ranked] == whole.ranked
    assert [row for page in pages for row in page.unranked] == whole.unranked
    assert [len(page.ranked) for page in pages] == [3, 3, 1]
    assert {(page.n_ranked, page.n_people, page.least, page.most) for page in pages} == {
        (7, 9, whole.least, whole.most)
    }
    assert all(page.references == whole.references for page in pages)
    beyond, _ = leaderboard_page(scope=Scope(), measure="brier", page=99)
    assert beyond.ranked == pages[2].ranked


def test_a_reader_finds_their_page_and_their_neighbours(crowded: list[str]) -> None:
    who = factories.Forecaster.objects.get(username=crowded[4])
    _, own = leaderboard_page(scope=Scope(), measure="brier", reader=who.pk)
    assert own is not None
    assert (own.page, own.row.name, [row.name for row in own.around]) == (2, crowded[4], crowded[3:6])
    first = factories.Forecaster.objects.get(username=crowded[0])
    _, own = leaderboard_page(scope=Scope(), measure="brier", reader=first.pk)
    assert own is not None
    assert [row.name for row in own.around] == crowded[:3]
    assert leaderboard_page(scope=Scope(), reader=None)[1] is None


def test_a_page_is_read_in_the_same_few_queries_and_the_order_worked_out_once(crowded: list[str]) -> None:
    leaderboard_page(scope=Scope(), measure="brier")
    costs = []
    for number in (1, 2):
        with CaptureQueriesContext(connection) as captured:
            leaderboard_page(scope=Scope(), measure="brier", page=number)
        costs.append(len(captured))
        assert not [query for query in captured if "sum_ccc" in query["sql"]]
    assert costs[0] == costs[1]


def test_what_changes_the_totals_changes_the_board_and_a_correction_changes_it_again(cast: factories.Cast) -> None:
    made = settle(cast, "yes")
    factories.score(at=LATER)
    seen = [{row.name: round(row.score, 3) for row in leaderboard(scope=Scope(), measure="brier").unranked}]
    versions = [view(Scope(), settled=True).version]
    for revision, outcome in enumerate(("no", "yes"), start=1):
        factories.resolution(made, outcome, at=LATER, known_at=made.closes_at, revision=revision)
        factories.score(at=LATER)
        seen.append({row.name: round(row.score, 3) for row in leaderboard(scope=Scope(), measure="brier").unranked})
        versions.append(view(Scope(), settled=True).version)
    assert seen == [{"ann": 0.04, "bob": 0.25}, {"ann": 0.64, "bob": 0.25}, {"ann": 0.04, "bob": 0.25}]
    assert len(set(versions)) == 3


def test_without_a_cache_the_board_is_the_same(crowded: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    whole = leaderboard(scope=Scope(), measure="brier")
    monkeypatch.setattr(cache, "get", lambda _key: None)
    assert leaderboard(scope=Scope(), measure="brier") == whole


def test_one_forecaster_s_rows_are_read_in_two_queries_and_agree_with_the_boards(crowded: list[str]) -> None:
    who = factories.Forecaster.objects.get(username=crowded[0])
    with CaptureQueriesContext(connection) as captured:
        mine = scores_of(who, scope=Scope())
    assert len(captured) == 2
    for measure in ("brier", "peer", "baseline_rate"):
        board = leaderboard(scope=Scope(), measure=measure)
        row = next(each for each in (*board.ranked, *board.unranked) if each.name == who.username)
        assert (mine[measure].score, mine[measure].low, mine[measure].n) == (row.score, row.low, row.n)


def test_a_menu_offers_the_largest_scopes_and_no_more(cast: factories.Cast) -> None:
    settle(cast, tags=["big", "small"])
    settle(cast, tags=["big"])
    factories.score(at=LATER)
    assert {str(scope) for scope in scopes()} == {"all", "tag:big", "tag:small"}
    assert {str(scope) for scope in scopes(most=2)} == {"all", "tag:big"}
