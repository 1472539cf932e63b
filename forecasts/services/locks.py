"""Rows read afresh and held still until the transaction ends."""

from collections.abc import Iterable

from django.db import connection

from forecasts.models import Forecast, Forecaster


def forecast(forecast_id: int) -> Forecast:
    """The forecast as it is now, held against being resolved or worded anew; others may hold it as well."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM forecasts_forecast WHERE id = %s FOR KEY SHARE", [forecast_id])
    return Forecast.objects.select_related("resolution").get(pk=forecast_id)


def forecaster(forecaster_id: int) -> Forecaster:
    """The forecaster as they are now, one writer at a time; rows that refer to them may still be added."""
    return Forecaster.objects.select_for_update(no_key=True).get(pk=forecaster_id)


def link(forecast_id: int, url: str) -> None:
    """One at a time of those who bring an address to a forecast: the next finds what the one before brought.

    While the address is new there is no row to hold, so its name is held.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"evidence {forecast_id} {url}"])


def programs() -> None:
    """One at a time of those who say who is a program and where programs count: each must see what the other did."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('programs', 0))")


def family(*forecast_ids: int) -> list[Forecast]:
    """The forecasts and everything that hangs on them, at any depth, locked parents first, which is also by id.

    A branch can be registered while its condition is waited for; so look again until there is nothing new. What is
    locked takes no further branch.
    """
    held: list[Forecast] = []
    ids = set(forecast_ids)
    while len(held) < len(ids):
        held = list(Forecast.objects.filter(pk__in=ids).order_by("pk").select_for_update(of=("self",)))
        ids = _family_ids(forecast_ids)
    return held


def _family_ids(forecast_ids: Iterable[int]) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE family(id) AS (
                SELECT unnest(%s::bigint[])
                UNION SELECT f.id FROM forecasts_forecast f JOIN family ON f.condition_id = family.id)
            SELECT id FROM family""",
            [list(forecast_ids)],
        )
        return {row[0] for row in cursor.fetchall()}
