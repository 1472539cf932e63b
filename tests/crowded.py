"""A crowd with a very long history, put straight into the table: working it out is not what those tests try."""

import datetime as dt

from django.db import connection

from forecasts.models import Forecast
from forecasts.services import crowds


def crowd(forecast: Forecast, number: int, *, since: dt.datetime, until: dt.datetime) -> None:
    """So many points that wander between .2 and .8, but for one that falls to .01 and one that rises to .99."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO forecasts_crowdpoint (forecast_id, at, n, recency_weighted, median, mean_log_odds)
            SELECT %(forecast)s, %(since)s + (%(until)s - %(since)s) * i / (%(number)s - 1), 2 + i %% 9, p, p, p
            FROM (
                SELECT i, CASE i WHEN %(number)s / 3 THEN .01 WHEN %(number)s / 2 THEN .99
                    ELSE .5 + .3 * sin(i / 700.0) * cos(i * 1.7) END AS p
                FROM generate_series(0, %(number)s - 1) AS i
            ) said
            """,
            {"forecast": forecast.pk, "number": number, "since": since, "until": until},
        )
    crowds.refresh(forecast_id=forecast.pk, at=until)
    crowds.summarise(forecast_id=forecast.pk)
