"""Two forecasters compared: the running mean with its band, and every round."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from forecasts import spreadsheets
from forecasts.links import absolute
from forecasts.refusals import Refused
from forecasts.spreadsheets import Table, Unreadable, columns, same
from tracker.forms import ComparisonForm
from tracker.models import Owner
from tracker.queries.comparison import COMPARED, Comparison, Round, Subject, comparison, subject
from tracker.queries.glances import Glance, glance
from tracker.queries.measures import REFERENCES
from tracker.queries.naming import scored_names

from .drawing import Scale
from .pictures.offering import Offer, offer

# The latest rounds that the table shows; the API has all.
SHOWN = 50


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    form = ComparisonForm(request.GET)
    asked = form.asked()
    seen = _seen(form, asked)
    read = seen.read if seen else None
    most = seen.most if seen else 1.0
    context = {
        "form": form,
        "asked": asked,
        "read": read,
        "references": _references(""),
        "with_a_crowd": read is not None and Owner.CROWD in {read.a.owner, read.b.owner},
        "shown": read.rounds[::-1] if read else (),
        "drawn": seen is not None and seen.drawn,
        "src": "/api/v1/compare/?" + urlencode(_choices(read)) if read else "",
        "picture": _picture(read) if read else None,
        "most": most,
        "mark": _mark(read.last, most) if read and read.last else None,
    }
    return render(request, "tracker/compare.html", context, status=400 if form.errors else 200)


@require_safe
def names(request: HttpRequest) -> HttpResponse:
    """Names that begin as typed in one of the fields that ask for one, as choices for it."""
    typed = next((request.GET[field] for field in ("a", "b", "forecaster") if request.GET.get(field)), "")
    context = {"names": scored_names(typed), "references": _references(typed)}
    return render(request, "tracker/parts/names.html", context)


def _references(typed: str) -> list[tuple[str, str]]:
    return [(key, REFERENCES[owner]) for key, owner in COMPARED.items() if key.startswith(typed)]


def _named(form: ComparisonForm, asked: dict[str, Any]) -> dict[str, Subject]:
    """The two, or as many as were named; what is wrong with a name is said beside its field."""
    named = {}
    for field in ("a", "b"):
        try:
            if asked.get(field):
                named[field] = subject(asked[field], field=field)
        except Refused as refused:
            form.add_error(refused.field, refused.message)
    return named


def _seen(form: ComparisonForm, asked: dict[str, Any]) -> Glance | None:
    """The comparison; none while two are not named, or where that is refused beside a field."""
    named = _named(form, asked)
    if len(named) < 2:
        return None
    try:
        return glance(**named, scope=asked["scope"], settled=asked["settled"], at=timezone.now(), shown=SHOWN)
    except Refused as refused:
        form.add_error(refused.field, refused.message)
        return None


ROUNDS = columns(*("number", "entered_at", "title", "n_forecasts", "difference", "mean", "low", "high"), claim="label")


@spreadsheets.page
def table(request: HttpRequest, *, at: dt.datetime) -> Table:
    """Every round as CSV, in the API's names."""
    form = ComparisonForm(request.GET)
    asked = form.asked()
    named = _named(form, asked)
    missing = {name: ["Name two to compare."] for name in ("a", "b") if name not in named}
    spreadsheets.refuse({**missing, **form.errors})
    try:
        read = comparison(**named, scope=asked["scope"], settled=asked["settled"], at=at)
    except Refused as refused:
        raise Unreadable({refused.field: [refused.message]}) from None
    address = {"address": lambda each: absolute(each.address)}
    return Table(f"{read.a.key}-{read.b.key}".replace(":", "-"), ROUNDS | address | same(**_choices(read)), read.rounds)


def _choices(read: Comparison) -> dict[str, str]:
    """The same choices as parameters of an address."""
    return {"a": read.a.key, "b": read.b.key, "scope": str(read.scope), "settled": str(read.settled).lower()}


def _picture(read: Comparison) -> Offer:
    alt = f"The mean difference of the Brier scores of {read.a.phrase} and {read.b.phrase} over time, with its interval"
    return offer(reverse("compare"), alt, **_choices(read))


@dataclass(frozen=True)
class Mark:
    """Where the last mean and its interval stand on a bar from -most to most; beyond says that they pass its ends."""

    place: float | None
    low: float | None
    high: float | None
    beyond: bool


def _mark(last: Round, most: float) -> Mark:
    scale = Scale(-most, most)
    beyond = last.low < -most or last.high > most
    return Mark(scale.place(last.mean), scale.place(last.low), scale.place(last.high), beyond)
