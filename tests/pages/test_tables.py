"""Lists and boards as CSV files."""

import csv
import io
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from forecasts import spreadsheets
from tests import factories
from tracker.queries.leaderboards import leaderboard
from tracker.scopes import Scope

from .conftest import Browse, World, estimate, forecast

pytestmark = pytest.mark.django_db


def rows(response: Any) -> list[dict[str, str]]:
    assert response.status_code == 200
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"].startswith("attachment; filename=")
    return list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode(), newline="")))


def test_a_list_is_a_file_with_the_same_forecasts_in_the_same_order(
    browse: Browse, world: World, cast: factories.Cast
) -> None:
    ann = browse(cast.ann)
    for asked in ("", "?status=open", "?ordering=active", "?search=start", "?source=essay&ordering=claim", "?tag=gap"):
        page = ann.get(f"/forecasts/{asked}")
        found = rows(ann.get(f"/forecasts.csv{asked}"))
        assert [row["forecast"] for row in found] == [each.slug for each in page.context["page"].forecasts]


def test_a_row_says_what_the_list_says(browse: Browse, world: World, cast: factories.Cast, at: Any) -> None:
    estimate(world.given_yes, cast.ann, 0.6, at - factories.DAY)
    found = {row["forecast"]: row for row in rows(browse(cast.ann).get("/forecasts.csv"))}
    branch = found["gap-yes"]
    assert branch["question"] == world.given_yes.question
    assert (branch["condition"], branch["condition_outcome"], branch["claim"]) == ("premise", "yes", "C1")
    assert (branch["crowd"], branch["forecasters"], branch["your_estimate"]) == ("0.6", "1", "0.6")
    assert branch["closes_at"].endswith("Z")
    assert branch["address"].endswith("/forecasts/gap-yes/")
    resolved = found["resolved"]
    assert (resolved["status"], resolved["outcome"]) == ("resolved", "yes")
    assert resolved["known_at"]


def test_a_hidden_crowd_is_in_no_cell(browse: Browse, world: World, cast: factories.Cast, at: Any) -> None:
    estimate(world.given_yes, cast.ann, 0.6, at - factories.DAY)
    for who in (None, cast.bob, cast.curator):
        [row] = [each for each in rows(browse(who).get("/forecasts.csv")) if each["forecast"] == "gap-yes"]
        assert (row["crowd"], row["forecasters"], row["moved_at"]) == ("", "", "")
        assert ("your_estimate" in row) == (who is not None)


def test_no_cell_is_taken_for_a_formula(browse: Browse, cast: factories.Cast, at: Any) -> None:
    forecast("sums", at, question='=HYPERLINK("https://example.org")&"Will it?"?')
    [row] = rows(browse(None).get("/forecasts.csv"))
    assert row["question"] == '\'=HYPERLINK("https://example.org")&"Will it?"?'


def test_a_file_goes_so_far_and_its_link_says_so(browse: Browse, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheets, "MOST", 2)
    monkeypatch.setattr("forecasts.queries.listing.MOST", 1)
    assert len(rows(browse(None).get("/forecasts.csv"))) == 2
    assert "the first 2 as CSV" in browse(None).get("/forecasts/").content.decode()


def test_the_link_keeps_what_was_asked_for(browse: Browse, world: World) -> None:
    html = browse(None).get("/forecasts/?status=open&page=1").content.decode()
    assert 'href="/forecasts.csv?status=open" download>as CSV' in html
    html = browse(None).get("/leaderboards/?measure=brier&settled=false").content.decode()
    assert 'href="/leaderboards.csv?measure=brier&amp;settled=false" download' in html


def test_a_filter_that_cannot_be_read_makes_no_file(browse: Browse, world: World) -> None:
    for address, field in (("/forecasts.csv?status=undone", "status"), ("/leaderboards.csv?measure=luck", "measure")):
        response = browse(None).get(address)
        assert (response.status_code, response["Content-Type"]) == (400, "text/plain; charset=utf-8")
        assert response.content.decode().startswith(f"{field}: ")


@pytest.mark.parametrize("measure", ["peer", "brier"])
def test_a_board_is_a_file_with_every_row_of_it(browse: Browse, world: World, measure: str) -> None:
    found = rows(browse(None).get(f"/leaderboards.csv?measure={measure}&settled=false"))
    board = leaderboard(scope=Scope(), measure=measure, settled=False)
    expected = [*board.ranked, *board.unranked, *board.references]
    assert [row["label"] for row in found] == [row.label for row in expected]
    assert [float(row["score"]) for row in found] == [row.score for row in expected]
    assert {(row["scope"], row["measure"], row["settled"]) for row in found} == {("all", measure, "false")}
    assert {row["better"] for row in found} == {"lower" if measure == "brier" else "higher"}


def test_a_longer_list_takes_no_more_queries(browse: Browse, cast: factories.Cast, at: Any) -> None:
    def counted() -> int:
        with CaptureQueriesContext(connection) as captured:
            rows(browse(None).get("/forecasts.csv"))
        return len(captured)

    forecast("one", at)
    few = counted()
    for number in range(6):
        forecast(f"more-{number}", at)
    assert counted() == few
