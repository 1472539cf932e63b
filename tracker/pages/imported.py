"""A record that somebody brought along from elsewhere, scored, and apart from what was said here."""

from typing import Final

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from forecasts.importing.formats import FORMATS
from forecasts.models import ImportedRecord
from forecasts.queries.imports import label
from tracker.queries import imported
from tracker.queries.measures import MEASURES
from tracker.scoring.boards import MINIMUM_FORECASTS

from .drawing import alone

# Questions on a page.
PAGE: Final = 25


@require_safe
def show(request: HttpRequest, name: str, origin: str) -> HttpResponse:
    at = timezone.now()
    records = ImportedRecord.objects.visible_to(request.user).select_related("owner")
    record = records.filter(owner__username=name.replace("\x00", ""), origin=origin).first()
    # What is not shown to the reader is as if it were not there.
    if record is None:
        raise Http404
    read = imported.read(record, at=at)
    page = Paginator(imported.latest_first(record), PAGE).get_page(request.GET.get("page"))
    context = {
        "person": record.owner,
        "record": record,
        "label": label(origin),
        "caveat": FORMATS[origin].caveat if origin in FORMATS else "",
        "read": read,
        "calibration": read.calibration,
        "rows": [alone(MEASURES[key], row) for key, row in read.rows.items()],
        "page": page,
        "questions": imported.shown(list(page), read),
        "minimum": MINIMUM_FORECASTS,
        "latest": imported.LATEST,
        "at": at,
    }
    return render(request, "tracker/imported.html", context)
