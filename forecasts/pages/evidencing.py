"""Adding evidence from a page, and rating it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone

from forecasts.forms import EvidenceForm, RatingForm, refuse
from forecasts.models import Evidence
from forecasts.refusals import Refused
from forecasts.services import evidencing

from .actors import acting, actor
from .reading import found, page


@acting
def add(request: HttpRequest, slug: str) -> HttpResponse:
    at = timezone.now()
    forecast = found(slug, user=request.user, at=at)
    form = EvidenceForm(request.POST)
    if not form.is_valid():
        return page(request, forecast, at=at, evidence_form=form, status=400)
    try:
        evidencing.add(forecast=forecast, by=actor(request), at=at, **form.cleaned_data)
    except Refused as refused:
        refuse(form, refused)
        return page(request, forecast, at=at, evidence_form=form, status=refused.status)
    messages.success(request, "The evidence is on record. Cite it in your next estimate.")
    return redirect(reverse("forecast", args=[slug]) + "#evidence")


@acting
def rate(request: HttpRequest, slug: str, evidence_id: int) -> HttpResponse:
    at = timezone.now()
    evidence = get_object_or_404(Evidence, pk=evidence_id, forecast__slug=slug)
    form = RatingForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(fault) for faults in form.errors.values() for fault in faults))
    else:
        given = form.cleaned_data
        useful, ratio = given["useful"] == "yes", given["likelihood_ratio"]
        try:
            evidencing.rate(evidence=evidence, by=actor(request), at=at, useful=useful, likelihood_ratio=ratio)
        except Refused as refused:
            messages.error(request, refused.message)
    return redirect(reverse("forecast", args=[slug]) + "#evidence")
