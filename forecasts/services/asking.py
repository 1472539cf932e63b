"""What estimates are checked against: forecasts as they are while they are held, and somebody's latest on each."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

from forecasts.models import ENDED, Forecaster

# Read after the forecasts are held, so that nothing of this is about to change.
ASKED = """
SELECT f.slug, f.id, f.version, w.id, f.simulated, f.opens_at, f.closes_at, r.outcome,
    latest.made_at, latest.probability, latest.expires_at
FROM forecasts_forecast f
JOIN forecasts_wording w ON w.forecast_id = f.id AND w.version = f.version
LEFT JOIN forecasts_resolution r ON r.id = f.resolution_id
LEFT JOIN LATERAL (
    SELECT made_at, probability, expires_at FROM forecasts_estimate
    WHERE forecast_id = f.id AND forecaster_id = %s ORDER BY made_at DESC LIMIT 1) latest ON true
WHERE f.id = ANY (%s)
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """A forecast as it is now, and the forecaster's latest estimate on it."""

    slug: str
    pk: int
    version: int
    wording_id: int
    simulated: bool
    opens_at: dt.datetime
    closes_at: dt.datetime
    outcome: str | None
    latest_at: dt.datetime | None
    latest: float | None
    latest_expires_at: dt.datetime | None

    def open_at(self, at: dt.datetime) -> bool:
        return self.outcome not in ENDED and self.opens_at <= at < self.closes_at

    def stands(self, at: dt.datetime) -> bool:
        lasting = self.latest_expires_at is None or self.latest_expires_at > at
        return self.latest is not None and lasting


def held(slugs: Iterable[str], *, by: Forecaster) -> dict[str, Asked]:
    """The forecasts by slug, held against being resolved or worded anew, always in the same order; some may lack.

    Two plain statements: estimates are what is written most.
    """
    # PostgreSQL takes no null character, and no slug has one.
    known = [slug for slug in slugs if "\x00" not in slug]
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM forecasts_forecast WHERE slug = ANY (%s) ORDER BY id FOR KEY SHARE", [known])
        ids = [row[0] for row in cursor.fetchall()]
        cursor.execute(ASKED, [by.pk, ids])
        return {row[0]: Asked(*row) for row in cursor.fetchall()}
