"""Jobs for the crowd: one waits at a time, and a lost one costs only time."""

import pytest
from django.core.cache import cache
from django.utils import timezone

from forecasts import tasks
from forecasts.models import CrowdPoint, Forecast
from forecasts.signals import estimate_recorded
from tests import factories
from tests.factories import DAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def forecast(cast: factories.Cast) -> Forecast:
    made = factories.forecast()
    cache.delete(tasks.waiting_key(made.pk))
    return made


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The ids for which a job was sent."""
    ids: list[int] = []
    monkeypatch.setattr(tasks.refresh_crowd, "delay", ids.append)
    return ids


def test_many_estimates_ask_for_one_job(sent: list[int], forecast: Forecast) -> None:
    for _ in range(5):
        estimate_recorded.send(sender=None, forecast_id=forecast.pk)
    assert sent == [forecast.pk]


def test_an_estimate_after_the_job_has_begun_asks_for_another(sent: list[int], forecast: Forecast) -> None:
    estimate_recorded.send(sender=None, forecast_id=forecast.pk)
    tasks.refresh_crowd(forecast.pk)
    estimate_recorded.send(sender=None, forecast_id=forecast.pk)
    assert sent == [forecast.pk] * 2


def test_what_a_lost_job_left_behind_is_worked_out_by_the_next_beat(cast: factories.Cast) -> None:
    now = timezone.now()
    open_now = factories.forecast(opens_at=now - DAY, closes_at=now + DAY)
    factories.estimate(open_now, cast.ann, 0.6, at=now - DAY / 2)
    tasks.refresh_crowds()
    assert CrowdPoint.objects.filter(forecast=open_now).exists()
