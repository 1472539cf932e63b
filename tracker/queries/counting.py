"""Which score rows count: those of the resolution in force, under the rules in force."""

from django.db.models import F, QuerySet

from forecasts.models import Forecast
from tracker.models import Score
from tracker.services.scoring import RULES


def counting(forecasts: QuerySet[Forecast]) -> QuerySet[Score]:
    """The current score rows of those forecasts."""
    return Score.objects.filter(
        forecast__in=forecasts.values("pk"),
        run__rules=RULES,
        run__current=True,
        run__resolution=F("forecast__resolution"),
    )
