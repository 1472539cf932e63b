"""The list of forecasts: filters, search, order, more of it, and all of it as a file."""

import datetime as dt
from dataclasses import dataclass
from operator import attrgetter

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from forecasts import queries, spreadsheets
from forecasts.filtering import FilterForm, without
from forecasts.links import absolute
from forecasts.models import Viewer
from forecasts.spreadsheets import Table, columns

MORE = "more"
SIZE = 25


@dataclass(frozen=True)
class Place:
    """Where in the list the rows of a page stand, counted from 1."""

    first: int
    last: int


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The whole page; to htmx's Next only the rows that follow, with what leads to those after them."""
    at = timezone.now()
    given = request.GET
    if any(not str(value).strip() for value in given.values()):
        # A form sends its empty fields too: nobody should share an address of those.
        kept = f"&page={given['page']}" if given.get("page", "").strip() else ""
        return redirect(reverse("forecasts") + without(given) + kept)
    form = FilterForm(given, user=request.user)
    asked = form.filters()
    number = given.get("page", "")
    wanted = int(number) if number.isdecimal() and len(number) < 6 else 1
    page = queries.page(asked, user=request.user, at=at, number=wanted, size=SIZE)
    before = (page.number - 1) * SIZE
    context = {"form": form, "page": page, "at": at, "filtered": bool(form.chips()), "most": queries.MOST}
    context["most_in_a_file"] = spreadsheets.MOST
    context["place"] = Place(before + 1, before + len(page.forecasts))
    adding = request.headers.get("HX-Target") == MORE
    template = "forecasts/parts/rows.html" if adding else "forecasts/list.html"
    response = render(request, template, context | {"adding": adding}, status=400 if form.errors else 200)
    patch_vary_headers(response, ["HX-Target"])
    return response


@spreadsheets.page
def table(request: HttpRequest, *, at: dt.datetime) -> Table:
    """The same list as CSV, as far as a file goes."""
    form = FilterForm(request.GET, user=request.user)
    asked = form.filters()
    spreadsheets.refuse(form.errors)
    found = queries.every(asked, user=request.user, at=at, most=spreadsheets.MOST)
    return Table(f"forecasts-{at:%Y-%m-%d}", of_forecasts(at) | yours(request.user), found)


def yours(user: Viewer) -> spreadsheets.Columns:
    return columns(your_estimate="own") if user.pk else {}


def of_forecasts(at: dt.datetime) -> spreadsheets.Columns:
    """A hidden crowd's cells are empty, and so are those of what is not known yet."""
    return {
        **columns("question", forecast="slug"),
        "status": lambda row: str(row.status_at(at)),
        "outcome": attrgetter("outcome"),
        "known_at": lambda row: row.resolution.known_at if row.outcome else None,
        **columns("crowd", "moved_at", "opens_at", "closes_at", "resolve_by", forecasters="n_standing"),
        **columns(source="claim.source.slug", claim="claim.key", condition="condition.slug"),
        **columns("condition_outcome", "tags", pair="pair.slug"),
        "address": lambda row: absolute(row.get_absolute_url()),
    }
