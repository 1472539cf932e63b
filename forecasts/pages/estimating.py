"""Putting a probability on record from a page, and withdrawing it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from forecasts import queries
from forecasts.forms import EstimateForm, refuse
from forecasts.models import Estimate, Forecast
from forecasts.refusals import Refused
from forecasts.services import crowds, estimating
from forecasts.templatetags.words import exactly

from .actors import acting, actor
from .reading import found, page


@acting
def submit(request: HttpRequest, slug: str) -> HttpResponse:
    at = timezone.now()
    forecast = found(slug, user=request.user, at=at)
    form = EstimateForm(request.POST, evidence=forecast.evidence.only("title"))
    if not form.is_valid():
        return page(request, forecast, at=at, estimate_form=form, status=400)
    try:
        made = estimating.submit(
            forecast=forecast,
            forecaster=actor(request),
            probability=form.cleaned_data["percent"],
            at=at,
            via=Estimate.Via.PAGE,
            rationale=form.cleaned_data["rationale"],
            evidence=form.cleaned_data["evidence"],
            idempotency_key=form.key(queries.own_estimates(forecast, user=request.user).last()),
        )
    except Refused as refused:
        refuse(form, refused, probability="percent")
        return page(request, forecast, at=at, estimate_form=form, status=refused.status)
    _show_at_once(forecast)
    messages.success(request, f"{exactly(made.probability)} is on record. You can change your mind until it closes.")
    return redirect("forecast", slug)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, slug: str) -> HttpResponse:
    """Asks first; the answer is a POST."""
    at = timezone.now()
    forecast = found(slug, user=request.user, at=at)
    refusal, status = "", 200
    if request.method == "POST":
        try:
            estimating.withdraw(forecast=forecast, forecaster=actor(request), at=at, via=Estimate.Via.PAGE)
        except Refused as refused:
            refusal, status = refused.message, refused.status
        else:
            _show_at_once(forecast)
            messages.success(request, "Withdrawn. You no longer stand here; what you said before stays on record.")
            return redirect("forecast", slug)
    context = {"forecast": forecast, "at": at, "refusal": refusal}
    return render(request, "forecasts/withdraw.html", context, status=status)


def _show_at_once(forecast: Forecast) -> None:
    """The next page shows what one has just done; the job that was sent for it finds it done."""
    crowds.refresh(forecast_id=forecast.pk, at=timezone.now())
