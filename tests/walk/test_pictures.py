"""Pictures of charts over HTTP, with web, worker and beat in processes of their own."""

import urllib.request
from pathlib import Path

import pytest
from django.utils import timezone

from forecasts.services import crowds
from tests import factories
from tests.factories import DAY
from tests.service import running, wait_until
from tracker.charts.drawing import PNG

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_visitor_who_asks_for_a_picture_has_it_from_the_worker(tmp_path: Path) -> None:
    at = timezone.now()
    forecast = factories.forecast("asked", opens_at=at - 9 * DAY, closes_at=at + 9 * DAY, reveal_at=at, at=at - 9 * DAY)
    factories.estimate(forecast, factories.forecaster(), 0.8, at - 5 * DAY)
    crowds.refresh(forecast_id=forecast.pk, at=at)
    log = tmp_path / "service.log"
    with running(log) as address:

        def got(kind: str) -> bytes:
            try:
                with urllib.request.urlopen(f"{address}/charts/history.{kind}?forecast=asked", timeout=10) as answer:
                    return bytes(answer.read())
            except urllib.error.HTTPError as error:
                error.close()
                return b"" if (error.code, error.headers["Retry-After"]) == (503, "5") else b"refused"

        png = wait_until(lambda: got("png"), "the worker has drawn it", log=log)
        assert png.startswith(PNG)
        # Whoever draws is at hand now, so the first answer is the picture.
        assert b"at last 80%" in got("svg")
