"""Finding a forecast by words: one that asks nearly the same already, or the one that somebody has in mind."""

from django.contrib.postgres.search import TrigramDistance, TrigramWordDistance
from django.db import OperationalError, connection, transaction
from django.db.models import Q, QuerySet

from forecasts import queries
from forecasts.models import Claim, Forecast

# How many of its trigrams a question shares with another, 0 to 1, before a curator is shown it.
NEAR = 0.5
MOST = 5
# What is typed is looked up again with every pause; an answer that takes longer than this comes too late anyway.
PATIENCE = "750ms"


def twins(question: str, *, leaving: int = 0) -> list[Forecast]:
    """Real forecasts that ask nearly what `question` asks, the nearest first."""
    found = Forecast.objects.filter(simulated=False).exclude(pk=leaving).select_related("resolution", "claim")
    nearest = found.annotate(distance=TrigramDistance("question", question)).order_by("distance")
    return [forecast for forecast in _in_time(nearest, MOST) if forecast.distance <= 1 - NEAR]  # type: ignore[attr-defined]  # annotated


def like(words: str, *, most: int = 8) -> list[Forecast]:
    """Forecasts that a list searched for those words shows, best first, else those that ask something near them; one
    whose slug was typed comes before.
    """
    slug = words.strip().rstrip("/").rpartition("/")[2]
    forecasts = Forecast.objects.select_related("resolution", "claim", "created_by")
    named = list(forecasts.filter(slug=slug))
    others = forecasts.filter(simulated=False).exclude(slug=slug)
    ids = queries.best(words, most=most)
    found = others.in_bulk(ids)
    best = [found[id_] for id_ in ids if id_ in found]
    return [*named, *(best or _near(words, others, most))][:most]


def _near(words: str, others: QuerySet[Forecast], most: int) -> list[Forecast]:
    nearest = others.annotate(distance=TrigramWordDistance(words, "question")).order_by("distance")
    return [forecast for forecast in _in_time(nearest, most) if forecast.distance < 0.7]  # type: ignore[attr-defined]  # annotated


def claims_like(words: str, *, most: int = 12) -> list[Claim]:
    """Claims by key, such as C1, by the slug of their source, or by words restated."""
    found = Claim.objects.select_related("source").order_by("source__title", "position")
    for word in words.split()[:6]:
        found = found.filter(
            Q(key__iexact=word)
            | Q(source__slug__icontains=word)
            | Q(source__title__icontains=word)
            | Q(restated__icontains=word)
        )
    return list(found[:most])


def _in_time(found: QuerySet[Forecast], most: int) -> list[Forecast]:
    """The first of them, or none where the database cannot say within patience: it is a hint, and holds nobody up."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [PATIENCE])
            rows = list(found[:most])
            cursor.execute("SELECT set_config('statement_timeout', '0', true)")
    except OperationalError:
        return []
    return rows
