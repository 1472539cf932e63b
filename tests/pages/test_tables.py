"""Lists and boards as CSV files, by one mechanism: the same filters as the page, the same eyes, nothing unbounded."""

import csv
import io
import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from forecasts import spreadsheets
from forecasts.services import noting, registering
from tests import factories
from tracker.queries.leaderboards import leaderboard
from tracker.scopes import Scope

from .conftest import DAY, Browse, World, ended, estimate, forecast

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


# Where each file is linked from, its address, and the columns that it begins with.
LINKED = [
    ("/sources/", "/sources.csv", "source,n_claims,n_settled,title"),
    ("/sources/essay/", "/sources/essay/forecasts.csv", "question,forecast,status,outcome"),
    ("/forecasts/resolved/", "/forecasts/resolved/crowd.csv", "forecast,at,n,recency_weighted,median,mean_log_odds"),
    ("/forecasts/resolved/", "/forecasts/resolved/estimates.csv", "forecast,forecaster,is_bot,wording,made_at"),
    ("/forecasts/resolved/", "/forecasts/resolved/evidence.csv", "forecast,id,added_at,title,url"),
    ("/forecasts/resolved/", "/forecasts/resolved/notes.csv", "forecast,id,made_at,is_private,author"),
    ("/forecasts/resolved/history/", "/forecasts/resolved/crowd.csv", "forecast,at"),
    ("/forecasts/resolved/scores/", "/forecasts/resolved/scores.csv", "forecast,outcome,settled,owner,is_bot"),
    ("/forecasters/ann/?settled=false", "/forecasters/ann/scores.csv?settled=false", "forecaster,scope,settled,year"),
    (
        "/calibration/?settled=false",
        "/calibration/bins.csv?scope=all&amp;view=time&amp;settled=false",
        "lower,upper,n,n_eff,weight",
    ),
    (
        "/calibration/?forecaster=ann&settled=false",
        "/calibration/curve.csv?forecaster=ann&amp;scope=all&amp;view=time&amp;settled=false",
        "recalibrated,weight,from,to",
    ),
    (
        "/calibration/?crowd=median&settled=false",
        "/calibration/band.csv?crowd=median&amp;scope=all&amp;view=time&amp;settled=false",
        "probability,low,high",
    ),
    (
        "/compare/?a=ann&b=bob&settled=false",
        "/compare.csv?a=ann&amp;b=bob&amp;scope=all&amp;settled=false",
        "number,entered_at,title,n_forecasts,difference,mean,low,high",
    ),
    (
        "/calibration/forecasts/?bin=8&settled=false&forecaster=ann",
        "/calibration/forecasts.csv?bin=8&amp;settled=false&amp;forecaster=ann",
        "bin,subject,scope,view,settled,year,said,weight,people,forecast,question,outcome",
    ),
    ("/resolve/?show=overdue", "/resolve.csv?show=overdue", "question,forecast,status,outcome"),
    ("/scoring/", "/scoring.csv", "step,finished_at,n_scores"),
]


def test_a_page_links_to_its_file_with_what_was_asked_for(browse: Browse, world: World) -> None:
    client = browse(None)
    for page, file, begins in LINKED:
        assert f'href="{file}" download' in client.get(page).content.decode(), page
        response = client.get(file.replace("&amp;", "&"))
        assert response.status_code == 200, file
        assert re.fullmatch(r'attachment; filename="[\w.-]+\.csv"', response["Content-Disposition"])
        header, *lines = b"".join(response.streaming_content).decode().splitlines()
        assert header.startswith(begins), file
        assert lines or "evidence" in file or "notes" in file, file


def test_the_crowd_and_estimates_of_others_are_in_no_file_while_they_are_hidden(
    browse: Browse, world: World, cast: factories.Cast, at: Any
) -> None:
    estimate(world.given_yes, cast.ann, 0.61, at - DAY, rationale="=A reason.")
    seen = {}
    for who in (cast.ann, cast.bob, None):
        client = browse(who)
        crowd, estimates = (rows(client.get(f"/forecasts/gap-yes/{name}.csv")) for name in ("crowd", "estimates"))
        board = {row["forecast"]: row for row in rows(client.get("/sources/essay/forecasts.csv"))}
        seen[who] = ([row["recency_weighted"] for row in crowd], len(estimates), board["gap-yes"]["crowd"])
    assert seen == {cast.ann: (["0.61"], 1, "0.61"), cast.bob: ([], 0, ""), None: ([], 0, "")}
    [row] = rows(browse(cast.ann).get("/forecasts/gap-yes/estimates.csv"))
    assert (row["forecaster"], row["probability"], row["rationale"]) == ("ann", "0.61", "'=A reason.")


def test_notes_are_in_a_file_for_those_who_may_read_them(
    browse: Browse, world: World, cast: factories.Cast, at: Any
) -> None:
    for text, private in (("For all.", False), ("For me.", True)):
        noting.write(forecast=world.resolved, by=cast.ann, text=text, is_private=private, at=at - DAY * private)
    said = [[row["text"] for row in rows(browse(who).get("/forecasts/resolved/notes.csv"))] for who in (cast.ann, None)]
    assert [sorted(each) for each in said] == [["For all.", "For me."], ["For all."]]


def test_the_effect_of_a_pair_is_empty_until_one_may_see_it(
    browse: Browse, world: World, cast: factories.Cast, at: Any
) -> None:
    for branch, p in ((world.given_yes, 0.6), (world.given_no, 0.2)):
        estimate(branch, cast.ann, p, at - DAY)
    for who, n, difference, own in ((cast.ann, "1", 0.4, "0.6"), (cast.bob, "", None, ""), (None, "", None, None)):
        [row] = rows(browse(who).get("/pairs.csv?scope=source:essay"))
        assert (row["pair"], row["given_yes"], row["condition"]) == ("gap", "gap-yes", "premise")
        assert row["n"] == n
        assert row["difference"] == "" if difference is None else float(row["difference"]) == pytest.approx(difference)
        assert row.get("your_given_yes") == own
    page = browse(cast.ann).get("/sources/essay/").content.decode()
    assert 'href="/pairs.csv?scope=source:essay" download' in page


def test_files_of_scores_say_what_the_pages_say(browse: Browse, world: World, cast: factories.Cast) -> None:
    client = browse(None)
    found = {row["name"]: row for row in rows(client.get("/forecasts/resolved/scores.csv"))}
    assert {"ann", "bob"} < set(found)
    [mine] = rows(client.get("/forecasters/ann/scores.csv?settled=false"))
    assert (mine["forecast"], mine["baseline"]) == ("resolved", found["ann"]["baseline"])
    assert rows(client.get("/forecasts/premise/scores.csv")) == []
    became = {row["forecast"]: row["became"] for row in rows(client.get("/sources/essay/forecasts.csv"))}
    assert became == {"premise": "without an answer", "gap-yes": "without an answer", "gap-no": "without an answer"}


REFUSED = [
    ("/compare.csv", 400, "a: Name two to compare.\nb: Name two to compare."),
    ("/compare.csv?a=ann", 400, "b: Name two to compare."),
    ("/compare.csv?a=ann&b=nobody", 400, "b: There is no forecaster “nobody”."),
    ("/compare.csv?a=ann&b=ann", 400, "b: "),
    ("/calibration/bins.csv?forecaster=nobody", 400, "forecaster: "),
    ("/calibration/dots.csv", 404, ""),
    ("/pairs.csv?scope=all:essay", 400, "scope: "),
    ("/resolve.csv?show=luck", 400, "show: "),
    ("/forecasters/ann/scores.csv?year=never", 400, "year: "),
    ("/forecasters/none/scores.csv", 404, ""),
    ("/forecasters/%00/scores.csv", 404, ""),
    ("/sources/none/forecasts.csv", 404, ""),
    ("/forecasts/none/crowd.csv", 404, ""),
    ("/forecasts/none/scores.csv", 404, ""),
]


def test_what_cannot_be_a_file_is_said(browse: Browse, world: World) -> None:
    for file, status, said in REFUSED:
        response = browse(None).get(file)
        assert response.status_code == status, file
        assert said in response.content.decode(), file


def test_no_file_is_longer_than_a_file_goes(
    browse: Browse, world: World, at: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spreadsheets, "MOST", 1)
    for _, file, _ in LINKED:
        assert len(rows(browse(None).get(file.replace("&amp;", "&")))) <= 1


def test_longer_files_take_no_more_queries(browse: Browse, world: World, cast: factories.Cast, at: Any) -> None:
    client = browse(cast.ann)

    def counted() -> list[int]:
        found = []
        for name in ("sources/essay/forecasts", "resolve", "pairs", "sources", "scoring"):
            with CaptureQueriesContext(connection) as captured:
                rows(client.get(f"/{name}.csv"))
            found.append(len(captured))
        return found

    counted()  # what is cached is cached
    few = counted()
    claim = world.given_yes.claim
    for number in range(3):
        forecast(f"more-{number}", at, claim=claim, closes=-3, resolve_by=at - DAY, position=number + 5)
        pair = registering.make_pair(slug=f"pair-{number}", title="A pair", condition=world.premise, by=cast.curator)
        for outcome in ("yes", "no"):
            forecast(f"{number}-{outcome}", at, condition=world.premise, condition_outcome=outcome, pair=pair)
    ended("ended-too", "no", (cast.ann, cast.bob), at)
    assert counted() == few
