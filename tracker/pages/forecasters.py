"""The track record of one forecaster."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from forecasts.models import Forecaster
from tracker.queries import scores
from tracker.queries.measures import MEASURES
from tracker.scoring.boards import MINIMUM_FORECASTS


@require_safe
def show(request: HttpRequest, name: str) -> HttpResponse:
    if "\x00" in name:
        name = ""
    person = get_object_or_404(Forecaster, username=name)
    record = scores.record(person, user=request.user, at=timezone.now())
    rows = [(measure, record.rows[key]) for key, measure in MEASURES.items() if key in record.rows]
    context = {"person": person, "record": record, "rows": rows, "minimum": MINIMUM_FORECASTS}
    return render(request, "tracker/forecaster.html", context)
