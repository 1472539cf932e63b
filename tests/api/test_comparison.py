"""Two forecasters compared over the API."""

from typing import Any

import pytest

from forecasts.models import Forecast
from tests import factories
from tests.api.conftest import Count
from tests.api.speaking import Api, refusal
from tests.factories import DAY, NOW

pytestmark = pytest.mark.django_db

PAST = {"closes_at": NOW - DAY, "opens_at": NOW - 100 * DAY}
BOTH = "compare/?a=ann&b=bob"


def settled(cast: factories.Cast, outcome: str = "yes", **fields: Any) -> Forecast:
    """A settled forecast on which Ann said 0.8 and Bob 0.4 all along."""
    forecast = factories.forecast(at=NOW - 101 * DAY, **PAST | fields)
    factories.estimate(forecast, cast.ann, 0.8, forecast.opens_at)
    factories.estimate(forecast, cast.bob, 0.4, forecast.opens_at)
    factories.resolution(forecast, outcome, known_at=min(forecast.closes_at, NOW))
    return forecast


def test_a_comparison_has_the_agreed_names(visitor: Api, cast: factories.Cast) -> None:
    forecast = settled(cast)
    shown = visitor.get("compare/", a="ann", b="bob").json()
    assert shown["a"] == {"name": "ann", "label": "ann", "owner": "forecaster"}
    assert (shown["scope"], shown["scope_label"], shown["level"]) == ("all", "Everything", pytest.approx(0.95))
    assert (shown["settled"], shown["provisional"]) == (True, False)
    assert (shown["n_forecasts"], shown["n_waiting"], shown["n_rounds"]) == (1, 0, 1)
    assert "not distinguishable" in shown["sentence"]
    assert "single essay" in shown["reach"]
    (row,) = shown["rounds"]
    assert (row.pop("difference"), row.pop("mean")) == (pytest.approx(0.04 - 0.36), pytest.approx(0.04 - 0.36))
    assert row == {
        "number": 1,
        "entered_at": "2027-06-01T12:00:00Z",
        "claim": "",
        "title": forecast.question,
        "address": forecast.get_absolute_url(),
        "n_forecasts": 1,
        "low": -1.0,
        "high": 1.0,
    }


def test_a_reference_can_be_one_of_the_two(visitor: Api, cast: factories.Cast) -> None:
    settled(cast)
    shown = visitor.get("compare/", a="constant:one_half", b="bob").json()
    assert shown["a"] == {"name": "constant:one_half", "label": "Always one half", "owner": "constant"}
    assert shown["rounds"][0]["difference"] == pytest.approx(0.25 - 0.36)


def test_it_narrows_to_its_scope_and_to_what_has_settled(visitor: Api, cast: factories.Cast) -> None:
    settled(cast, tags=["count"])
    settled(cast, closes_at=NOW + 50 * DAY)
    assert visitor.get("compare/", a="ann", b="bob").json()["n_rounds"] == 1
    shown = visitor.get("compare/", a="ann", b="bob", settled="false").json()
    assert (shown["n_rounds"], shown["settled"], shown["provisional"]) == (2, False, True)
    assert visitor.get("compare/", a="ann", b="bob", settled="false", scope="tag:count").json()["n_rounds"] == 1


def test_estimates_on_what_is_open_leave_no_trace(visitor: Api, cast: factories.Cast) -> None:
    settled(cast)
    before = visitor.get("compare/", a="ann", b="bob").json()
    hidden = factories.forecast()
    for by in (cast.ann, cast.bob):
        factories.estimate(hidden, by, 0.9)
    assert visitor.get("compare/", a="ann", b="bob").json() == before
    assert visitor.get("compare/", a="ann", b="bob", settled="false").json()["rounds"] == before["rounds"]


def test_without_an_overlap_there_are_no_rounds_and_a_sentence(visitor: Api, cast: factories.Cast) -> None:
    shown = visitor.get("compare/", a="ann", b="bob").json()
    assert (shown["n_forecasts"], shown["rounds"]) == (0, [])
    assert shown["sentence"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"b": "bob"}, "a"),
        ({"a": "ann"}, "b"),
        ({"a": "nobody", "b": "bob"}, "a"),
        ({"a": "ann", "b": "nobody"}, "b"),
        ({"a": "ann", "b": "ann"}, "b"),
        ({"a": "crowd:wisdom", "b": "ann"}, "a"),
        ({"a": "ann", "b": "\x00"}, "b"),
        ({"a": "ann", "b": "x" * 100}, "b"),
        ({"a": "ann", "b": "bob", "scope": "everything"}, "scope"),
        ({"a": "ann", "b": "bob", "scope": "tag:\x00"}, "scope"),
        ({"a": "ann", "b": "bob", "settled": "perhaps"}, "settled"),
        ({"a": "ann", "b": "bob", "c": "curator"}, "c"),
    ],
)
def test_a_faulty_parameter_is_refused_by_name(
    visitor: Api, cast: factories.Cast, given: dict[str, str], field: str
) -> None:
    refusal(visitor.get("compare/", **given), 400, field)


def test_it_takes_the_same_queries_for_any_number_of_forecasts(queries: Count, cast: factories.Cast) -> None:
    settled(cast)
    few = queries(BOTH)
    for _ in range(5):
        settled(cast)
    assert queries(BOTH) == few == 6


@pytest.mark.parametrize("verb", ["POST", "DELETE"])
def test_it_is_read_only(ann: Api, verb: str) -> None:
    refusal(ann.ask(verb, BOTH), 405)
