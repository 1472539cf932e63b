"""Whom one may mean: names of forecasters while they are typed."""

from django.db.models import Exists, OuterRef, Q

from forecasts.models import Forecaster
from tracker.models import Score

MOST = 12


def scored_names(typed: str) -> list[str]:
    """Names that begin so, up to MOST, of those who have a score: who has none is on no board and compares with nobody.

    By the index on names, which knows letters as they are written; so also all small, and with a capital.
    """
    typed = typed.strip()
    if not typed or "\x00" in typed:
        return []
    begins = Q(username__startswith=typed) | Q(username__startswith=typed.lower())
    begins |= Q(username__startswith=typed.capitalize())
    scored = Score.objects.filter(forecaster=OuterRef("pk"))
    found = Forecaster.objects.filter(begins, Exists(scored)).order_by("username")
    return list(found.values_list("username", flat=True)[:MOST])
