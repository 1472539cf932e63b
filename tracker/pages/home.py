"""The front page: for a visitor what this is; for a forecaster what is worth a look, what moved, what came of it."""

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.views.decorators.http import require_safe

from forecasts import queries
from forecasts.models import Collection, Forecast, Forecaster, Viewer
from forecasts.queries import Filters
from tracker.queries import overviews

MOST = 5


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    at, user = timezone.now(), request.user
    context: dict[str, object] = {"at": at, "strip": overviews.strip(user=user, at=at)}
    # Asked only where nothing has resolved: it shows what there is to come.
    context["rehearsal"] = SimpleLazyObject(Collection.objects.filter(simulated=True).order_by("id").first)
    if isinstance(user, Forecaster):
        context |= _for_forecaster(user, at)
        return render(request, "tracker/home.html", context | _nothing(context, "worth"))
    context |= _for_visitor(user, at)
    return render(request, "tracker/welcome.html", context | _nothing(context, "open"))


def _nothing(context: dict[str, object], first: str) -> dict[str, bool]:
    """Whether there is no forecast at all; asked only where the page's beginning is empty too."""
    return {"nothing": not context[first] and not context["strip"] and not Forecast.objects.exists()}


def _for_visitor(user: Viewer, at: dt.datetime) -> dict[str, object]:
    moving = queries.first(Filters(status="open", ordering="active"), user=user, at=at, most=MOST)
    resolved = overviews.resolved_lately(user=user, at=at, most=MOST)
    return {
        "open": queries.first(Filters(status="open"), user=user, at=at, most=MOST),
        "moved": [forecast for forecast in moving if getattr(forecast, "moved_at", None)],
        "results": overviews.results(resolved, user=user),
        "due": queries.first_due(queries.due(at=at).filter(simulated=False), most=MOST),
    }


def _for_forecaster(user: Forecaster, at: dt.datetime) -> dict[str, object]:
    own = overviews.own_resolved(user, at=at, most=MOST)
    resolved = own or overviews.resolved_lately(user=user, at=at, most=MOST)
    return {
        "worth": overviews.worth_an_estimate(user, at=at),
        "moves": overviews.moves(user, at=at, most=MOST),
        "results": overviews.results(resolved, user=user),
        "of_own": bool(own),
        "due": queries.first_due(queries.due(at=at), most=MOST) if user.may_resolve else (),
    }
