"""The track record of one forecaster."""

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from forecasts.models import Forecaster, ImportedRecord
from forecasts.queries.imports import counted
from tracker.forms import RecordForm
from tracker.queries.measures import MEASURES
from tracker.queries.records import SORTED, Record, own_scope, record, scores
from tracker.scoring.boards import MINIMUM_FORECASTS

from .drawing import alone

# Forecasts on a page.
PAGE = 25


@require_safe
def show(request: HttpRequest, name: str) -> HttpResponse:
    if "\x00" in name:
        name = ""
    person = get_object_or_404(Forecaster, username=name)
    form = RecordForm(request.GET)
    asked = form.asked()
    if not request.GET.get("scope"):
        asked["scope"] = own_scope(person)
        form.fields["scope"].initial = str(asked["scope"])
    read = record(person, **asked, user=request.user, at=timezone.now())
    form.offer(read.shown.years)
    page = Paginator(read.scores, PAGE).get_page(request.GET.get("page"))
    context = {
        "person": person,
        "form": form,
        "record": read,
        "headline": headline(person.username, read),
        "rows": [alone(measure, read.rows[key]) for key, measure in MEASURES.items() if key in read.rows],
        "page": page,
        "scores": scores(list(page)),
        "imported": counted(ImportedRecord.objects.filter(owner=person).visible_to(request.user)),
        "minimum": MINIMUM_FORECASTS,
        "sorted": SORTED,
        "choices": urlencode(_choices(person, read)),
    }
    return render(request, "tracker/forecaster.html", context, status=400 if form.errors else 200)


def _choices(person: Forecaster, read: Record) -> dict[str, Any]:
    shown = read.shown
    year = {"year": shown.year} if shown.year else {}
    return {"forecaster": person.username, "scope": str(shown.scope), "settled": str(shown.settled).lower()} | year


def headline(name: str, read: Record) -> str:
    """What their peer score allows to say; no more than its interval does."""
    peer, baseline = read.rows.get("peer"), read.rows.get("baseline")
    if baseline is None:
        return ""
    many = f"{baseline.n} {'settled' if read.shown.settled else 'resolved'} forecast{'' if baseline.n == 1 else 's'}"
    if peer is None:
        return f"On {many} {name} has been scored, and stood together with nobody, so there is nobody to compare with."
    if peer.low is None or peer.high is None:
        too_few = "too few" if baseline.n < MINIMUM_FORECASTS else "too few upsets were to be expected"
        return f"On {many} {name} has been scored: {too_few} to tell skill from luck."
    if peer.low > 0:
        return f"On {many} {name} did better than the others who stood at the same moments, by more than chance allows."
    if peer.high < 0:
        return f"On {many} {name} did worse than the others who stood at the same moments, by more than chance allows."
    return f"On {many} {name} is not distinguishable from the others who stood at the same moments."
