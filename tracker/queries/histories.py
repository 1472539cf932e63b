"""What one subject said on many forecasts, as parallel arrays, in one query."""

from collections.abc import Mapping, Sequence

import numpy as np
from django.db import connection

from forecasts.columns import Columns
from forecasts.crowd import METHODS, NEVER


def estimates_on(forecast_ids: Sequence[int], *, forecaster_id: int) -> Columns:
    """A forecaster's estimates. The column `forecaster` holds the forecast's place among those asked for."""
    return _columns(
        """
        SELECT array_agg(asked.place - 1), array_agg((extract(epoch FROM made_at) * 1000000)::bigint),
               array_agg(coalesce(probability, 'NaN')),
               array_agg(coalesce((extract(epoch FROM expires_at) * 1000000)::bigint, %(never)s))
        FROM unnest(%(forecasts)s::bigint[]) WITH ORDINALITY asked (forecast_id, place)
        JOIN forecasts_estimate USING (forecast_id)
        WHERE forecaster_id = %(forecaster)s""",
        {"forecasts": list(forecast_ids), "forecaster": forecaster_id, "never": NEVER},
    )


def crowd_on(forecast_ids: Sequence[int], *, method: str) -> Columns:
    """The stored points of a crowd, as if the crowd were a forecaster; `method` is one of METHODS."""
    if method not in METHODS:
        raise ValueError(f"unknown method {method!r}")
    return _columns(
        f"""
        SELECT array_agg(asked.place - 1), array_agg((extract(epoch FROM at) * 1000000)::bigint),
               array_agg(coalesce({method}, 'NaN')), array_agg(%(never)s::bigint)
        FROM unnest(%(forecasts)s::bigint[]) WITH ORDINALITY asked (forecast_id, place)
        JOIN forecasts_crowdpoint USING (forecast_id)""",  # noqa: S608  # one of three column names
        {"forecasts": list(forecast_ids), "never": NEVER},
    )


def _columns(sql: str, given: Mapping[str, list[int] | int]) -> Columns:
    """PostgreSQL counts the microseconds, so that no datetime is made per row."""
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        place, made_at, probability, expires_at = (column or [] for column in cursor.fetchone() or ())
    return Columns(
        np.array(place, dtype=np.int64),
        np.array(made_at, dtype=np.int64),
        np.array(probability, dtype=np.float64),
        np.array(expires_at, dtype=np.int64),
    )
