"""What one has just done shows on the next page, before any worker has seen it."""

import pytest

from forecasts.models import CrowdPoint
from tests import factories

from .conftest import Browse, World

pytestmark = pytest.mark.django_db


def test_the_crowd_follows_ones_own_estimate_and_withdrawal_at_once(
    browse: Browse, world: World, cast: factories.Cast
) -> None:
    curator = browse(cast.curator)
    points = CrowdPoint.objects.filter(forecast=world.premise)
    curator.post("/forecasts/premise/estimate/", {"percent": "62"})
    assert list(points.values_list("n", "median")) == [(1, 0.62)]
    curator.post("/forecasts/premise/withdraw/")
    assert list(points.values_list("n", "median")) == [(1, 0.62), (0, None)]
