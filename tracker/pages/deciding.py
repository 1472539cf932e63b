"""The resolvers' queue, and deciding one forecast: said once, shown with what it would do, then put on record."""

import datetime as dt
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from forecasts import queries
from forecasts.forms import point_out, refuse
from forecasts.models import ANSWERED, Forecast, Forecaster, Outcome, Resolution
from forecasts.refusals import Refused
from forecasts.services import resolving
from tracker.forms import DecisionForm
from tracker.queries.scores import scoring_state

MOST = 200


@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    decided = Resolution.objects.filter(current_for__isnull=False, decided_by__isnull=False)
    context = {
        "at": at,
        "due": queries.due(at=at)[:MOST],
        "recent": decided.select_related("forecast__claim", "decided_by").order_by("-decided_at", "-id")[:10],
        "scoring": scoring_state(),
    }
    return render(request, "tracker/queue.html", context)


@dataclass(frozen=True)
class Effects:
    """What a decision would do to the forecasts that hang on it."""

    voided: list[Forecast]
    revived: list[Forecast]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, slug: str) -> HttpResponse:
    by = request.user
    if not isinstance(by, Forecaster) or not by.may_resolve:
        raise PermissionDenied
    at = timezone.now()
    forecast = _found(slug)
    if request.method != "POST":
        return _page(request, forecast, _blank(forecast), at)
    form = DecisionForm(request.POST, decided=bool(forecast.outcome))
    if not form.is_valid():
        return _page(request, forecast, form, at, status=400)
    if "change" in request.POST:
        return _page(request, forecast, form, at)
    try:
        effects = preview(forecast, form, by=by, at=at)
        if "confirmed" not in request.POST:
            context = {"forecast": forecast, "form": form, "effects": effects, "doubts": doubts(forecast, form)}
            return render(request, "tracker/confirm.html", context)
        made = _decide(forecast, form, by=by, at=at)
    except Refused as refused:
        refuse(form, refused, revision="")
        return _page(request, _found(slug), form, at, status=refused.status)
    messages.success(request, f"On record: {made.get_outcome_display().lower()}, revision {made.revision}.")
    return redirect("forecast", slug)


def preview(forecast: Forecast, form: DecisionForm, *, by: Forecaster, at: dt.datetime) -> Effects:
    """What is shown is what will happen, and a refusal comes before the confirming."""
    _, *effects = resolving.foreseen(lambda: _decide(forecast, form, by=by, at=at))
    return Effects(
        voided=[row.forecast for row in effects if row.outcome == Outcome.ANNULLED],
        revived=[row.forecast for row in effects if row.outcome != Outcome.ANNULLED],
    )


def doubts(forecast: Forecast, form: DecisionForm) -> list[str]:
    """What is unlikely about the time from which the answer is said to be known."""
    outcome, known_at = form.cleaned_data["outcome"], form.cleaned_data["known_at"]
    found = []
    if outcome in ANSWERED and known_at <= forecast.opens_at:
        found.append("That is before it opened, so no estimate counts and nobody is scored.")
    if outcome == Outcome.NO and known_at < forecast.closes_at:
        found.append("A no is usually known only at the close. Check the rule for when the answer counts as known.")
    return found


def _decide(forecast: Forecast, form: DecisionForm, *, by: Forecaster, at: dt.datetime) -> Resolution:
    given = form.cleaned_data
    # 0 stands for "nothing decided yet": the service checks it like any other revision that was seen.
    revision = given["revision"]
    if given["outcome"] == Outcome.REOPENED:
        return resolving.reopen(forecast=forecast, by=by, at=at, reason=given["reason"], revision=revision)
    return resolving.resolve(
        forecast=forecast,
        outcome=given["outcome"],
        by=by,
        at=at,
        known_at=given["known_at"],
        reason=given["reason"],
        links=form.links_given,
        revision=revision,
    )


def _found(slug: str) -> Forecast:
    found = Forecast.objects.select_related("claim__source", "resolution", "condition__resolution")
    return get_object_or_404(found, slug=slug)


def _blank(forecast: Forecast) -> DecisionForm:
    seen = forecast.resolution.revision if forecast.resolution else 0
    return DecisionForm(decided=bool(forecast.outcome), initial={"revision": seen})


def _page(
    request: HttpRequest, forecast: Forecast, form: DecisionForm, at: dt.datetime, status: int = 200
) -> HttpResponse:
    wording = forecast.wordings.get(version=forecast.version)
    if form.errors:
        point_out(form)
    context = {
        "forecast": forecast,
        "form": form,
        "wording": wording,
        "revisions": queries.revisions(forecast).reverse(),
        "at": at,
    }
    return render(request, "tracker/decide.html", context, status=status)
