"""Answering many open forecasts on one page: one number each, put on record one by one or all at once."""

import secrets
from dataclasses import dataclass, replace

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from forecasts import queries
from forecasts.filtering import FilterForm, without
from forecasts.forms import EstimateForm
from forecasts.models import Estimate, Forecast
from forecasts.services import answering
from forecasts.services.answering import Answer, Answered

from .actors import actor

NARROWED_BY = ("source", "collection", "tag", "condition", "search")


@dataclass(frozen=True)
class Entry:
    """A box on the page: what was typed, what is wrong with it, or what is on record."""

    forecast: Forecast
    typed: str = ""
    fault: str = ""
    estimate: Estimate | None = None

    @property
    def name(self) -> str:
        return field_of(self.forecast.slug)


def field_of(slug: str) -> str:
    return f"percent-{slug}"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request, {})
    typed = {
        name.removeprefix("percent-"): str(value).strip()
        for name, value in request.POST.items()
        if name.startswith("percent-") and str(value).strip()
    }
    entries = _put_on_record(request, typed)
    n_made = sum(entry.estimate is not None for entry in entries)
    if n_made:
        messages.success(request, f"{n_made} estimate{'' if n_made == 1 else 's'} on record.")
    faulty = {entry.forecast.slug: entry for entry in entries if entry.estimate is None}
    if not faulty:
        if not n_made:
            messages.info(request, "Nothing was filled in, so nothing was put on record.")
        return redirect(f"{reverse('answer')}{without(request.GET)}")
    return _page(request, faulty, status=400)


@login_required
@require_POST
def submit(request: HttpRequest, slug: str) -> HttpResponse:
    """One box; the answer is the box again, and how far one has come."""
    typed = request.POST.get(field_of(slug), "").strip()
    entries = _put_on_record(request, {slug: typed}) if typed else [Entry(_found([slug])[slug])]
    context = {"entry": entries[0], "token": request.POST.get("token", ""), "address": without(request.GET)}
    context["progress"] = _progress(request)
    return render(request, "forecasts/parts/answered.html", context)


def _put_on_record(request: HttpRequest, typed: dict[str, str]) -> list[Entry]:
    """What came of each number, in the order given."""
    found = _found(list(typed))
    latest = queries.latest_own(found.values(), user=request.user)
    entries, answers = {}, []
    for slug, text in typed.items():
        form = EstimateForm({"percent": text, "token": _token(request, found[slug])}, evidence=[])
        if form.is_valid():
            key = form.key(latest.get(found[slug].pk))
            answers.append(Answer(found[slug], form.cleaned_data["percent"], key))
        else:
            entries[slug] = Entry(
                found[slug], text, " ".join(map(str, form.errors.get("percent", ["Reload the page."])))
            )
    for made in answering.answer(answers, by=actor(request), at=timezone.now(), via=Estimate.Via.PAGE):
        entries[made.forecast.slug] = _entry(made, typed[made.forecast.slug])
    return [entries[slug] for slug in typed]


def _entry(made: Answered, typed: str) -> Entry:
    return Entry(made.forecast, typed, made.refusal, made.estimate)


def _token(request: HttpRequest, forecast: Forecast) -> str:
    """One page, one token; with the forecast, so that the same number on two of them is two estimates."""
    token = request.POST.get("token", "")[:40]
    return f"{token}:{forecast.pk}" if token else ""


def _found(slugs: list[str]) -> dict[str, Forecast]:
    # PostgreSQL takes no null character, and no slug has one.
    named = Forecast.objects.filter(slug__in=[slug for slug in slugs if "\x00" not in slug])
    found = {each.slug: each for each in named.select_related("resolution", "claim")}
    if missing := [slug for slug in slugs if slug not in found]:
        raise Http404(f"There is no forecast “{missing[0]}”.")
    return found


def _narrowing(request: HttpRequest) -> FilterForm:
    form = FilterForm(request.GET, user=request.user)
    for name in list(form.fields):
        if name not in NARROWED_BY:
            del form.fields[name]
    return form


def _progress(request: HttpRequest) -> queries.Progress:
    return queries.progress(_narrowing(request).filters(), user=request.user, at=timezone.now())


def _page(request: HttpRequest, faulty: dict[str, Entry], *, status: int = 200) -> HttpResponse:
    at = timezone.now()
    form = _narrowing(request)
    asked = form.filters()
    sheet = queries.sheet(asked, user=request.user, at=at)
    context = {
        "form": form,
        "at": at,
        "groups": [
            [replace(faulty.get(each.slug, Entry(each)), forecast=each) for each in group] for group in sheet.groups
        ],
        "more": sheet.more,
        "faulty": list(faulty.values()),
        "progress": queries.progress(asked, user=request.user, at=at),
        "token": secrets.token_urlsafe(16),
        "address": without(request.GET),
    }
    return render(request, "forecasts/answer.html", context, status=status)
