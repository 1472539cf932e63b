"""What lists can be narrowed to. Bounded, and never looked for among all forecasts."""

from dataclasses import dataclass
from typing import Final

from django.db import connection

from forecasts.models import Collection, Forecast, Source, TagInUse

UNCONDITIONAL: Final = "none"
MOST: Final = 200


@dataclass(frozen=True)
class Menus:
    """Values and labels, in their order."""

    sources: list[tuple[str, str]]
    collections: list[tuple[str, str]]
    tags: list[tuple[str, str]]
    conditions: list[tuple[str, str]]


def menus() -> Menus:
    """In four queries."""
    tags = TagInUse.objects.order_by("name").values_list("name", flat=True).distinct()[:MOST]
    return Menus(
        sources=list(Source.objects.values_list("slug", "title")[:MOST]),
        collections=list(Collection.objects.values_list("slug", "title")[:MOST]),
        tags=[(tag, tag) for tag in tags],
        conditions=[(found.slug, f"{found.label} {found.question}".strip()) for found in _conditions()],
    )


def _conditions(most: int = 50) -> list[Forecast]:
    """The first forecasts that others hang on. From one to the next through the index, however many hang on each."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE found (id, n) AS (
                (SELECT condition_id, 1 FROM forecasts_forecast WHERE condition_id IS NOT NULL AND NOT simulated
                 ORDER BY condition_id LIMIT 1)
                UNION ALL
                SELECT following.id, found.n + 1 FROM found, LATERAL (
                    SELECT condition_id AS id FROM forecasts_forecast
                    WHERE condition_id > found.id AND NOT simulated ORDER BY condition_id LIMIT 1) following
                WHERE found.n < %s)
            SELECT id FROM found""",
            [most],
        )
        ids = [row[0] for row in cursor.fetchall()]
    return list(Forecast.objects.filter(pk__in=ids).select_related("claim").order_by("id"))
