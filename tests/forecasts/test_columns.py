"""Reading the record as arrays: every value as it was stored, to the last bit and microsecond."""

import datetime as dt

import numpy as np
import pytest

from forecasts.columns import columns_of, points_of
from forecasts.crowd import NEVER
from forecasts.instants import instant, microseconds
from forecasts.models import CrowdPoint, Estimate
from tests import factories
from tests.factories import DAY, NOW

pytestmark = pytest.mark.django_db
TICK = dt.timedelta(microseconds=1)


def test_estimates_come_back_as_they_were_given(cast: factories.Cast) -> None:
    one, other, empty = (factories.forecast() for _ in range(3))
    factories.estimate(one, cast.ann, 0.1 + 0.2, at=NOW + TICK, expires_at=NOW + DAY + TICK)
    factories.estimate(one, cast.ann, None, at=NOW + DAY / 2)
    factories.estimate(other, cast.bob, 0.0001, at=NOW - DAY)
    columns = columns_of([one.pk, other.pk, empty.pk])
    mine = columns[one.pk]
    order = np.argsort(mine.made_at)
    assert mine.forecaster[order].tolist() == [cast.ann.pk] * 2
    assert [instant(at) for at in mine.made_at[order].tolist()] == [NOW + TICK, NOW + DAY / 2]
    assert mine.probability[order][0] == 0.1 + 0.2
    assert np.isnan(mine.probability[order][1])
    assert mine.expires_at[order].tolist() == [microseconds(NOW + DAY + TICK), NEVER]
    assert columns[other.pk].probability.tolist() == [0.0001]
    assert columns[empty.pk].size == 0


def test_estimates_from_before_2000_and_1970_are_read_as_well(cast: factories.Cast) -> None:
    early = [dt.datetime(year, 3, 1, 1, 2, 3, 4, tzinfo=dt.UTC) for year in (1901, 1985)]
    made = factories.forecast(opens_at=early[0] - DAY)
    wording = made.wordings.get()
    for at in early:
        Estimate.objects.create(
            forecast=made, forecaster=cast.ann, wording=wording, probability=0.5, made_at=at, via="import"
        )
    assert sorted(columns_of([made.pk])[made.pk].made_at.tolist()) == [microseconds(at) for at in early]


def test_the_points_of_a_crowd_come_by_time_and_nobody_is_not_a_number(cast: factories.Cast) -> None:
    made, empty = factories.forecast(), factories.forecast()
    for at, n, said in ((NOW + DAY, 0, None), (NOW, 1, 0.7)):
        CrowdPoint.objects.create(forecast=made, at=at, n=n, recency_weighted=said, median=said, mean_log_odds=said)
    points = points_of([made.pk, empty.pk])
    assert [instant(at) for at in points[made.pk].at.tolist()] == [NOW, NOW + DAY]
    assert points[made.pk].values[0].tolist() == [0.7] * 3
    assert np.isnan(points[made.pk].values[1]).all()
    assert (points[empty.pk].at.size, points[empty.pk].values.shape) == (0, (0, 3))
