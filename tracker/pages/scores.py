"""The scores of one forecast: a page of its own, and the part of it that the forecast's page takes in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from forecasts.models import Forecast
from tracker.models import Owner
from tracker.queries import scores
from tracker.queries.measures import REFERENCES


@require_safe
def show(request: HttpRequest, slug: str) -> HttpResponse:
    forecast = get_object_or_404(Forecast.objects.select_related("claim__source", "resolution"), slug=slug)
    at = timezone.now()
    read = scores.of_forecast(forecast)
    references = [(REFERENCES.get((Owner(row.owner), row.method), row.method), row) for row in read.references]
    context = {
        "forecast": forecast,
        "scores": read,
        "references": references,
        "at": at,
        "settled": forecast.settles_at <= at,
    }
    return render(request, "tracker/scores.html", context)
