"""Who would be scored if the answer became known at a certain time, without scoring anybody."""

import datetime as dt
from collections.abc import Mapping

from django.db import connection

from forecasts.models import Forecast
from tracker.models import Owner

from .counting import counting

# Each estimate stands from when it was made, or from the opening, until the next of its forecaster or its expiry. Who
# stood before the close and the answer is scored, and so is who stood just at the spot time.
STANDING = """
WITH wanted AS (
    SELECT f.id, f.opens_at, least(f.closes_at, known.at) AS ends_at,
        least(coalesce(f.spot_at, CASE WHEN f.reveal_at > f.opens_at THEN f.reveal_at END, f.closes_at),
            f.closes_at, known.at) AS spot_at
    FROM unnest(%s::bigint[], %s::timestamptz[]) AS known (id, at) JOIN forecasts_forecast f ON f.id = known.id),
spans AS (
    SELECT wanted.id, wanted.ends_at, wanted.spot_at, e.forecaster_id, e.probability,
        greatest(e.made_at, wanted.opens_at) AS since,
        least(lead(e.made_at) OVER (PARTITION BY e.forecast_id, e.forecaster_id ORDER BY e.made_at),
            e.expires_at, 'infinity') AS until
    FROM wanted JOIN forecasts_estimate e ON e.forecast_id = wanted.id)
SELECT count(*) FROM (
    SELECT DISTINCT id, forecaster_id FROM spans WHERE probability IS NOT NULL AND since < until
        AND (since < ends_at OR since <= spot_at AND spot_at < until)) scored
"""


def n_standing(known_at: Mapping[int, dt.datetime]) -> int:
    """How many scores forecasters would get, over these forecasts, each with its answer known at that time."""
    with connection.cursor() as cursor:
        cursor.execute(STANDING, [list(known_at), list(known_at.values())])
        count: int = cursor.fetchone()[0]
    return count


def n_counting(forecast_ids: list[int]) -> int:
    """How many scores forecasters have on them now, by the resolutions in force."""
    return counting(Forecast.objects.filter(pk__in=forecast_ids)).filter(owner=Owner.FORECASTER).count()
