"""Lists of posts at the adapter: page by page, narrowed and ordered as Metaculus' parameters say it."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from forecasts.models import Collection, Forecast, Source
from forecasts.services import crowds
from tests import factories
from tests.api.bots import in_every_state, listed
from tests.api.speaking import Bot, refusal
from tests.factories import DAY, NOW

pytestmark = pytest.mark.django_db


def test_pages_go_through_all_of_them_newest_first(bot: Bot) -> None:
    at = NOW - 100 * DAY
    slugs = [factories.forecast(f"n{n}", at=at + n // 2 * DAY).slug for n in range(5)][::-1]
    assert listed(bot) == slugs
    assert [listed(bot, limit=2, offset=offset) for offset in (0, 2, 4)] == [slugs[:2], slugs[2:4], slugs[4:]]
    first = bot.get("posts/", limit=2, statuses="open").json()
    assert first["previous"] is None
    second = bot.client.get(first["next"]).json()
    assert [post["slug"] for post in second["results"]] == slugs[2:4]
    third = bot.client.get(second["next"]).json()
    assert (third["next"], len(third["results"])) == (None, 1)
    assert bot.client.get(third["previous"]).json() == second


@pytest.mark.parametrize("offset", ["1", "20000", "2000000", str(2**63 - 1), str(2**64), "9" * 4000])
def test_past_the_end_there_is_nothing(bot: Bot, offset: str) -> None:
    factories.forecast()
    response = bot.get("posts/", offset=offset, limit=100)
    assert (response.status_code, response.json()["results"], response.json()["next"]) == (200, [], None)


def test_at_most_a_hundred_come_at_once(bot: Bot) -> None:
    for _ in range(101):
        factories.forecast()
    assert (len(listed(bot, limit=1000)), len(listed(bot, limit=100)), len(listed(bot))) == (100, 100, 20)


def test_it_narrows_by_status_several_of_them_too(bot: Bot) -> None:
    in_every_state()
    assert set(listed(bot, statuses=["open", "upcoming"])) == {"open", "upcoming"}
    assert set(listed(bot, statuses="open,resolved")) == {"open", "yes", "no", "annulled"}
    assert set(listed(bot, statuses=["open", "upcoming", "closed", "resolved"])) == set(listed(bot))
    assert listed(bot, statuses="pending") == []
    assert listed(bot, statuses=["pending", "open"]) == ["open"]
    assert len(listed(bot, statuses="")) == 7


def test_it_narrows_by_type(bot: Bot) -> None:
    factories.forecast("asked")
    for types in ("binary", ["numeric", "binary"], "binary,multiple_choice,numeric,discrete"):
        assert listed(bot, forecast_type=types) == ["asked"]
    assert listed(bot, forecast_type=["numeric", "group_of_questions"]) == []


def test_it_narrows_by_time(bot: Bot) -> None:
    for n in (1, 2, 3):
        at = dt.datetime(2027, 1, n, 12, tzinfo=dt.UTC)
        factories.forecast(f"n{n}", at=at, opens_at=at, closes_at=at + 200 * DAY)
    assert listed(bot, published_at__gt="2027-01-02") == ["n3", "n2"]
    assert listed(bot, published_at__lt="2027-01-02") == ["n1"]
    assert listed(bot, published_at__gt="2027-01-01T12:00:00Z", published_at__lt="2027-01-03T13:00:00+02:00") == ["n2"]
    assert listed(bot, open_time__gt="2027-01-03T00:00:00") == ["n3"]
    assert listed(bot, scheduled_close_time__lt="1950-01-01") == []
    assert listed(bot, scheduled_resolve_time__gt="2027-01-01", order_by="open_time") == ["n1", "n2", "n3"]


@pytest.mark.parametrize("order", ["-published_time", "hotness", "-weekly_movement", "", "-", "id; --"])
def test_an_order_that_it_does_not_have_is_newest_first(bot: Bot, order: str) -> None:
    factories.forecast("old", at=NOW - 90 * DAY)
    factories.forecast("new", at=NOW - 80 * DAY)
    assert listed(bot, order_by=order) == ["new", "old"]


def test_orders_have_no_ties(bot: Bot) -> None:
    made = [factories.forecast(f"n{n}").slug for n in range(3)]
    for order in ("published_at", "open_time", "scheduled_close_time"):
        assert listed(bot, order_by=order) == made
        assert listed(bot, order_by=f"-{order}") == made[::-1]


def test_it_narrows_to_tournaments_by_number_or_slug(bot: Bot) -> None:
    essay: Source = factories.source("essay")
    claim = essay.claims.create(key="C1", position=1, author="A. Writer", restated="It happens.")
    shelf = Collection.objects.create(slug="shelf", title="A shelf")
    factories.forecast("of-essay", claim=claim)
    factories.forecast("on-shelf", collections=[shelf])
    factories.forecast("both", claim=claim, collections=[shelf])
    factories.forecast("neither")
    for name in (2 * essay.pk, "essay", "source:essay"):
        assert set(listed(bot, tournaments=name)) == {"of-essay", "both"}
    for name in (2 * shelf.pk + 1, "shelf", "collection:shelf"):
        assert set(listed(bot, tournaments=name)) == {"on-shelf", "both"}
    assert listed(bot, tournaments=["shelf", 2 * essay.pk]) == ["both", "on-shelf", "of-essay"]


def test_a_slug_that_both_have_is_the_collections(bot: Bot) -> None:
    essay = factories.source("same")
    claim = essay.claims.create(key="C1", position=1, author="A. Writer", restated="It happens.")
    factories.forecast("of-source", claim=claim)
    factories.forecast("collected", collections=[Collection.objects.create(slug="same", title="The same")])
    assert listed(bot, tournaments="same") == ["collected"]
    assert listed(bot, tournaments="source:same") == ["of-source"]


@pytest.mark.parametrize("name", ["nowhere", "1", "0", "999999", "9" * 4000, "source:", "a\x00b", "tag:x", "²", "-3"])
def test_a_tournament_that_is_not_there_is_refused_rather_than_all_shown(bot: Bot, name: str) -> None:
    factories.source("essay")
    refusal(bot.get("posts/", tournaments=["essay", name]), 400, "tournaments")


def test_rehearsals_show_only_where_their_collection_is_asked_for(bot: Bot) -> None:
    stage = Collection.objects.create(slug="stage", title="A rehearsal", simulated=True)
    made = factories.forecast("rehearsed", collections=[stage])
    Forecast.objects.filter(pk=made.pk).update(simulated=True)
    assert listed(bot) == []
    assert listed(bot, tournaments="stage") == ["rehearsed"]


def test_it_narrows_to_what_one_has_forecast_oneself(bot: Bot, cast: factories.Cast) -> None:
    factories.estimate(factories.forecast("mine"), cast.ann, 0.5)
    factories.estimate(factories.forecast("theirs"), cast.bob, 0.5)
    assert listed(bot, forecaster_id=cast.ann.pk) == ["mine"]
    refusal(bot.get("posts/", forecaster_id=cast.bob.pk), 403, "forecaster_id")
    refusal(Bot().get("posts/", forecaster_id=cast.ann.pk), 401)


def test_what_is_unknown_is_ignored(bot: Bot) -> None:
    factories.forecast("asked")
    sent = {"with_cp": "true", "include_conditional_cps": "true", "for_main_feed": "x", "search": "a", "a\x00": "\x00"}
    assert listed(bot, **sent) == ["asked"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("limit", "0"),
        ("limit", "many"),
        ("limit", "-1"),
        ("limit", "²"),
        ("offset", "-1"),
        ("offset", "1.5"),
        ("offset", "\x00"),
        ("forecaster_id", "ann"),
        ("published_at__gt", "yesterday"),
        ("published_at__lt", "2027-02-30"),
        ("published_at__gt", "0001-01-01"),
        ("published_at__gt", "2027-01-01T00:00:00+99:99"),
        ("published_at__lt", "\x00"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(bot: Bot, name: str, value: str) -> None:
    refusal(bot.get("posts/", **{name: value}), 400, name)


Queries = Callable[[str], int]


@pytest.fixture
def queries(bot: Bot) -> Queries:
    def count(path: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert bot.get(path).status_code == 200
        return len(captured)

    return count


def test_a_list_takes_the_same_queries_for_any_number_of_rows(queries: Queries, cast: factories.Cast) -> None:
    shelf = Collection.objects.create(slug="shelf", title="A shelf")
    premise = factories.forecast("premise")
    path = "posts/?limit=100&tournaments=shelf&statuses=open"
    factories.forecast(collections=[shelf])
    few = queries(path)
    for n in range(8):
        claim = factories.source().claims.create(key="C1", position=1, author="A. Writer", restated="So.")
        more = factories.forecast(
            collections=[shelf], claim=claim, condition=premise, condition_outcome=("yes", "no")[n % 2]
        )
        factories.estimate(more, cast.ann, 0.5)
        factories.estimate(more, cast.bob, 0.5)
        crowds.refresh(forecast_id=more.pk, at=NOW)
    # Who asks; the tournament in two; which, what they show, collections, wordings and one's own in one each.
    assert queries(path) == few == 8
    assert queries(f"posts/{premise.pk}/") <= 9
