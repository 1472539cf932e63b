"""Adding evidence to a forecast, and rating it."""

import datetime as dt
from typing import Any

import pytest

from forecasts.models import Evidence, Forecast, Rating
from forecasts.refusals import Conflict, Invalid, NotAllowed
from forecasts.services import evidencing
from tests import factories
from tests.factories import DAY, NOW, Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def forecast(cast: Cast) -> Forecast:
    return factories.forecast()


def add(forecast: Forecast, cast: Cast, **changes: Any) -> Evidence:
    given: dict[str, Any] = {"by": cast.ann, "at": NOW, "title": "A count", "direction": "raises"} | changes
    return evidencing.add(forecast=forecast, **given)


def test_evidence_is_recorded(forecast: Forecast, cast: Cast) -> None:
    made = add(
        forecast,
        cast,
        title=" A count ",
        url="https://example.org/count",
        summary="It rose.",
        published_on=NOW.date(),
        likelihood_ratio=3,
    )
    made.refresh_from_db()
    assert (made.title, made.url, made.direction) == ("A count", "https://example.org/count", "raises")
    assert (made.summary, made.likelihood_ratio, made.added_by, made.added_at) == ("It rose.", 3, cast.ann, NOW)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 301}, "title"),
        ({"title": "\x00"}, "title"),
        ({"direction": "up"}, "direction"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"url": "example.org"}, "url"),
        ({"url": "http://["}, "url"),
        ({"url": "https://example.org/\x00"}, "url"),
        ({"url": "https://example.org/" + "x" * 1000}, "url"),
        ({"summary": "\ud800"}, "summary"),
        ({"published_on": NOW.date() + 2 * DAY}, "published_on"),
        ({"likelihood_ratio": 0}, "likelihood_ratio"),
        ({"likelihood_ratio": -2}, "likelihood_ratio"),
        ({"likelihood_ratio": float("nan")}, "likelihood_ratio"),
        ({"likelihood_ratio": float("inf")}, "likelihood_ratio"),
        ({"likelihood_ratio": 10**400}, "likelihood_ratio"),
        ({"likelihood_ratio": 0.5}, "likelihood_ratio"),
        ({"likelihood_ratio": 2, "direction": "lowers"}, "likelihood_ratio"),
    ],
)
def test_evidence_that_makes_no_sense_is_refused_with_its_field(
    forecast: Forecast, cast: Cast, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        add(forecast, cast, **changes)
    assert refusal.value.field == field
    assert not Evidence.objects.exists()


def test_the_same_address_at_the_same_instant_is_a_conflict(forecast: Forecast, cast: Cast) -> None:
    add(forecast, cast)
    with pytest.raises(Conflict, match="this very instant"):
        add(forecast, cast)
    add(forecast, cast, at=NOW + dt.timedelta(microseconds=1))
    assert Evidence.objects.count() == 2


@pytest.mark.parametrize("change", [{"is_active": False}, {"closed_at": NOW}, {"simulated": True}])
def test_who_may_not_estimate_may_neither_bring_evidence_nor_rate_it(
    forecast: Forecast, cast: Cast, change: dict[str, Any]
) -> None:
    evidence = add(forecast, cast)
    barred = factories.forecaster(**change)
    with pytest.raises(NotAllowed):
        add(forecast, cast, by=barred)
    with pytest.raises(NotAllowed):
        evidencing.rate(evidence=evidence, by=barred, at=NOW, useful=True)
    assert (Evidence.objects.count(), Rating.objects.count()) == (1, 0)


def test_ratings_are_kept_and_the_latest_holds(forecast: Forecast, cast: Cast) -> None:
    evidence = add(forecast, cast)
    evidencing.rate(evidence=evidence, by=cast.bob, at=NOW, useful=True, likelihood_ratio=2)
    evidencing.rate(evidence=evidence, by=cast.bob, at=NOW + DAY, useful=False)
    assert [rating.useful for rating in evidence.ratings.all()] == [True, False]
    with pytest.raises(Conflict, match="this very instant"):
        evidencing.rate(evidence=evidence, by=cast.bob, at=NOW, useful=False)
    with pytest.raises(Invalid):
        evidencing.rate(evidence=evidence, by=cast.ann, at=NOW, useful=True, likelihood_ratio=0)
    assert Rating.objects.count() == 2
