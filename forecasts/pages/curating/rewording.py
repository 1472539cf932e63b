"""A new wording of a forecast: typed, shown beside the old one with what hangs on it, then put on record."""

import datetime as dt
from dataclasses import asdict, dataclass, replace

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from forecasts import queries
from forecasts.forms import point_out, refuse
from forecasts.models import Estimate, Forecast, Forecaster, Wording
from forecasts.pages.actors import actor
from forecasts.refusals import Refused
from forecasts.services import registering
from forecasts.services.foreseeing import foreseen
from forecasts.services.texts import TIMES, Text, text_of

from .checking import review
from .differing import Change, changes
from .entering import curating
from .forms import RewordForm

# More estimates than this are said to be that many.
COUNTED = 10_000


@dataclass(frozen=True)
class Effects:
    """What a new wording would change, and for whom. n_estimates is None where the crowd is hidden from the curator."""

    changes: list[Change]
    n_estimates: int | None
    twin: Forecast | None

    @property
    def many(self) -> bool:
        return (self.n_estimates or 0) > COUNTED

    @property
    def of_words(self) -> bool:
        return any(change.name not in TIMES for change in self.changes)

    @property
    def of_times(self) -> bool:
        return any(change.name in TIMES for change in self.changes)


@require_http_methods(["GET", "HEAD", "POST"])
@curating
def reword(request: HttpRequest, slug: str) -> HttpResponse:
    at = timezone.now()
    forecast = get_object_or_404(Forecast.objects.select_related("claim__source", "resolution", "condition"), slug=slug)
    current = forecast.wordings.get(version=forecast.version)
    form = reword_form(current, request.POST if request.method == "POST" else None)
    if not form.is_bound:
        return _page(request, forecast, form, at)
    if not form.is_valid() or "change" in request.POST:
        return _page(request, forecast, form, at, status=400 if form.errors else 200)
    try:
        return _carry_out(request, forecast, current, form, at)
    except Refused as refused:
        refuse(form, refused, version="")
        return _page(request, forecast, form, at, status=refused.status)


def reword_form(current: Wording, given: QueryDict | None = None) -> RewordForm:
    """What is in force, as the form begins, and what is typed over it."""
    return RewordForm(given, initial=asdict(text_of(current)) | {"version": current.version})


def _carry_out(
    request: HttpRequest, forecast: Forecast, current: Wording, form: RewordForm, at: dt.datetime
) -> HttpResponse:
    by, looked = actor(request), review(form, at=at, forecast=forecast)
    waved = not looked.doubtful or "accepted" in request.POST
    if "confirmed" in request.POST and waved:
        made = _put(forecast, current, form, by=by, at=at)
        return _go_on(request, forecast, text_of(current), made)
    shown = foreseen(lambda: _put(forecast, current, form, by=by, at=at))
    if shown.version == current.version:
        form.add_error(None, "Nothing differs from the wording in force. Change something, or leave it as it is.")
        return _page(request, forecast, form, at, status=400)
    unaccepted = "confirmed" in request.POST
    context = {
        "forecast": forecast,
        "form": form,
        "review": looked,
        "effects": _effects(forecast, current, text_of(shown), by=by, at=at),
        "unaccepted": unaccepted,
        "at": at,
    }
    return render(request, "forecasts/curating/reword_preview.html", context, status=400 if unaccepted else 200)


def _put(forecast: Forecast, current: Wording, form: RewordForm, *, by: Forecaster, at: dt.datetime) -> Wording:
    given = form.cleaned_data
    left = {name: getattr(current, name) for name in TIMES if name not in form.changed_data}
    text = replace(form.text(), **left)
    return registering.reword(
        forecast=forecast, text=text, by=by, at=at, reason=given["reason"], version=given["version"]
    )


def _effects(forecast: Forecast, current: Wording, text: Text, *, by: Forecaster, at: dt.datetime) -> Effects:
    under = Estimate.objects.filter(forecast=forecast, wording=current)[: COUNTED + 1]
    hidden = queries.crowd_is_hidden(forecast, user=by, at=at)
    return Effects(changes(text_of(current), text), None if hidden else under.count(), _twin(forecast))


def _twin(forecast: Forecast) -> Forecast | None:
    if forecast.pair_id is None:
        return None
    return Forecast.objects.filter(pair=forecast.pair_id).exclude(pk=forecast.pk).first()


def _go_on(request: HttpRequest, forecast: Forecast, before: Text, made: Wording) -> HttpResponse:
    """To the twin, which is to ask the same, else back to the forecast."""
    twin = _twin(forecast)
    messages.success(request, f"Wording {made.version} of “{forecast.slug}” is on record.")
    if twin is None or not any(change.name not in TIMES for change in changes(before, text_of(made))):
        return redirect(forecast)
    messages.warning(request, "This is its twin. Word it alike, so that both ask the same with the same thresholds.")
    return redirect("curate-reword", twin.slug)


def _page(
    request: HttpRequest, forecast: Forecast, form: RewordForm, at: dt.datetime, status: int = 200
) -> HttpResponse:
    looked = None
    if form.is_bound:
        looked = review(form, at=at, forecast=forecast)
        point_out(form)
    context = {
        "forecast": forecast,
        "form": form,
        "review": looked,
        "wordings": forecast.wordings.select_related("author").order_by("-version"),
        "latest": queries.revisions(forecast).last(),
        "rewords": True,
        "at": at,
    }
    return render(request, "forecasts/curating/reword.html", context, status=status)
