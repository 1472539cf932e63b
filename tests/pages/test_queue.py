"""The resolvers' queue, and the page that says how far scoring has come."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from forecasts.models import Claim
from forecasts.services import evidencing
from tests import factories
from tracker.models import Backlog
from tracker.queries import queue

from .conftest import DAY, Browse, World, estimate, forecast
from .test_reading import text

pytestmark = pytest.mark.django_db


@pytest.fixture
def resolver(browse: Browse, cast: factories.Cast) -> Client:
    return browse(cast.resolver)


def html(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def listed(page: str) -> list[str]:
    """The forecasts that wait, in their order."""
    rows = page.partition('class="queue"')[2].partition("</ul>")[0]
    return re.findall(r'class="q">(?:<span.*?</span>)?<a href="/forecasts/([^/]+)/"', rows)


def test_it_lists_what_is_due_the_most_overdue_first(resolver: Client, world: World) -> None:
    page = html(resolver, "/resolve/")
    assert listed(page) == ["due", "closed"]
    assert "overdue" in page
    assert "/resolve/due/" in page
    assert "2 decisions scored, 0 waiting" in text(page)


def test_every_page_of_a_resolver_counts_what_waits_but_no_further_than_one_reads(
    resolver: Client, world: World, at: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "To resolve (2)" in html(resolver, "/help/")
    factories.resolution(world.resolved, "reopened", at, revision=1)
    assert "To resolve (3)" in html(resolver, "/help/")
    monkeypatch.setattr("config.pages.MOST_DUE", 2)
    assert "To resolve (2+)" in html(resolver, "/help/")


def test_each_says_how_overdue_it_is_who_stands_and_what_there_is(
    resolver: Client, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    estimate(world.due, cast.ann, 0.37, at - 6 * DAY)
    evidencing.add(forecast=world.due, by=cast.ann, at=at - 5 * DAY, title="A report", direction="raises")
    forecast("hanging", at, condition=world.due, condition_outcome="yes")
    page = text(html(resolver, "/resolve/"))
    assert "Overdue 2 days" in page
    assert "37%" in page
    assert "1 forecaster" in page
    assert "1 piece of evidence" in page
    assert "1 forecast hangs on it" in page


def test_a_branch_waits_until_its_condition_is_decided(resolver: Client, world: World, at: dt.datetime) -> None:
    forecast("branch", at, closes=-3, condition=world.premise, condition_outcome="yes")
    assert "branch" not in listed(html(resolver, "/resolve/"))
    factories.resolution(world.premise, "yes", at)
    assert "branch" in listed(html(resolver, "/resolve/"))
    factories.resolution(world.premise, "reopened", at)
    assert "branch" not in listed(html(resolver, "/resolve/"))


def test_what_was_reopened_waits_again(resolver: Client, world: World, at: dt.datetime) -> None:
    factories.resolution(world.due, "yes", at)
    assert listed(html(resolver, "/resolve/")) == ["closed"]
    factories.resolution(world.due, "reopened", at)
    assert listed(html(resolver, "/resolve/")) == ["due", "closed"]


def test_a_decision_of_a_premise_is_one_entry_with_the_number_of_its_branches(
    resolver: Client, world: World, at: dt.datetime
) -> None:
    factories.resolution(world.premise, "yes", at)
    lately = text(html(resolver, "/resolve/").split('id="lately"')[1])
    assert re.search(r"Yes Will it start\? .* by resolver, with 1 branch ·", lately)
    assert "by the system" not in lately
    # Every decision stands on the page of scoring.
    assert "by the system" in text(html(resolver, "/scoring/"))


def test_it_can_be_narrowed_to_what_is_overdue_soon_due_or_of_a_source(
    resolver: Client, world: World, at: dt.datetime
) -> None:
    forecast("imminent", at, closes=10, claim=Claim.objects.get(key="C1"), part="z")
    assert listed(html(resolver, "/resolve/?show=overdue")) == ["due"]
    assert listed(html(resolver, "/resolve/?show=soon")) == ["closed", "imminent"]
    assert listed(html(resolver, "/resolve/?show=soon&source=essay")) == ["imminent"]
    assert "Nothing of this source" in html(resolver, "/resolve/?source=essay")
    for wrong in ("/resolve/?show=all", "/resolve/?source=nowhere", "/resolve/?source=%00"):
        response = resolver.get(wrong)
        assert response.status_code == 400
        assert listed(response.content.decode()) == ["due", "closed"]


def test_it_comes_in_pages_each_beginning_after_the_last(
    resolver: Client, cast: factories.Cast, at: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "PER_PAGE", 2)
    for number in range(5):
        forecast(f"f{number}", at, closes=-9, resolve_by=at - (5 - number // 2) * DAY)
    seen, address = [], "/resolve/"
    for _ in range(3):
        page = html(resolver, address)
        seen += listed(page)
        following = page.split('rel="next" href="?')[1].split('"')[0] if 'rel="next"' in page else ""
        address = f"/resolve/?{following.replace('&amp;', '&')}"
    assert seen == ["f0", "f1", "f2", "f3", "f4"]
    assert following == ""
    assert listed(html(resolver, "/resolve/?after=made_up")) == ["f0", "f1"]


def test_it_asks_as_much_of_the_database_however_much_waits(resolver: Client, world: World, at: dt.datetime) -> None:
    def n_queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            html(resolver, "/resolve/")
            html(resolver, "/scoring/")
        return len(asked)

    before = n_queries()
    for number in range(8):
        forecast(f"f{number}", at, closes=-9)
        factories.resolution(forecast(f"g{number}", at, closes=-9), "yes", at)
    assert n_queries() == before


def test_what_was_never_decided_is_read_by_an_index_of_just_that(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute(
            "EXPLAIN SELECT id FROM forecasts_forecast WHERE resolution_id IS NULL AND closes_at <= now()"
            " ORDER BY resolve_by, id LIMIT 26"
        )
        assert "forecast_undecided" in "".join(row[0] for row in cursor.fetchall())


@pytest.mark.parametrize(("role", "said"), [(None, "sign in"), ("ann", "ask an administrator for the role")])
def test_others_see_what_waits_and_are_told_who_decides(
    browse: Browse, world: World, cast: factories.Cast, role: str | None, said: str
) -> None:
    page = html(browse(getattr(cast, role) if role else None), "/resolve/")
    assert listed(page) == ["due", "closed"]
    assert said in page
    assert "/resolve/due/" not in page


def test_the_scoring_of_every_decision_is_listed_in_pages(resolver: Client, world: World, at: dt.datetime) -> None:
    page = text(html(resolver, "/scoring/"))
    assert "2 decisions scored, 0 waiting" in page
    assert "boards are up to date" in page
    assert "nothing to score" in page
    for _ in range(30):
        factories.resolution(world.due, "yes", at, revision=world.due.resolutions.count())
        factories.resolution(world.due, "reopened", at)
    first = html(resolver, "/scoring/")
    assert first.count("<tr>") == 51
    assert "superseded" in first
    following = first.split('rel="next" href="')[1].split('"')[0]
    assert html(resolver, f"/scoring/{following}").count("<tr>") == 1 + 12
    assert html(resolver, "/scoring/?before=made-up").count("<tr>") == 51


def test_without_a_worker_it_says_what_to_do(resolver: Client, world: World, at: dt.datetime) -> None:
    factories.resolution(world.due, "yes", at)
    assert "hx-trigger" in html(resolver, "/scoring/")
    Backlog.objects.update(looked_at=at - dt.timedelta(hours=1))
    for address in ("/resolve/", "/scoring/"):
        page = html(resolver, address)
        assert "Start the worker and beat processes" in page
        assert "hx-trigger" not in page


def test_programs_read_the_same(resolver: Client, world: World, at: dt.datetime) -> None:
    factories.resolution(world.due, "yes", at)
    rows = resolver.get("/api/v1/scoring/").json()["results"]
    assert [(row["forecast"], row["step"]) for row in rows] == [
        ("due", "waiting"),
        ("annulled", "nothing"),
        ("resolved", "folded"),
    ]
    assert rows[2]["n_scores"] == 6
    assert rows[0]["finished_at"] is None
