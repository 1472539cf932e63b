"""Tags and collections of a forecast: what lists it is in, and what boards it counts on."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from forecasts.forms import point_out, refuse
from forecasts.models import Forecast
from forecasts.pages.actors import actor
from forecasts.refusals import Refused
from forecasts.services import amending

from .entering import curating
from .forms import AmendForm


@require_http_methods(["GET", "HEAD", "POST"])
@curating
def amend(request: HttpRequest, slug: str) -> HttpResponse:
    forecast = get_object_or_404(Forecast.objects.select_related("claim__source", "resolution"), slug=slug)
    own = list(forecast.collections.values_list("slug", flat=True))
    form = AmendForm(
        request.POST if request.method == "POST" else None,
        forecast=forecast,
        initial={"tags": forecast.tags, "collections": own},
    )
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                given = form.cleaned_data["tags"]
                amending.amend(forecast=forecast, tags=given, collections=form.collections_chosen(), by=actor(request))
            except Refused as refused:
                refuse(form, refused)
                status = refused.status
            else:
                messages.success(request, "Its tags and collections are as you said.")
                return redirect(forecast)
        point_out(form)
    context = {"forecast": forecast, "form": form}
    return render(request, "forecasts/curating/amend.html", context, status=status)
