"""Putting a probability on record from a page, and withdrawing it."""

import datetime as dt
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods

from forecasts import queries
from forecasts.forms import EstimateForm, refuse
from forecasts.models import Estimate, Evidence, Forecast, Forecaster
from forecasts.refusals import Refused
from forecasts.services import citing, crowds, estimating
from forecasts.templatetags.words import exactly, odds

from .actors import acting, actor
from .reading import found, page


@acting
def submit(request: HttpRequest, slug: str) -> HttpResponse:
    at = timezone.now()
    forecast = found(slug, user=request.user, at=at)
    form = EstimateForm(request.POST, evidence=forecast.evidence.only("title"))
    if not form.is_valid():
        return page(request, forecast, at=at, estimate_form=form, status=400)
    latest = queries.own_estimates(forecast, user=request.user).last()
    try:
        made = _put_on_record(forecast, actor(request), at, form, latest)
    except Refused as refused:
        refuse(form, refused, probability="percent", url="link", title="link_title", direction="link_direction")
        return page(request, forecast, at=at, estimate_form=form, status=refused.status)
    _show_at_once(forecast)
    messages.success(request, _receipt(forecast, made, typed=form["percent"].value()))
    return redirect("forecast", slug)


def _put_on_record(
    forecast: Forecast, by: Forecaster, at: dt.datetime, form: EstimateForm, latest: Estimate | None
) -> Estimate:
    given = form.cleaned_data
    estimate = {
        "probability": given["percent"],
        "rationale": given["rationale"],
        "evidence": given["evidence"],
        "expires_at": given["expires_at"],
        "idempotency_key": form.key(latest),
        "via": Estimate.Via.PAGE,
    }
    if not given["link"]:
        return estimating.submit(forecast=forecast, forecaster=by, at=at, **estimate)
    link = citing.Link(given["link"], given["link_title"], given["link_direction"] or Evidence.Direction.NEUTRAL)
    return citing.submit(forecast=forecast, forecaster=by, at=at, link=link, **estimate)


def _receipt(forecast: Forecast, made: Estimate, *, typed: str) -> SafeString:
    """What is on record, how it was read, and the way back."""
    said = exactly(made.probability)
    plain = typed.strip().removesuffix("%").strip().replace(",", ".") == said.removesuffix("%")
    read = "" if plain else format_html("“{}” was read as {}, odds {}. ", typed.strip(), said, odds(made.probability))
    before: float | None = getattr(forecast, "own", None)
    back = SafeString("")
    if before is not None and before != made.probability:
        address = f"{forecast.get_absolute_url()}?{urlencode({'percent': exactly(before)})}#estimate"
        back = format_html(' or <a href="{}">go back to {}</a>', address, exactly(before))
    return format_html(
        '{}{} is on record. Undo: <a href="{}">withdraw</a>{}. You can change your mind until it closes.',
        read,
        said,
        reverse("forecast-withdraw", args=[forecast.slug]),
        back,
    )


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
