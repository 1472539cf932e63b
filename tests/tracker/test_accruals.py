"""Where a score came from: the parts on record come to the score that is stored."""

from pathlib import Path

import pytest
from django.core.management import call_command

from forecasts.models import Forecast
from tests import factories
from tests.factories import DAY, NOW
from tracker.models import Owner, Score
from tracker.queries.accruals import SHOWN, accrual

pytestmark = pytest.mark.django_db
REFERENCE = Path(__file__).parents[1] / "scoring" / "reference" / "scores"
MEASURES = ("baseline", "peer", "brier", "log_score")


def test_the_parts_come_to_the_stored_score_on_every_worked_case() -> None:
    call_command("import_archive", REFERENCE, score=True)
    scored = Score.objects.filter(owner=Owner.FORECASTER, coverage__gt=0).select_related("forecaster")
    forecasts = Forecast.objects.select_related("resolution").in_bulk()
    assert len(scored) > 80
    for score in scored:
        found = accrual(forecasts[score.forecast_id], score.forecaster)
        assert found.total.share == pytest.approx(score.coverage, abs=1e-9)
        for measure in MEASURES:
            stored = getattr(score, measure)
            assert getattr(found.total, measure) == pytest.approx(stored, abs=1e-9), measure
            assert sum(getattr(part, measure) for part in found.parts) == pytest.approx(stored, abs=1e-9), measure


def test_of_thousands_of_estimates_the_middle_is_one_row_and_the_sum_stays_exact(cast: factories.Cast) -> None:
    forecast = factories.forecast(closes_at=NOW)
    number = 3 * SHOWN
    for day in range(number):
        factories.estimate(forecast, cast.ann, 0.3 + day / 200, NOW - (number - day) * DAY)
    factories.resolution(forecast, "yes", NOW)
    factories.score(NOW)
    forecast.refresh_from_db()
    found = accrual(forecast, cast.ann)
    middle = [part for part in found.parts if part.n > 1]
    assert (len(found.parts), [part.n for part in middle], middle[0].probability) == (2 * SHOWN + 1, [SHOWN], None)
    assert sum(part.baseline for part in found.parts) == pytest.approx(Score.objects.get(forecaster=cast.ann).baseline)
    assert found.moments[-1].at == NOW


def test_without_an_answer_or_without_standing_there_is_nothing_to_take_apart(cast: factories.Cast) -> None:
    forecast = factories.forecast()
    factories.estimate(forecast, cast.ann, 0.6, NOW)
    assert accrual(forecast, cast.ann) is None
    factories.resolution(forecast, "yes", NOW + DAY, known_at=NOW - DAY)
    forecast.refresh_from_db()
    assert accrual(forecast, cast.ann) is None
    assert accrual(forecast, cast.bob) is None
