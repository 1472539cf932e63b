"""Whatever is wrong, the answer is a problem that names it, and never a fault of ours."""

import json
from typing import Any

import pytest
from django.db import connections
from django.http import Http404
from django.test import Client, RequestFactory

from config import problems
from forecasts.models import Estimate, Evidence, Forecast, Resolution
from tests import factories
from tests.api.speaking import PREFIX, Api, refusal

pytestmark = pytest.mark.django_db

WRITES = [
    "forecasts/",
    "forecasts/asked/estimates/",
    "forecasts/asked/evidence/",
    "forecasts/asked/resolution/",
    "tokens/",
]


@pytest.fixture
def admin(cast: factories.Cast) -> Api:
    factories.forecast("asked")
    return Api(cast.admin)


@pytest.mark.parametrize("path", WRITES)
@pytest.mark.parametrize(
    "body",
    [
        "{",
        "",
        "null",
        "[]",
        "5",
        '"text"',
        "{'a': 1}",
        '{"probability": 0.7,}',
        b"\xff\xfe",
        "[" * 100_000,
        '{"a":' * 100_000,
        "9" * 5000,
        json.dumps({"x" * 1000: 1}),
        json.dumps({"\ud800": 1}),
        json.dumps({"\x00": 1}),
        json.dumps({"rationale": "x" * 1_000_000}),
        json.dumps({str(number): number for number in range(5000)}),
    ],
    ids=lambda body: str(body)[:12],
)
def test_a_body_that_makes_no_sense_is_refused(admin: Api, path: str, body: str | bytes) -> None:
    response = admin.post(path, body)
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["errors"]
    assert Forecast.objects.count() == 1
    assert [model.objects.count() for model in (Estimate, Evidence, Resolution)] == [0, 0, 0]


@pytest.mark.parametrize("path", WRITES)
@pytest.mark.parametrize("value", [None, [], {}, True, 10**30, -1, 1.5, "\x00", "\ud800", "x" * 100_000, [[[]]], [{}]])
def test_any_value_in_any_field_is_answered(admin: Api, path: str, value: Any) -> None:
    fields = {
        "slug question background criteria sources fallback annulled_if known_at_rule opens_at closes_at resolve_by",
        "spot_at reveal_at condition condition_outcome claim part tags probability rationale evidence expires_at title",
        "direction url summary published_on likelihood_ratio outcome known_at reason links revision useful",
    }
    for field in " ".join(fields).split():
        response = admin.post(path, {field: value})
        assert response.status_code in {400, 409} or (path, field) == ("tokens/", "expires_at"), (field, value)


def test_a_body_beyond_all_bounds_is_too_large(admin: Api) -> None:
    response = admin.post("forecasts/asked/estimates/", '{"rationale": "' + "x" * 3_000_000 + '"}')
    assert refusal(response, 413)["code"] == "too-large"


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
)
def test_another_kind_of_body_is_not_taken(admin: Api, kind: str) -> None:
    response = admin.client.post(f"{PREFIX}forecasts/asked/estimates/", b"probability=0.7", content_type=kind)
    refusal(response, 415)
    assert not Estimate.objects.exists()


@pytest.mark.parametrize("charset", ["bz2_codec", "rot13"])
def test_another_charset_is_refused(admin: Api, charset: str) -> None:
    path, kind = f"{PREFIX}forecasts/asked/estimates/", f"application/json; charset={charset}"
    refusal(admin.client.generic("POST", path, b'{"probability": 0.7}', content_type=kind), 400)


def test_another_kind_of_answer_is_not_to_be_had(visitor: Api) -> None:
    refusal(visitor.client.get(f"{PREFIX}forecasts/", headers={"Accept": "text/csv"}), 406)


def test_a_browser_is_answered(visitor: Api) -> None:
    accept = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    assert visitor.client.get(f"{PREFIX}forecasts/", headers=accept)["Content-Type"] == "application/json"


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.parametrize("path", ["no-such/", "", "forecasts/asked/no-such/", "forecasts/%00/", "forecasts/%FF/"])
def test_an_address_that_is_not_there_is_not_found(admin: Api, method: str, path: str) -> None:
    refusal(admin.ask(method, path), 404)


def test_a_forgotten_slash_is_pointed_out(visitor: Api) -> None:
    assert "/api/v1/forecasts/" in refusal(visitor.get("forecasts"), 404)["detail"]


def test_an_address_of_another_version_is_not_found(client: Client) -> None:
    refusal(client.get("/api/v9/"), 404)


READS = [
    "sources/",
    "forecasts/",
    "forecasts/asked/",
    "forecasts/asked/estimates/",
    "forecasts/asked/crowd/",
    "forecasts/asked/evidence/",
    "forecasts/asked/resolution/",
    "forecasts/asked/scores/",
    "leaderboards/",
    "calibration/",
    "me/",
    "tokens/",
]


@pytest.mark.parametrize("path", READS)
def test_what_can_be_read_can_be_asked_about(admin: Api, path: str) -> None:
    assert admin.ask("HEAD", path).status_code == 200
    response = admin.ask("OPTIONS", path)
    assert response.status_code == 204
    assert "GET" in response["Allow"]


def test_an_unknown_verb_is_refused(visitor: Api) -> None:
    refusal(visitor.ask("BREW", "forecasts/"), 401)


def test_a_wrong_verb_says_which_are_right(ann: Api) -> None:
    response = ann.ask("PUT", "forecasts/")
    assert refusal(response, 405)["code"] == "method-not-allowed"
    assert response["Allow"] == "GET, POST, HEAD, OPTIONS"


def test_several_faults_are_told_at_once(admin: Api) -> None:
    body = admin.post("forecasts/asked/estimates/", {"probability": "x", "rationale": 5}).json()
    assert [fault["field"] for fault in body["errors"]] == ["probability", "rationale"]
    assert "probability: Give a number" in body["detail"]


def test_a_foreign_host_is_refused_as_a_problem(client: Client) -> None:
    refusal(client.get(f"{PREFIX}forecasts/", headers={"Host": "evil.example"}), 400)


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (lambda request: problems.bad_request(request, Exception()), 400),
        (lambda request: problems.permission_denied(request, Exception()), 403),
        (lambda request: problems.not_found(request, Http404()), 404),
        (problems.server_error, 500),
    ],
)
def test_what_django_answers_is_a_problem_under_api_and_a_page_elsewhere(answer: Any, status: int) -> None:
    inside = answer(RequestFactory().get("/api/v1/forecasts/"))
    outside = answer(RequestFactory().get("/forecasts/"))
    assert (inside.status_code, outside.status_code) == (status, status)
    assert inside["Content-Type"] == "application/problem+json"
    assert json.loads(inside.content)["status"] == status
    assert outside["Content-Type"].startswith("text/html")


def test_a_fault_of_ours_is_a_problem_without_its_secrets(
    cast: factories.Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the secret")

    monkeypatch.setattr("forecasts.queries.stretches", fail)
    response = Client(raise_request_exception=False).get(f"{PREFIX}forecasts/")
    refusal(response, 500)
    assert b"secret" not in response.content


def test_without_a_database_the_answer_is_try_again(visitor: Api) -> None:
    broken = connections.create_connection("default")
    broken.settings_dict = broken.settings_dict | {"HOST": "/nowhere"}
    usual = connections["default"]
    connections["default"] = broken
    try:
        response = visitor.get("forecasts/")
    finally:
        connections["default"] = usual
    refusal(response, 503)
