"""An estimate that brings its evidence along."""

import pytest

from forecasts.models import Estimate, Evidence, Forecast
from forecasts.refusals import Invalid, NotOpen
from forecasts.services import citing, evidencing
from tests import factories
from tests.factories import DAY, NOW

pytestmark = pytest.mark.django_db
POLL = citing.Link("https://example.org/poll", title="A poll", direction="raises")


@pytest.fixture
def forecast(cast: factories.Cast) -> Forecast:
    return factories.forecast("asked")


def submit(forecast: Forecast, cast: factories.Cast, link: citing.Link = POLL, **changes: object) -> Estimate:
    given = {"forecaster": cast.ann, "probability": 0.7, "at": NOW, "via": "page"} | changes
    return citing.submit(forecast=forecast, link=link, **given)


def test_an_address_is_added_to_the_evidence_and_cited(forecast: Forecast, cast: factories.Cast) -> None:
    made = submit(forecast, cast)
    piece = made.evidence.get()
    assert (piece.url, piece.title, piece.direction) == (POLL.url, "A poll", "raises")
    assert (piece.added_by, piece.added_at) == (cast.ann, NOW)


def test_without_a_title_the_address_says_what_it_is(forecast: Forecast, cast: factories.Cast) -> None:
    piece = submit(forecast, cast, citing.Link("https://example.org/poll/")).evidence.get()
    assert (piece.title, piece.direction) == ("example.org/poll", "neutral")


def test_an_address_that_is_there_already_is_cited_beside_what_was_chosen(
    forecast: Forecast, cast: factories.Cast
) -> None:
    there, other = (
        evidencing.add(forecast=forecast, by=cast.bob, at=NOW - DAY, title="There", direction="lowers", url=url)
        for url in (POLL.url, "https://example.org/other")
    )
    made = submit(forecast, cast, evidence=[other.pk])
    assert set(made.evidence.all()) == {there, other}
    assert Evidence.objects.count() == 2


def test_sent_twice_it_is_one_estimate_and_one_piece(forecast: Forecast, cast: factories.Cast) -> None:
    first, second = (submit(forecast, cast, at=NOW + n * DAY, idempotency_key="once") for n in range(2))
    assert first == second
    assert Evidence.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "refusal", "field"),
    [
        ({"probability": 1}, Invalid, "probability"),
        ({"link": citing.Link("javascript:alert(1)")}, Invalid, "link"),
        ({"link": citing.Link("https://example.org/", title="x" * 301)}, Invalid, "title"),
        ({"at": NOW + 101 * DAY}, NotOpen, "forecast"),
    ],
)
def test_where_one_of_the_two_is_refused_neither_is_kept(
    forecast: Forecast, cast: factories.Cast, changes: dict, refusal: type, field: str
) -> None:
    with pytest.raises(refusal) as refused:
        submit(forecast, cast, **changes)
    assert refused.value.field == field
    assert (Estimate.objects.count(), Evidence.objects.count()) == (0, 0)
