"""Calibration: the reliability diagram with its numbers, and the forecasts behind each of its bins."""

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from forecasts import spreadsheets
from forecasts.links import absolute
from forecasts.models import Forecaster
from forecasts.refusals import Refused
from forecasts.spreadsheets import Table, columns, same
from tracker.forms import BinForm, CalibrationForm
from tracker.queries import bins
from tracker.queries.calibration import Calibration, Subject, calibration, subject
from tracker.queries.viewing import view

from .pictures.offering import offer


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    form = CalibrationForm(request.GET)
    asked = form.asked()
    whose = _subject(form, asked)
    read = calibration(**asked, forecaster=whose.forecaster, crowd=whose.method)
    form.offer(read.years)
    context = {
        "form": form,
        "read": read,
        "person": whose.forecaster,
        "src": "/api/v1/calibration/?" + urlencode(choices(read, whose)),
        "forecasts": reverse("calibration-forecasts") + "?" + urlencode(choices(read, whose)),
        "picture": offer(reverse("calibration"), f"Reliability diagram: {read.label}", **choices(read, whose)),
    }
    return render(request, "tracker/calibration.html", context, status=400 if form.errors else 200)


@require_safe
def behind(request: HttpRequest) -> HttpResponse:
    """The forecasts of one bin."""
    form = BinForm(request.GET)
    asked = form.asked()
    whose = _subject(form, asked)
    scope, settled, year = asked["scope"], asked["settled"], asked.get("year")
    weighing = asked.get("view", "time")
    shown = view(scope, settled=settled, year=year)
    number, before = asked.get("bin", 0), asked.get("before")
    chosen = {"scope": str(scope), "view": weighing, "settled": str(settled).lower()} | ({"year": year} if year else {})
    context = {
        "form": form,
        "whose": whose,
        "shown": shown,
        "final": weighing == "final",
        "listing": bins.behind(whose, shown, view=weighing, number=number, before=before),
        "number": number,
        "before": before,
        "diagram": reverse("calibration") + "?" + urlencode(_of(whose) | chosen),
        "here": reverse("calibration-forecasts") + "?" + urlencode(_of(whose) | chosen),
    }
    return render(request, "tracker/calibration_forecasts.html", context, status=400 if form.errors else 200)


# What of a diagram comes as a file.
PARTS: dict[str, spreadsheets.Columns] = {
    "bins": columns(
        *("lower", "upper", "n", "n_eff", "weight", "mean_probability", "observed_frequency", "low", "high", "few")
    ),
    "curve": columns("recalibrated", "weight", **{"from": "start", "to": "end"}),
    "band": columns("probability", "low", "high"),
}


@spreadsheets.page
def table(request: HttpRequest, *, part: str, at: dt.datetime) -> Table:
    """A part of the diagram as CSV."""
    if part not in PARTS:
        raise Http404(f"Of a diagram there are {', '.join(PARTS)} as CSV.")
    form = CalibrationForm(request.GET)
    asked = form.asked()
    whose = _subject(form, asked)
    spreadsheets.refuse(form.errors)
    read = calibration(**asked, forecaster=whose.forecaster, crowd=whose.method)
    of = same(subject=read.subject, scope=str(read.scope), view=read.view, year=read.year, settled=read.settled)
    return Table(f"calibration-{part}", PARTS[part] | of, getattr(read, part))


@spreadsheets.page
def behind_table(request: HttpRequest, *, at: dt.datetime) -> Table:
    """The forecasts of one bin as CSV."""
    form = BinForm(request.GET)
    asked = form.asked()
    whose = _subject(form, asked)
    spreadsheets.refuse(form.errors)
    shown = view(asked["scope"], settled=asked["settled"], year=asked.get("year"))
    weighing, number = asked.get("view", "time"), asked.get("bin", 0)
    of_forecast = {"forecast": "slug", "question": "question", "outcome": "outcome"}
    of = columns("said", "weight", "people", **{name: f"forecast.{path}" for name, path in of_forecast.items()})
    place = {"address": lambda row: absolute(row.forecast.get_absolute_url())}
    what = same(subject=whose.key, scope=str(asked["scope"]), view=weighing, settled=shown.settled, year=shown.year)
    rows = bins.every(whose, shown, view=weighing, number=number)
    return Table(f"calibration-bin-{number}", same(bin=number) | what | of | place, rows)


def choices(read: Calibration, whose: Subject) -> dict[str, Any]:
    """The same choices as parameters of an address."""
    chosen = {"scope": str(read.scope), "view": read.view, "settled": str(read.settled).lower()}
    return _of(whose) | chosen | ({"year": read.year} if read.year else {})


def _of(whose: Subject) -> dict[str, str]:
    if whose.forecaster:
        return {"forecaster": whose.key}
    return {"crowd": whose.key} if whose.key else {}


def _subject(form: CalibrationForm, asked: dict[str, Any]) -> Subject:
    """Whose calibration was asked for; what is wrong with it is said beside its field, and counts as not given."""
    name = asked.pop("forecaster", "")
    crowd = asked.pop("crowd", "")
    person = Forecaster.objects.filter(username=name).first() if name else None
    if name and person is None:
        form.add_error("forecaster", f"There is no forecaster “{name}”.")
    try:
        return subject(forecaster=person, crowd=crowd, view=asked.get("view", "time"))
    except Refused as refused:
        form.add_error(refused.field, refused.message)
        return subject(forecaster=person)
