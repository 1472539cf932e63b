"""Registering a forecast or a pair: typed with live checks, shown as it will stand, then put on record."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from forecasts.forms import point_out, refuse
from forecasts.models import Forecast, Forecaster, Source, Wording
from forecasts.pages.actors import actor
from forecasts.refusals import Conflict, Refused
from forecasts.resembling import like
from forecasts.services import pairing, registering
from forecasts.services.foreseeing import foreseen
from forecasts.services.texts import text_of

from .checking import Review, review, slug_for
from .entering import curating
from .forms import RegisterForm, TextForm
from .picking import PICKS, picks
from .rewording import reword_form

LATEST = 20


@dataclass(frozen=True)
class Asked:
    """A forecast and its words, as its page will show them."""

    forecast: Forecast
    wording: Wording


@require_safe
@curating
def index(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("words", "").strip().replace("\x00", "")[:200]
    latest = (
        Forecast.objects.filter(simulated=False).select_related("claim", "resolution", "created_by").order_by("-id")
    )
    context = {
        "words": words,
        "found": like(words, most=LATEST)
        if words
        else latest.select_related("claim", "resolution", "created_by")[:LATEST],
        "sources": Source.objects.order_by("-id")[:LATEST],
        "at": timezone.now(),
    }
    return render(request, "forecasts/curating/index.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@curating
def register(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    if request.method != "POST":
        return _page(request, RegisterForm(initial=_defaults(request, at)), at)
    if "find" in request.POST:
        return _page(request, RegisterForm(initial=_typed(request)), at)
    form = RegisterForm(request.POST)
    if not form.is_valid() or "change" in request.POST:
        return _page(request, form, at, status=400 if form.errors else 200)
    try:
        return _carry_out(request, form, at)
    except Refused as refused:
        if made := _sent_before(form, refused, by=actor(request)):
            return redirect(made)
        refuse(form, refused)
        return _page(request, form, at, status=refused.status)


def _carry_out(request: HttpRequest, form: RegisterForm, at: dt.datetime) -> HttpResponse:
    """Show it, or put it on record once it was seen and its doubts were waved through."""
    by, looked = actor(request), review(form, at=at)
    waved = not looked.doubtful or "accepted" in request.POST
    if "confirmed" in request.POST and waved:
        made = [each.forecast for each in _put(form, by=by, at=at)]
        slugs = " and ".join(f"“{each.slug}”" for each in made)
        messages.success(
            request, f"On record as {slugs}. What is on record cannot be deleted; words change by a new wording."
        )
        return redirect(made[0])
    shown = foreseen(lambda: _put(form, by=by, at=at))
    context = {
        "form": form,
        "review": looked,
        "shown": shown,
        "collections": form.collections_chosen(),
        "unaccepted": "confirmed" in request.POST,
        "at": at,
    }
    return render(request, "forecasts/curating/preview.html", context, status=400 if context["unaccepted"] else 200)


def _put(form: RegisterForm, *, by: Forecaster, at: dt.datetime) -> list[Asked]:
    given, slug = form.cleaned_data, slug_for(form)
    facts = {name: given[name] for name in ("claim", "part", "hedged", "predicts", "tags", "condition", "reveal_at")}
    facts |= {"slug": slug, "text": form.text(), "collections": form.collections_chosen(), "by": by, "at": at}
    if form.paired:
        title = given["title"] or given["question"].replace(pairing.WINDOW, "…")[:300]
        made = list(pairing.register_pair(title=title, windows=form.windows, **facts))
    else:
        made = [registering.register(condition_outcome=given["condition_outcome"], **facts)]
    return [Asked(each, each.wordings.get()) for each in made]


def _sent_before(form: RegisterForm, refused: Refused, *, by: Forecaster) -> Forecast | None:
    """What the same form put on record when it was sent the first time."""
    slug = f"{form.cleaned_data['slug']}-yes" if form.paired else form.cleaned_data["slug"]
    if not isinstance(refused, Conflict) or refused.field != "slug":
        return None
    text = pairing.in_window(form.text(), form.windows["yes"]) if form.paired else form.text()
    first = Wording.objects.select_related("forecast").filter(forecast__slug=slug, author=by, version=1).first()
    return first.forecast if first and text_of(first) == text else None


@require_POST
@curating
def check(request: HttpRequest) -> HttpResponse:
    """What stands beside the form, for what is typed so far."""
    at = timezone.now()
    of = request.POST.get("of", "").replace("\x00", "")
    current = Wording.objects.select_related("forecast").filter(forecast__slug=of)
    wording = current.order_by("-version").first()
    forecast = wording.forecast if wording else None
    form: TextForm = reword_form(wording, request.POST) if wording else RegisterForm(request.POST)
    context = {"review": review(form, at=at, forecast=forecast), "at": at, "rewords": forecast is not None}
    return render(request, "forecasts/curating/parts/checks.html", context)


@require_safe
@curating
def find(request: HttpRequest, name: str) -> HttpResponse:
    """What one of the search fields offers, while its words are typed."""
    if name not in PICKS:
        raise Http404
    return render(request, "forecasts/curating/parts/picks.html", {"picks": picks(request.GET, name)})


def _defaults(request: HttpRequest, at: dt.datetime) -> dict[str, Any]:
    """It opens now, unless it is told otherwise; an address may name the claim or the condition."""
    named = {name: request.GET[name] for name in PICKS if name in request.GET}
    return {"opens_at": at.replace(second=0, microsecond=0), "predicts": "yes"} | named


def _typed(request: HttpRequest) -> dict[str, Any]:
    return {**request.POST.dict(), "collections": request.POST.getlist("collections")}


def _point_out(form: RegisterForm) -> None:
    """What is chosen by a search is mended by searching."""
    errors = [name for name in form.fields if name in form.errors]
    if errors and errors[0] in PICKS:
        form.fields[f"{errors[0]}_search"].widget.attrs["autofocus"] = True
    else:
        point_out(form)


def _page(request: HttpRequest, form: RegisterForm, at: dt.datetime, status: int = 200) -> HttpResponse:
    given = form.data if form.is_bound else form.initial
    looked: Review | None = None
    if form.is_bound:
        looked = review(form, at=at)
        _point_out(form)
    context = {
        "form": form,
        "review": looked,
        "claims": picks(given, "claim"),
        "conditions": picks(given, "condition"),
        "at": at,
    }
    return render(request, "forecasts/curating/register.html", context, status=status)
