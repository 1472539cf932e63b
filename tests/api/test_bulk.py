"""Many estimates in one request."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from forecasts.models import Citation, CrowdPoint, Estimate, Forecast
from forecasts.services import crowds, evidencing
from tests import factories
from tests.api.conftest import Clock
from tests.api.speaking import Api, refusal
from tests.factories import DAY, NOW

pytestmark = pytest.mark.django_db
PATH = "estimates/bulk/"


@pytest.fixture
def asked(cast: factories.Cast) -> list[Forecast]:
    return [factories.forecast(f"asked-{number}") for number in range(4)]


def rows(*said: float | None, **more: Any) -> list[dict[str, Any]]:
    return [{"forecast": f"asked-{number}", "probability": p} | more for number, p in enumerate(said)]


def on_record() -> list[tuple[str, float | None]]:
    return list(Estimate.objects.order_by("id").values_list("forecast__slug", "probability"))


def test_each_row_is_an_estimate_and_has_an_answer_in_its_place(
    ann: Api, asked: list[Forecast], cast: factories.Cast
) -> None:
    piece = evidencing.add(forecast=asked[1], by=cast.bob, at=NOW, title="A count", direction="raises")
    body = [
        {"forecast": "asked-2", "probability": 0.2},
        {"forecast": "asked-0", "probability": 0.7, "rationale": " It *rose*. "},
        {"forecast": "asked-1", "probability": 0.4, "evidence": [piece.pk], "expires_at": "2027-08-01T00:00:00Z"},
    ]
    response = ann.post(PATH, body)
    assert response.status_code == 201
    answers = response.json()
    assert [answer["forecast"] for answer in answers] == ["asked-2", "asked-0", "asked-1"]
    assert [(answer["probability"], answer["repeated"]) for answer in answers] == [(p, False) for p in (0.2, 0.7, 0.4)]
    assert len({answer["made_at"] for answer in answers}) == 1
    for answer in answers:
        made = Estimate.objects.get(pk=answer["id"])
        assert (made.forecast.slug, made.probability, made.via) == (answer["forecast"], answer["probability"], "api")
        assert (made.wording.version, made.wording.forecast_id, made.crowd_seen) == (1, made.forecast_id, False)
    assert Estimate.objects.get(forecast=asked[0]).rationale == "It *rose*."
    assert Citation.objects.get().evidence == piece
    # What comes next is numbered after what was copied in.
    assert ann.post("forecasts/asked-3/estimates/", {"probability": 0.5}).status_code == 201


def test_it_is_what_single_requests_would_have_made(ann: Api, bob: Api, asked: list[Forecast]) -> None:
    for forecast, p in zip(asked, (0.1, 0.2, 0.3, 0.4), strict=True):
        assert ann.post(f"forecasts/{forecast.slug}/estimates/", {"probability": p}).status_code == 201
    assert bob.post(PATH, rows(0.1, 0.2, 0.3, 0.4)).status_code == 201
    left_out = {"id", "forecaster_id", "made_at", "recorded_at", "crowd_seen"}
    made = [
        [{name: value for name, value in row.items() if name not in left_out} for row in found]
        for found in (
            Estimate.objects.filter(forecaster__username=name).order_by("forecast").values() for name in ("ann", "bob")
        )
    ]
    assert made[0] == made[1]


def test_null_withdraws_what_stands(ann: Api, asked: list[Forecast]) -> None:
    ann.post(PATH, rows(0.1, 0.2))
    assert [answer["probability"] for answer in ann.post(PATH, rows(None, 0.3)).json()] == [None, 0.3]
    assert on_record()[2:] == [("asked-0", None), ("asked-1", 0.3)]
    said = refusal(ann.post(PATH, rows(None, 0.4)), 409, "0.probability")
    assert "nothing to withdraw" in said["detail"]
    assert len(on_record()) == 4


def test_one_row_at_fault_and_nothing_is_on_record(ann: Api, asked: list[Forecast]) -> None:
    body = [
        *rows(0.5, 70, 1, 0.2),
        {"forecast": "asked-0", "probability": 0.6},
        {"forecast": "no-such", "probability": 0.6},
        {"forecast": "nul\0l", "probability": 0.6},
    ]
    response = ann.post(PATH, body)
    first = refusal(response, 400, "1.probability")
    assert "Did you mean 0.7" in first["detail"]
    problem = response.json()
    assert "5 of 7 rows are refused" in problem["detail"]
    assert {fault["field"]: fault["detail"] for fault in problem["errors"]}.keys() == {
        "1.probability",
        "2.probability",
        "4.forecast",
        "5.forecast",
        "6.forecast",
    }
    assert "Row 0 is about it already" in problem["errors"][2]["detail"]
    assert on_record() == []


@pytest.mark.parametrize(
    ("row", "field", "says"),
    [
        ({"forecast": "asked-0"}, "1.probability", "required"),
        ({"probability": 0.5}, "1.forecast", "required"),
        ({"forecast": "asked-0", "probability": "0.5"}, "1.probability", "Give a number"),
        ({"forecast": "asked-0", "probability": True}, "1.probability", "Give a number"),
        ({"forecast": 7, "probability": 0.5}, "1.forecast", ""),
        ({"forecast": "asked-0", "probability": 0.5, "probabilty": 0.6}, "1.probabilty", "did you mean"),
        ({"forecast": "asked-0", "probability": 0.5, "rationale": "x" * 20_001}, "1.rationale", "20000"),
        ({"forecast": "asked-0", "probability": 0.5, "rationale": "a\0b"}, "1.rationale", ""),
        ({"forecast": "asked-0", "probability": 0.5, "expires_at": "2027-01-01"}, "1.expires_at", "zone"),
        ({"forecast": "asked-0", "probability": 0.5, "expires_at": "2020-01-01T00:00:00Z"}, "1.expires_at", "expire"),
        ({"forecast": "asked-0", "probability": 0.5, "evidence": [99]}, "1.evidence", "Add it first"),
        ("asked-0", "1", "Invalid data"),
        (None, "1", ""),
    ],
)
def test_a_fault_is_named_by_row_and_field(ann: Api, asked: list[Forecast], row: Any, field: str, says: str) -> None:
    good = {"forecast": "asked-1", "probability": 0.5}
    assert says in refusal(ann.post(PATH, [good, row]), 400, field)["detail"]
    assert on_record() == []


@pytest.mark.parametrize("body", [{}, {"forecast": "asked-0", "probability": 0.5}, [], "text", None, 5])
def test_what_is_no_list_of_rows_is_refused(ann: Api, asked: list[Forecast], body: Any) -> None:
    refusal(ann.post(PATH, body), 400)


def test_more_than_ten_thousand_are_refused_by_number(ann: Api, asked: list[Forecast]) -> None:
    body = [{"forecast": "asked-0", "probability": 0.5}] * 10_001
    assert "10,001" in refusal(ann.post(PATH, body), 400)["detail"]


def test_of_very_many_faults_the_first_hundred_are_told(ann: Api, asked: list[Forecast]) -> None:
    response = ann.post(PATH, [{"forecast": f"none-{number}", "probability": 0.5} for number in range(300)])
    assert len(response.json()["errors"]) == 100
    assert "300 of 300 rows" in response.json()["detail"]


def test_what_is_not_open_is_named(ann: Api, asked: list[Forecast], cast: factories.Cast) -> None:
    factories.forecast("over", closes_at=NOW)
    factories.resolution(factories.forecast("done"), "yes", NOW)
    body = [*rows(0.5), {"forecast": "over", "probability": 0.5}, {"forecast": "done", "probability": 0.5}]
    response = ann.post(PATH, body)
    assert "It closed on" in refusal(response, 409, "1.forecast")["detail"]
    assert "It has resolved yes" in response.json()["errors"][1]["detail"]


def test_a_repeated_key_makes_nothing_and_answers_the_same(ann: Api, asked: list[Forecast]) -> None:
    key = {"Idempotency-Key": "run-1"}
    first = ann.post(PATH, rows(0.1, 0.2), **key)
    again = ann.post(PATH, rows(0.1, 0.2), **key)
    assert (first.status_code, again.status_code) == (201, 200)
    assert [row | {"repeated": True} for row in first.json()] == again.json()
    assert len(on_record()) == 2
    for other in (rows(0.1, 0.3), rows(0.1), rows(0.1, 0.2, 0.3), rows(0.1, 0.2, rationale="Since."), rows(0.2, 0.1)):
        refusal(ann.post(PATH, other, **key), 409, "Idempotency-Key")
    refusal(ann.post(PATH, rows(0.1), **{"Idempotency-Key": "k" * 91}), 400, "Idempotency-Key")
    assert len(on_record()) == 2


def test_a_visitor_and_a_closed_account_make_none(visitor: Api, ann: Api, asked: list[Forecast], cast: Any) -> None:
    refusal(visitor.post(PATH, rows(0.5)), 401)
    cast.ann.closed_at = NOW
    cast.ann.save(update_fields=["closed_at"])
    assert ann.post(PATH, rows(0.5)).status_code in {401, 403}
    assert on_record() == []


def test_others_are_not_disturbed_and_the_crowd_seen_is_noted(
    ann: Api, bob: Api, asked: list[Forecast], clock: Clock
) -> None:
    bob.post(PATH, rows(0.9))
    assert [row["crowd_seen"] for row in ann.post(PATH, rows(0.2, 0.3)).json()] == [False, False]
    assert [row["crowd_seen"] for row in ann.post(PATH, rows(0.4, 0.5, 0.6)).json()] == [True, True, False]


def test_it_takes_the_same_queries_for_any_number_of_rows(ann: Api, asked: list[Forecast]) -> None:
    taken = []
    for said in ((0.1,), (0.2, 0.3, 0.4, 0.5)):
        with CaptureQueriesContext(connection) as captured:
            assert ann.post(PATH, rows(*said)).status_code == 201
        taken.append(len(captured))
    assert taken[0] == taken[1]


@pytest.mark.parametrize("n", [2, 4])
def test_crowds_follow_after_the_commit(
    ann: Api, asked: list[Forecast], n: int, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    asked_for: list[tuple[str, tuple[int, ...]]] = []
    monkeypatch.setattr("forecasts.receivers.FEW", 3)
    monkeypatch.setattr("forecasts.receivers.enqueue", lambda job, *ids, **_: asked_for.append((job.name, ids)))
    with django_capture_on_commit_callbacks(execute=True):
        ann.post(PATH, rows(*[0.3] * n))
    one_by_one = [("forecasts.tasks.refresh_crowd", (each.pk,)) for each in asked[:n]]
    assert asked_for == (one_by_one if n == 2 else [("forecasts.tasks.refresh_crowds", ())])
    crowds.refresh_stale(clock=lambda: NOW + 2 * DAY)
    assert CrowdPoint.objects.filter(n=1).count() == n


def test_the_database_still_refuses_what_the_service_would(asked: list[Forecast], cast: factories.Cast) -> None:
    """COPY passes no constraint by."""
    columns = "forecast_id, forecaster_id, wording_id, probability, made_at, crowd_seen, rationale, via"
    wrong = (asked[0].pk, cast.ann.pk, asked[0].wordings.get().pk, 1.5, NOW, False, "", "api")
    with (
        pytest.raises(IntegrityError, match="estimate_probability_within_bounds"),
        transaction.atomic(),
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(f"COPY forecasts_estimate ({columns}) FROM STDIN") as copy,
    ):
        copy.write_row(wrong)
