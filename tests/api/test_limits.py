"""Rate limits, and their headers."""

import logging

import pytest

from config.throttles import PerAddress, PerForecaster
from tests import factories
from tests.api.speaking import Api, refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def strict(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PerAddress, "rate", "2/min", raising=False)
    monkeypatch.setattr(PerForecaster, "rate", "3/min", raising=False)


def headers(response: object) -> list[str]:
    return [response[f"X-RateLimit-{name}"] for name in ("Limit", "Remaining", "Reset")]  # type: ignore[index]


def test_the_headers_say_what_remains(visitor: Api, strict: None) -> None:
    limit, remaining, reset = headers(visitor.get("forecasts/"))
    assert (limit, remaining) == ("2", "1")
    assert 0 < int(reset) <= 60
    assert headers(visitor.get("forecasts/"))[1] == "0"


def test_beyond_the_limit_a_visitor_is_told_when_to_come_back(visitor: Api, strict: None) -> None:
    for _ in range(2):
        assert visitor.get("forecasts/").status_code == 200
    response = visitor.get("forecasts/")
    assert refusal(response, 429)["code"] == "throttled"
    assert 0 < int(response["Retry-After"]) <= 60
    assert headers(response)[1] == "0"


def test_each_address_and_each_forecaster_has_a_limit_of_its_own(
    visitor: Api, cast: factories.Cast, strict: None
) -> None:
    for _ in range(3):
        visitor.get("forecasts/")
    assert Api().get("forecasts/").status_code == 200
    ann = Api(cast.ann)
    assert [ann.get("forecasts/").status_code for _ in range(4)] == [200, 200, 200, 429]
    assert Api(cast.bob).get("forecasts/").status_code == 200


def test_pages_carry_no_such_headers(visitor: Api) -> None:
    assert "X-RateLimit-Limit" not in visitor.client.get("/healthz")


def test_without_the_cache_everybody_is_let_through_and_the_log_says_so(
    visitor: Api, ann: Api, strict: None, settings: object, caplog: pytest.LogCaptureFixture
) -> None:
    usual = settings.CACHES["default"]  # type: ignore[attr-defined]
    settings.CACHES = {"default": usual | {"LOCATION": "unix:///nowhere/valkey.sock"}}  # type: ignore[attr-defined]
    with caplog.at_level(logging.WARNING):
        answers = [api.get("forecasts/").status_code for api in (visitor, ann) for _ in range(4)]
    assert answers == [200] * 8
    assert "cache unreachable" in caplog.text
