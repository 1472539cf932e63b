"""What somebody stands on and what waits for an answer, read along an index however much is on record."""

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from forecasts import queries
from forecasts.models import Estimate, Forecast
from forecasts.queries import standing
from tests import factories
from tests.factories import DAY, NOW

from .plans import steps

pytestmark = pytest.mark.django_db


def test_one_stands_on_what_the_last_estimate_says(cast: factories.Cast) -> None:
    kept, withdrawn, lapsed, later = (factories.forecast(slug) for slug in ("kept", "withdrawn", "lapsed", "later"))
    factories.estimate(kept, cast.ann, 0.3, NOW - 9 * DAY)
    factories.estimate(kept, cast.ann, 0.4, NOW - 8 * DAY)
    factories.estimate(withdrawn, cast.ann, 0.4, NOW - 7 * DAY)
    factories.estimate(withdrawn, cast.ann, None, NOW - 6 * DAY)
    factories.estimate(lapsed, cast.ann, 0.4, NOW - 5 * DAY, expires_at=NOW - DAY)
    factories.estimate(later, cast.ann, 0.4, NOW + DAY)
    factories.estimate(withdrawn, cast.bob, 0.4, NOW - 5 * DAY)
    assert queries.stood_on(cast.ann, at=NOW) == [kept.pk]
    assert list(Forecast.objects.filter(queries.stands(cast.ann, at=NOW))) == [kept]


def test_what_one_stands_on_is_sought_among_the_latest_estimates_alone(
    cast: factories.Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standing, "LATEST", 2)
    made = [factories.forecast(f"f{number}") for number in range(3)]
    for number, forecast in enumerate(made):
        factories.estimate(forecast, cast.ann, 0.4, NOW - (9 - number) * DAY)
    assert queries.stood_on(cast.ann, at=NOW) == [made[2].pk, made[1].pk]


def test_ones_latest_estimates_are_read_along_an_index(cast: factories.Cast) -> None:
    newest = Estimate.objects.filter(forecaster=cast.ann.pk, made_at__lte=NOW).order_by("-made_at", "-id")[:1000]
    assert "estimate_by_forecaster" in [index for _, index in steps(newest)]


def test_what_is_due_first_is_told_first_and_what_was_reopened_with_it(cast: factories.Cast) -> None:
    for slug, day in (("late", -3), ("later", -2), ("latest", -1)):
        factories.forecast(slug, closes_at=NOW + day * DAY)
    again = Forecast.objects.get(slug="later")
    factories.resolution(again, "yes", NOW)
    factories.resolution(again, "reopened", NOW, revision=1)
    found = queries.due(at=NOW)
    assert [each.slug for each in queries.first_due(found, most=9)] == ["late", "later", "latest"]
    assert [each.slug for each in queries.first_due(found, most=2)] == ["late", "later"]


def test_what_is_due_first_is_read_along_the_index_of_the_undecided(cast: factories.Cast) -> None:
    with CaptureQueriesContext(connection) as seen:
        queries.first_due(Forecast.objects.filter(Q(simulated=False)), most=5)
    assert len(seen) == 2
    never = Forecast.objects.filter(resolution=None, simulated=False).order_by("resolve_by", "id")[:5]
    assert steps(never)[1:] == [("Index Scan", "forecast_undecided")]
