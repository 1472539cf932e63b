"""The front page: what this is, what is open, what moved, what resolved, what is due."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from forecasts import queries
from forecasts.models import ANSWERED, Forecast, Source
from forecasts.queries import Filters

MOST = 5


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    at, user = timezone.now(), request.user
    listed = queries.listed(Filters(), user=user, at=at)
    open_now = queries.listed(Filters(status="open"), user=user, at=at)
    moving = queries.listed(Filters(status="open", ordering="active"), user=user, at=at)
    context = {
        "at": at,
        "sources": Source.objects.all()[:MOST],
        "n_open": Forecast.objects.filter(simulated=False).with_status("open", at=at).count(),
        "unanswered": (open_now.exclude(estimates__forecaster=user.pk) if user.pk else open_now)[:MOST],
        "moved": [forecast for forecast in moving[:MOST] if getattr(forecast, "moved_at", None)],
        "resolved": listed.filter(resolution__outcome__in=ANSWERED).order_by("-resolution__decided_at")[:MOST],
        "due": queries.due(at=at)[:MOST],
    }
    return render(request, "tracker/home.html", context)
