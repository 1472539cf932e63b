"""One's own estimates on many forecasts: from when to when each of them stood."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import connection

from forecasts.models import Viewer

# Each forecast's newest through its own index, however long the rest of the record is.
NEWEST = """
SELECT f.id, e.made_at, e.probability, e.expires_at
FROM unnest(%s::bigint[]) f (id), LATERAL (
    SELECT made_at, probability, expires_at FROM forecasts_estimate
    WHERE forecast_id = f.id AND forecaster_id = %s AND made_at <= %s ORDER BY made_at DESC LIMIT %s) e
ORDER BY f.id, e.made_at
"""
Row = tuple[dt.datetime, float | None, dt.datetime | None]


@dataclass(frozen=True, slots=True)
class Stood:
    """An estimate and its time; without an end it stands."""

    probability: float
    began_at: dt.datetime
    ended_at: dt.datetime | None


def own_histories(
    forecasts: Sequence[int], *, user: Viewer, at: dt.datetime, most: int
) -> defaultdict[int, list[Stood]]:
    """The newest `most` of one's estimates on each forecast, by its id, oldest first; in one query."""
    if user.pk is None:
        return defaultdict(list)
    rows: defaultdict[int, list[Row]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(NEWEST, [list(forecasts), user.pk, at, most])
        for forecast_id, *row in cursor.fetchall():
            rows[forecast_id].append((row[0], row[1], row[2]))
    return defaultdict(list, {forecast_id: list(_stood(found, at)) for forecast_id, found in rows.items()})


def _stood(rows: list[Row], at: dt.datetime) -> Iterator[Stood]:
    replaced_at = [*(made_at for made_at, _, _ in rows[1:]), None]
    for (made_at, probability, expires_at), replaced in zip(rows, replaced_at, strict=True):
        if probability is not None:
            expired = expires_at if expires_at and expires_at <= at else None
            yield Stood(probability, made_at, min((end for end in (expired, replaced) if end), default=None))
