"""Atom feeds and calendars: the page that lists them, and each of them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from forecasts import calendars, feeds, links, queries
from forecasts.models import Forecaster, Source
from forecasts.refusals import Refused
from forecasts.services import mailboxes

from .actors import actor

ATOM, ICALENDAR = "application/atom+xml; charset=utf-8", "text/calendar; charset=utf-8"
MOST_SOURCES = 100


@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Where to subscribe; with one's private addresses for whoever is signed in."""
    context: dict[str, object] = {
        "sources": Source.objects.order_by("title")[:MOST_SOURCES],
        "site": links.absolute(""),
        "latest": queries.LATEST,
        "section": "accounts",
    }
    if request.user.is_authenticated:
        context["token"] = links.feed_token(actor(request))
    return render(request, "forecasts/feeds.html", context)


@login_required
@require_POST
def renew(request: HttpRequest) -> HttpResponse:
    try:
        mailboxes.renew_link(account=actor(request), by=actor(request))
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, "The old private addresses stopped working. Subscribe to the new ones.")
    return redirect("feeds")


@require_safe
def opened(request: HttpRequest) -> HttpResponse:
    entries = feeds.opened(at=timezone.now())
    return _public(feeds.atom("Newly opened forecasts", request.path, reverse("forecasts"), entries), ATOM)


@require_safe
def resolved(request: HttpRequest) -> HttpResponse:
    entries = feeds.resolved(at=timezone.now())
    return _public(feeds.atom("Resolved forecasts", request.path, reverse("forecasts"), entries), ATOM)


@require_safe
def source(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Source, slug=slug)
    entries = feeds.of_source(found, at=timezone.now())
    return _public(
        feeds.atom(feeds.UNSPEAKABLE.sub("", found.title), request.path, found.get_absolute_url(), entries), ATOM
    )


@require_safe
def own(request: HttpRequest, token: str) -> HttpResponse:
    owner = _owner(token)
    entries = feeds.of_forecaster(owner, at=timezone.now())
    page = f"/forecasters/{owner.username}/"
    return _private(feeds.atom(f"Your forecasts, {owner.username}", request.path, page, entries), ATOM)


@require_safe
def open_calendar(_: HttpRequest) -> HttpResponse:
    found = feeds.open_dates(at=timezone.now())
    return _public(calendars.calendar("Open forecasts", calendars.closings(found)), ICALENDAR)


@require_safe
def source_calendar(_: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Source, slug=slug)
    dates = feeds.open_dates(at=timezone.now(), source=found)
    return _public(calendars.calendar(found.title, calendars.closings(dates)), ICALENDAR)


@require_safe
def own_calendar(_: HttpRequest, token: str) -> HttpResponse:
    at, owner = timezone.now(), _owner(token)
    events = [
        *calendars.closings(feeds.stood_on(owner, at=at)),
        *calendars.duties(feeds.to_resolve(owner, at=at)),
    ]
    return _private(calendars.calendar(f"Your forecasts, {owner.username}", events), ICALENDAR)


def _owner(token: str) -> Forecaster:
    owner = links.owner_of_feed(token)
    if owner is None:
        raise Http404
    return owner


def _public(content: str | bytes, content_type: str) -> HttpResponse:
    return HttpResponse(content, content_type=content_type, headers={"Cache-Control": "public, max-age=600"})


def _private(content: str | bytes, content_type: str) -> HttpResponse:
    """For the holder of the address alone: no cache on the way keeps it, and no search engine."""
    headers = {"Cache-Control": "private, max-age=600", "X-Robots-Tag": "noindex"}
    return HttpResponse(content, content_type=content_type, headers=headers)
