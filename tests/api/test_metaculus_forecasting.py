"""Probabilities sent to the adapter, and withdrawn: on record as the API would, or refused as the API would."""

from typing import Any

import pytest

from forecasts.models import Estimate
from tests import factories
from tests.api.conftest import Clock
from tests.api.speaking import Api, Bot, refusal
from tests.factories import DAY, NOW

pytestmark = pytest.mark.django_db
FORECAST, WITHDRAW = "questions/forecast/", "questions/withdraw/"


def answer(question: int, probability: Any = 0.63, **more: Any) -> dict[str, Any]:
    return {"question": question, "source": "api", "probability_yes": probability} | more


def test_a_forecast_goes_on_record_as_an_estimate(bot: Bot, cast: factories.Cast, clock: Clock) -> None:
    forecast = factories.forecast()
    sent = answer(forecast.pk, probability_yes_per_category=None, continuous_cdf=None, what_else=[1])
    response = bot.post(FORECAST, [sent])
    assert (response.status_code, response.json()) == (201, {})
    made = Estimate.objects.get()
    assert (made.forecast, made.forecaster, made.probability, made.via) == (forecast, cast.ann, 0.63, "api")
    assert made.made_at <= clock.at
    assert (made.expires_at, made.crowd_seen) == (None, False)


def test_many_go_on_record_together_or_none_of_them(bot: Bot) -> None:
    made = [factories.forecast() for _ in range(3)]
    sent = [answer(each.pk, 0.1 * (n + 1)) for n, each in enumerate(made)]
    assert refusal(bot.post(FORECAST, [*sent, answer(10**12)]), 400, "3.question")["detail"].startswith("There is no")
    assert not Estimate.objects.exists()
    assert bot.post(FORECAST, sent).status_code == 201
    assert [row.probability for row in Estimate.objects.order_by("forecast")] == pytest.approx([0.1, 0.2, 0.3])


def test_an_end_is_when_it_expires(bot: Bot) -> None:
    forecast = factories.forecast()
    assert bot.post(FORECAST, [answer(forecast.pk, end_time="2027-06-05T00:00:00Z")]).status_code == 201
    assert Estimate.objects.get().expires_at == NOW + 3.5 * DAY
    refusal(bot.post(FORECAST, [answer(forecast.pk, end_time="2027-06-01T00:00:00Z")]), 400, "0.end_time")


@pytest.mark.parametrize("probability", [0, 1, 0.0, 1.0, 0.00009, 0.99991, -0.5, 63, 10**400])
def test_what_cannot_be_stored_is_refused_in_the_words_of_the_api(bot: Bot, ann: Api, probability: Any) -> None:
    forecast = factories.forecast("asked")
    here = refusal(bot.post(FORECAST, [answer(forecast.pk, probability)]), 400, "0.probability_yes")
    there = refusal(ann.post("forecasts/asked/estimates/", {"probability": probability}), 400, "probability")
    assert (here["code"], here["detail"]) == (there["code"], there["detail"])
    assert not Estimate.objects.exists()


@pytest.mark.parametrize("probability", [None, "0.63", True, [0.63], {"yes": 0.63}])
def test_what_is_no_probability_is_refused(bot: Bot, probability: Any) -> None:
    refusal(bot.post(FORECAST, [answer(factories.forecast().pk, probability)]), 400, "0.probability_yes")
    assert not Estimate.objects.exists()


@pytest.mark.parametrize("name", ["probability_yes_per_category", "continuous_cdf", "percentiles"])
@pytest.mark.parametrize("beside", [None, 0.5])
def test_answers_to_other_kinds_of_questions_are_refused(bot: Bot, name: str, beside: float | None) -> None:
    sent = answer(factories.forecast().pk, beside, **{name: {"A": 0.4, "B": 0.6}})
    assert "yes or no" in refusal(bot.post(FORECAST, [sent]), 400, f"0.{name}")["detail"]
    assert not Estimate.objects.exists()


@pytest.mark.parametrize("path", [FORECAST, WITHDRAW])
@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"question": 1}, None),
        ([], None),
        (None, None),
        ("{", None),
        ("[" * 100_000, None),
        ([1], "0"),
        ([{}], "0.question"),
        ([{"question": "1", "probability_yes": 0.5}], "0.question"),
        ([{"question": True, "probability_yes": 0.5}], "0.question"),
        ([{"question": 10**30, "probability_yes": 0.5}], "0.question"),
        ([{"question": -1, "probability_yes": 0.5}], "0.question"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(bot: Bot, path: str, body: Any, field: str | None) -> None:
    response = bot.post(path, body)
    assert response.status_code == 400
    fault = response.json()["errors"][0]
    assert fault["field"] == field or (field == "0" and fault["field"] in {"0", None}), fault
    assert not Estimate.objects.exists()


def test_too_many_rows_are_refused(bot: Bot) -> None:
    assert "10,000" in refusal(bot.post(FORECAST, [{}] * 10_001), 400)["detail"]


def test_one_question_twice_is_refused(bot: Bot) -> None:
    forecast = factories.forecast()
    refusal(bot.post(FORECAST, [answer(forecast.pk), answer(forecast.pk, 0.5)]), 400, "1.question")
    assert not Estimate.objects.exists()


@pytest.mark.parametrize(
    "times", [{"opens_at": NOW + 5 * DAY}, {"closes_at": NOW - DAY}], ids=["not yet open", "closed"]
)
def test_what_is_not_open_is_refused(bot: Bot, times: dict[str, Any]) -> None:
    fault = refusal(bot.post(FORECAST, [answer(factories.forecast(**times).pk)]), 409, "0.question")
    assert fault["code"] == "not-open"


def test_a_visitor_and_somebody_simulated_forecast_nothing(cast: factories.Cast) -> None:
    forecast = factories.forecast()
    refusal(Bot().post(FORECAST, [answer(forecast.pk)]), 401)
    refusal(Bot().post(WITHDRAW, [{"question": forecast.pk}]), 401)
    actor = factories.forecaster("actor", simulated=True)
    refusal(Bot(actor).post(FORECAST, [answer(forecast.pk)]), 403, "0.question")
    assert not Estimate.objects.exists()


def test_a_repeated_key_makes_nothing_more(bot: Bot) -> None:
    sent = [answer(factories.forecast().pk)]
    for _ in range(2):
        assert bot.post(FORECAST, sent, **{"Idempotency-Key": "k1"}).status_code == 201
    assert Estimate.objects.count() == 1


def test_withdrawing_ends_what_stands(bot: Bot, cast: factories.Cast) -> None:
    made = [factories.forecast() for _ in range(2)]
    for forecast in made:
        factories.estimate(forecast, cast.ann, 0.5)
        factories.estimate(forecast, cast.bob, 0.5)
    response = bot.post(WITHDRAW, [{"question": each.pk, "withdraw_at": None} for each in made])
    assert (response.status_code, response.json()) == (201, {})
    gone = Estimate.objects.filter(probability=None)
    assert set(gone.values_list("forecast", "forecaster")) == {(each.pk, cast.ann.pk) for each in made}
    question = bot.get(f"posts/{made[0].pk}/").json()["question"]
    assert question["my_forecasts"]["latest"]["end_time"] == gone.get(forecast=made[0]).made_at.timestamp()


def test_where_nothing_stands_nothing_is_withdrawn(bot: Bot) -> None:
    refusal(bot.post(WITHDRAW, [{"question": factories.forecast().pk}]), 409, "0.question")


def test_nothing_is_withdrawn_later_than_at_once(bot: Bot, cast: factories.Cast, clock: Clock) -> None:
    forecast = factories.forecast()
    factories.estimate(forecast, cast.ann, 0.5)
    later = {"question": forecast.pk, "withdraw_at": (clock.at + DAY).isoformat()}
    refusal(bot.post(WITHDRAW, [later]), 400, "0.withdraw_at")
    assert Estimate.objects.count() == 1
    assert bot.post(WITHDRAW, [later | {"withdraw_at": clock.at.isoformat()}]).status_code == 201
