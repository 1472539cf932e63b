"""The history of a forecast as its chart draws it."""

import datetime as dt
import gzip

import pytest

from forecasts.models import CrowdPoint, Evidence, Forecast
from forecasts.queries import histories
from forecasts.services import crowds, evidencing, registering
from tests import factories
from tests.api.conftest import Count
from tests.api.speaking import Api, refusal
from tests.crowded import crowd
from tests.factories import DAY, NOW

pytestmark = pytest.mark.django_db
PATH = "forecasts/asked/history/"
PARTS = ("crowd", "own", "evidence", "wordings")


@pytest.fixture
def asked(cast: factories.Cast) -> Forecast:
    return factories.forecast("asked", reveal_at=NOW + 50 * DAY)


def totals(shown: dict[str, dict[str, object]]) -> list[object]:
    return [shown[part]["total"] for part in PARTS]


def test_a_short_history_is_whole_oldest_first(ann: Api, asked: Forecast, cast: factories.Cast) -> None:
    for day, probability in ((5, 0.2), (4, None), (3, 0.4)):
        factories.estimate(asked, cast.ann, probability, NOW - day * DAY)
    evidencing.add(forecast=asked, by=cast.bob, at=NOW - 2 * DAY, title="A count", direction="raises")
    registering.reword(
        forecast=asked, text=factories.text(question="Is it?"), by=cast.curator, at=NOW, reason="Clearer."
    )
    crowds.refresh(forecast_id=asked.pk, at=NOW)
    shown = ann.get(PATH).json()
    assert totals(shown) == [3, 3, 1, 1]
    assert [point["recency_weighted"] for point in shown["crowd"]["rows"]] == [0.2, None, 0.4]
    assert [point["n"] for point in shown["crowd"]["rows"]] == [1, 0, 1]
    assert [row["probability"] for row in shown["own"]["rows"]] == [0.2, None, 0.4]
    at = (NOW - 2 * DAY).isoformat().replace("+00:00", "Z")
    assert shown["evidence"]["rows"] == [{"added_at": at, "direction": "raises", "title": "A count", "n": 1}]
    assert [(row["version"], row["reason"]) for row in shown["wordings"]["rows"]] == [(2, "Clearer.")]


def test_of_fifty_thousand_points_the_ends_and_extremes_are_drawn(
    ann: Api, asked: Forecast, cast: factories.Cast
) -> None:
    crowd(asked, 50_000, since=NOW - 90 * DAY, until=NOW)
    factories.estimate(asked, cast.ann, 0.5, NOW + dt.timedelta(hours=1))
    answer = ann.get(PATH)
    shown = answer.json()["crowd"]
    rows = shown["rows"]
    assert (shown["total"], 500 < len(rows) <= histories.POINTS) == (50_000, True)
    said = [row["recency_weighted"] for row in rows]
    assert (min(said), max(said)) == (0.01, 0.99)
    every = CrowdPoint.objects.filter(forecast=asked).order_by("at")
    assert rows[0]["at"] == every[0].at.isoformat().replace("+00:00", "Z")
    assert dt.datetime.fromisoformat(rows[-1]["at"]) == every[49_999].at == NOW
    assert [row["at"] for row in rows] == sorted(row["at"] for row in rows)
    # The contract's own address still has every point.
    assert len(ann.get("forecasts/asked/crowd/").json()["points"]) == 50_000


def test_of_very_many_of_all_a_small_answer_is_made(ann: Api, asked: Forecast, cast: factories.Cast) -> None:
    crowd(asked, 20_000, since=NOW - 90 * DAY, until=NOW - 60 * DAY)
    Evidence.objects.bulk_create(
        Evidence(
            forecast=asked,
            added_by=cast.bob,
            added_at=NOW - 50 * DAY + dt.timedelta(hours=hour),
            title=f"{hour} " + "é" * 290,
            direction=("raises", "lowers", "neutral")[hour % 3],
        )
        for hour in range(900)
    )
    for hour in range(histories.OWN + 50):
        factories.estimate(asked, cast.ann, 0.1 + hour / 1000, NOW - 40 * DAY + dt.timedelta(hours=hour))
    answer = ann.get(PATH)
    shown = answer.json()
    assert totals(shown) == [20_000, histories.OWN + 50, 900, 0]
    own, evidence = shown["own"]["rows"], shown["evidence"]["rows"]
    assert (len(own) <= histories.OWN, own[0]["probability"], own[-1]["probability"]) == (True, 0.1, 0.549)
    assert len(evidence) <= histories.MARKS
    assert sum(row["n"] for row in evidence) == 900
    assert {row["direction"] for row in evidence} == {"raises", "lowers", "neutral"}
    assert evidence[-1]["title"].startswith("899 ")
    assert len(gzip.compress(answer.content)) < 60_000


def test_of_very_many_wordings_the_newest_are_drawn(
    visitor: Api, asked: Forecast, cast: factories.Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(histories, "WORDINGS", 2)
    for number in range(3):
        text = factories.text(question=f"Is it {number}?")
        registering.reword(forecast=asked, text=text, by=cast.curator, at=NOW + number * DAY / 4, reason="r" * 500)
    shown = visitor.get(PATH).json()["wordings"]
    assert (shown["total"], [row["version"] for row in shown["rows"]]) == (3, [3, 4])
    assert {len(row["reason"]) for row in shown["rows"]} == {histories.LETTERS}


def test_a_hidden_crowd_and_what_others_said_do_not_show(
    visitor: Api, bob: Api, asked: Forecast, cast: factories.Cast
) -> None:
    factories.estimate(asked, cast.ann, 0.6, NOW - DAY)
    crowds.refresh(forecast_id=asked.pk, at=NOW)
    for stranger in (visitor, bob):
        shown = stranger.get(PATH).json()
        assert (shown["hidden"], totals(shown)) == (True, [0, 0, 0, 0])
    factories.estimate(asked, cast.bob, 0.7, NOW)
    shown = bob.get(PATH).json()
    assert (shown["hidden"], totals(shown)) == (False, [1, 1, 0, 0])
    assert [row["probability"] for row in shown["own"]["rows"]] == [0.7]


def test_an_unknown_forecast_has_none(visitor: Api) -> None:
    refusal(visitor.get("forecasts/no-such/history/"), 404)


def test_it_takes_the_same_queries_however_long_it_is(queries: Count, cast: factories.Cast) -> None:
    short = factories.forecast("asked", reveal_at=NOW - 90 * DAY)
    long = factories.forecast("long", reveal_at=NOW - 90 * DAY)
    crowd(short, 5, since=NOW - 50 * DAY, until=NOW)
    crowd(long, 3000, since=NOW - 50 * DAY, until=NOW)
    for forecast, number in ((short, 1), (long, 300)):
        for hour in range(number):
            at = NOW - 40 * DAY + dt.timedelta(hours=hour)
            Evidence.objects.create(forecast=forecast, added_by=cast.bob, added_at=at, title="A", direction="raises")
    assert queries(PATH) == queries("forecasts/long/history/") == 7
