"""Calibration: the reliability diagram with its numbers."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from forecasts.models import Forecaster
from forecasts.refusals import Refused
from tracker.forms import CalibrationForm
from tracker.queries.calibration import Calibration, calibration


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    form = CalibrationForm(request.GET)
    asked = form.asked()
    name = asked.pop("forecaster", "")
    person = Forecaster.objects.filter(username=name).first() if name else None
    if name and person is None:
        form.add_error("forecaster", f"There is no forecaster “{name}”.")
    try:
        read = calibration(**asked, forecaster=person)
    except Refused as refused:
        form.add_error(refused.field, refused.message)
        read = calibration(**{**asked, "crowd": ""}, forecaster=person)
    context = {"form": form, "read": read, "person": person, "src": _src(read, person)}
    return render(request, "tracker/calibration.html", context, status=400 if form.errors else 200)


def _src(read: Calibration, person: Forecaster | None) -> str:
    """Where the chart finds the same numbers."""
    subject = {"forecaster": person.username} if person else {"crowd": read.subject} if read.subject else {}
    asked = {"scope": str(read.scope), "view": read.view, "settled": str(read.settled).lower()}
    return "/api/v1/calibration/?" + urlencode(subject | asked)
