"""A large catalogue that a job registers: how far it is, and what came of it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from forecasts.models import Registration
from forecasts.queries.registrations import looks

from .entering import curating

# Faults and names shown.
SHOWN = 200
LARGEST_ID = 2**63 - 1


@require_safe
@curating
def show(request: HttpRequest, registration_id: int) -> HttpResponse:
    at = timezone.now()
    found = Registration.objects.select_related("by", "progress")
    (look,) = looks([get_object_or_404(found, pk=min(registration_id, LARGEST_ID))])
    registration = look.row
    # A refusal may speak of estimates that are hidden from other curators.
    told = registration.state != Registration.State.REFUSED or registration.by == request.user
    faults = registration.faults if told else []
    context = {
        "look": look,
        "registration": registration,
        "report": registration.report,
        "told": told,
        "faults": faults[:SHOWN],
        "more": max(len(faults) - SHOWN, 0),
        "shown": SHOWN,
        "quiet": look.quiet(at),
        "at": at,
    }
    return render(request, "forecasts/curating/registration.html", context)
