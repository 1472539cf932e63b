"""All that happened on a forecast as a table, page by page: the whole of what its chart draws."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from forecasts import queries
from forecasts.instants import instant, microseconds

from . import chronicle, reading

PAGE: Final = 100


@require_safe
def show(request: HttpRequest, slug: str) -> HttpResponse:
    """The whole table, a page at a time; an address that names no instant begins with the newest."""
    at, given = timezone.now(), request.GET.get("before", "")
    forecast = reading.found(slug, user=request.user, at=at)
    # Longer numbers lie beyond all years.
    before = instant(int(given)) if given.isdecimal() and len(given) < 18 else None
    found = chronicle.chronicle(forecast, user=request.user, at=at, before=before, most=PAGE)
    return render(
        request,
        "forecasts/history.html",
        {
            "forecast": forecast,
            "at": at,
            "hidden": not forecast.revealed,  # type: ignore[attr-defined]  # annotated
            "entries": found.entries,
            "to_first": reverse("forecast-history", args=[slug]) if before else "",
            "to_next": f"?before={microseconds(found.left_before)}" if found.left_before else "",
            "own_estimates": queries.own_estimates(forecast, user=request.user).exists(),
        },
    )
