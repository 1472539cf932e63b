"""Posts of the adapter: forecasts as Metaculus' API shows questions, one by one and in lists."""

from typing import Any

import pytest

from forecasts.models import Collection, Forecast
from forecasts.services import crowds
from tests import factories
from tests.api.bots import in_every_state, listed
from tests.api.conftest import Clock
from tests.api.speaking import Bot, refusal
from tests.factories import DAY, NOW

pytestmark = pytest.mark.django_db
QUESTION = {
    "id",
    "post_id",
    "title",
    "type",
    "status",
    "description",
    "resolution_criteria",
    "fine_print",
    "open_time",
    "scheduled_close_time",
    "actual_close_time",
    "scheduled_resolve_time",
    "actual_resolve_time",
    "resolution_set_time",
    "cp_reveal_time",
    "spot_scoring_time",
    "resolution",
    "question_weight",
    "include_bots_in_aggregates",
    "aggregations",
    "my_forecasts",
}


@pytest.fixture
def stranger() -> Bot:
    return Bot()


@pytest.fixture
def other(cast: factories.Cast) -> Bot:
    return Bot(cast.bob)


def one(bot: Bot, forecast: Forecast) -> Any:
    response = bot.get(f"posts/{forecast.pk}/")
    assert response.status_code == 200
    return response.json()


def test_a_post_has_what_a_bot_reads(bot: Bot, cast: factories.Cast) -> None:
    essay = factories.source("essay", title="An Essay")
    claim = essay.claims.create(key="C1", position=1, author="A. Writer", restated="It happens.")
    shelf = Collection.objects.create(slug="shelf", title="A shelf")
    forecast = factories.forecast("asked", claim=claim, collections=[shelf], background="It *was*.", reveal_at=NOW)
    factories.estimate(forecast, cast.bob, 0.6)
    crowds.refresh(forecast_id=forecast.pk, at=NOW)

    post = one(bot, forecast)
    assert bot.get("posts/").json()["results"][0]["id"] == post["id"] == forecast.pk
    question = post.pop("question")
    tournaments = [
        {
            "id": 2 * essay.pk,
            "type": "tournament",
            "name": "An Essay",
            "slug": "source:essay",
            "visibility": "normal",
        },
        {
            "id": 2 * shelf.pk + 1,
            "type": "tournament",
            "name": "A shelf",
            "slug": "collection:shelf",
            "visibility": "normal",
        },
    ]
    assert post == {
        "id": forecast.pk,
        "title": forecast.question,
        "slug": "asked",
        "status": "open",
        "published_at": "2027-02-21T12:00:00Z",
        "nr_forecasters": 1,
        "forecasts_count": 1,
        "projects": {"tournament": tournaments, "category": [], "default_project": tournaments[0]},
    }
    assert set(question) == QUESTION
    assert question | {"id": forecast.pk, "title": forecast.question, "type": "binary", "status": "open"} == question
    assert question["description"] == "It *was*."
    assert question["resolution_criteria"] == (
        "Yes if the count is above 3.\n\nWhere to look:\n- https://example.org/count"
    )
    assert question["fine_print"] == (
        "If the sources fail: The printed yearbook.\n\nWhat annuls it: The count is abandoned."
    )
    times = ("open_time", "scheduled_close_time", "scheduled_resolve_time", "cp_reveal_time")
    assert [question[name] for name in times] == [
        "2027-02-21T12:00:00Z",
        "2027-09-09T12:00:00Z",
        "2027-09-09T12:00:00Z",
        "2027-06-01T12:00:00Z",
    ]
    assert (question["resolution"], question["actual_resolve_time"]) == (None, None)
    assert (question["question_weight"], question["include_bots_in_aggregates"]) == (1.0, True)
    row = {"start_time": NOW.timestamp(), "end_time": None, "forecaster_count": 1, "centers": [0.6]}
    assert question["aggregations"] == {"recency_weighted": {"history": [row], "latest": row}}
    assert question["my_forecasts"] == {"history": [], "latest": None}


def test_one_that_stands_alone_belongs_to_the_site(stranger: Bot) -> None:
    projects = one(stranger, factories.forecast())["projects"]
    assert (projects["tournament"], projects["default_project"]["id"]) == ([], 1)


def test_it_says_whether_programs_count_in_the_crowd(bot: Bot) -> None:
    forecast = factories.forecast()
    for counts in (False, True):
        Forecast.objects.filter(pk=forecast.pk).update(programs_in_crowd=counts)
        assert one(bot, forecast)["question"]["include_bots_in_aggregates"] is counts


def test_a_branch_is_a_plain_question_that_says_its_condition(stranger: Bot) -> None:
    premise = factories.forecast("premise", question="Will it start?")
    branch = factories.forecast("branch", condition=premise, condition_outcome="no")
    post = one(stranger, branch)
    assert not {"conditional", "group_of_questions", "notebook"} & {*post, *post["question"]}
    assert post["question"]["fine_print"].startswith(
        f"This counts only if “Will it start?” (question {premise.pk}) resolves no; otherwise it is annulled."
    )


@pytest.mark.parametrize(
    ("slug", "status", "resolution"),
    [
        ("upcoming", "upcoming", None),
        ("open", "open", None),
        ("closed", "closed", None),
        ("due", "closed", None),
        ("yes", "resolved", "yes"),
        ("no", "resolved", "no"),
        ("annulled", "resolved", "annulled"),
    ],
)
def test_each_state_is_one_of_theirs(bot: Bot, slug: str, status: str, resolution: str | None) -> None:
    in_every_state()
    post = one(bot, Forecast.objects.get(slug=slug))
    assert (post["status"], post["question"]["status"]) == (status, status)
    assert post["question"]["resolution"] == resolution
    assert post["question"]["actual_resolve_time"] == ("2027-06-01T12:00:00Z" if resolution else None)
    assert slug in listed(bot, statuses=status)


def test_the_crowd_is_null_until_one_may_see_it(bot: Bot, stranger: Bot, other: Bot, cast: factories.Cast) -> None:
    forecast = factories.forecast()
    factories.estimate(forecast, cast.bob, 0.6)
    crowds.refresh(forecast_id=forecast.pk, at=NOW)
    for hidden in (bot, stranger):
        for post in (one(hidden, forecast), hidden.get("posts/").json()["results"][0]):
            assert post["question"]["aggregations"] == {"recency_weighted": {"history": [], "latest": None}}
            assert (post["nr_forecasters"], post["forecasts_count"]) == (0, 0)
            assert "0.6" not in str(post)
    assert one(other, forecast)["question"]["aggregations"]["recency_weighted"]["latest"]["centers"] == [0.6]
    assert bot.post("questions/forecast/", [{"question": forecast.pk, "probability_yes": 0.2}]).status_code == 201
    crowds.refresh(forecast_id=forecast.pk, at=NOW + 2 * DAY)
    seen = one(bot, forecast)["question"]["aggregations"]["recency_weighted"]
    assert [row["centers"] for row in seen["history"]] == [[0.6], [0.4]]
    assert seen["history"][0]["end_time"] == seen["history"][1]["start_time"] == seen["latest"]["start_time"]


def test_ones_own_estimates_stand_there_oldest_first(bot: Bot, other: Bot, cast: factories.Cast, clock: Clock) -> None:
    forecast = factories.forecast()
    at = [NOW - n * DAY for n in (9, 8, 7, 6, 5)]
    factories.estimate(forecast, cast.ann, 0.1, at[0])
    factories.estimate(forecast, cast.ann, 0.25, at[1])
    factories.estimate(forecast, cast.ann, None, at[2])
    factories.estimate(forecast, cast.ann, 0.5, at[3], expires_at=at[3] + DAY / 2)
    factories.estimate(forecast, cast.ann, 0.75, at[4], expires_at=NOW + 9 * DAY)
    factories.estimate(forecast, cast.bob, 0.99, at[4])
    expected = [
        {"start_time": at[0].timestamp(), "end_time": at[1].timestamp(), "forecast_values": [0.9, 0.1]},
        {"start_time": at[1].timestamp(), "end_time": at[2].timestamp(), "forecast_values": [0.75, 0.25]},
        {
            "start_time": at[3].timestamp(),
            "end_time": (at[3] + DAY / 2).timestamp(),
            "forecast_values": [0.5, 0.5],
        },
        {"start_time": at[4].timestamp(), "end_time": None, "forecast_values": [0.25, 0.75]},
    ]
    for post in (one(bot, forecast), bot.get("posts/").json()["results"][0]):
        assert post["question"]["my_forecasts"] == {"history": expected, "latest": expected[-1]}
    assert len(one(other, forecast)["question"]["my_forecasts"]["history"]) == 1
    clock.at = NOW + 10 * DAY
    assert one(bot, forecast)["question"]["my_forecasts"]["latest"]["end_time"] == (NOW + 9 * DAY).timestamp()


def test_a_visitor_has_no_forecasts_of_their_own(stranger: Bot) -> None:
    shown = one(stranger, factories.forecast())["question"]
    assert shown["my_forecasts"] == {"history": [], "latest": None}


def test_the_list_shows_only_the_newest_of_many_estimates(
    bot: Bot, cast: factories.Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("forecasts.compat.posts.OWN_IN_LISTS", 2)
    forecast = factories.forecast()
    for n in range(4):
        factories.estimate(forecast, cast.ann, (n + 1) / 10, NOW + n * DAY / 24)
    history = bot.get("posts/").json()["results"][0]["question"]["my_forecasts"]["history"]
    assert [row["forecast_values"][1] for row in history] == [0.3, 0.4]
    assert len(one(bot, forecast)["question"]["my_forecasts"]["history"]) == 4


@pytest.mark.parametrize("number", ["999999", "9" * 18, "9" * 19, "9" * 5000, "0"])
def test_a_post_that_is_not_there_is_a_problem(bot: Bot, number: str) -> None:
    refusal(bot.get(f"posts/{number}/"), 404)
