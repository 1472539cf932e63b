"""The scores of one forecast: a page of its own, and the part of it that the forecast's page takes in."""

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from forecasts.models import Forecast, Forecaster, Viewer
from tracker.models import Owner, Score
from tracker.queries import accruals, scores
from tracker.queries.measures import REFERENCES

from .pictures.offering import Offer

PER_PAGE = 50


@require_safe
def show(request: HttpRequest, slug: str) -> HttpResponse:
    """Everybody's scores, and how one of them came about: that of ?forecaster=, else the reader's own."""
    forecast = get_object_or_404(Forecast.objects.select_related("claim__source", "resolution"), slug=slug)
    at = timezone.now()
    scoring = scores.scoring_of(forecast)
    settled = forecast.settles_at <= at
    context: dict[str, Any] = {"forecast": forecast, "scoring": scoring, "at": at, "settled": settled}
    if scoring.state == "scored":
        context |= _board(forecast, request.user, request.GET.get("page"))
        context |= _example(forecast, _asked_for(request, context["own"]))
    return render(request, "tracker/scores.html", context)


def _board(forecast: Forecast, user: Viewer, page: str | None) -> dict[str, Any]:
    """A page of the people, with the reader's own row on each; and the references."""
    people = scores.people(forecast)
    shown = Paginator(people, PER_PAGE).get_page(page)
    rows = list(shown.object_list)
    own = people.filter(forecaster=user.pk).first() if user.pk else None
    apart = own is not None and own.pk not in {row.pk for row in rows}
    beside = [(REFERENCES.get((Owner(row.owner), row.method), row.method), row) for row in scores.references(forecast)]
    return {"page": shown, "rows": rows, "own": own, "own_apart": apart, "references": beside}


def _asked_for(request: HttpRequest, own: Score | None) -> Forecaster | None:
    name = request.GET.get("forecaster", "").replace("\x00", "")
    if not name:
        return own.forecaster if own else None
    person = Forecaster.objects.filter(username=name).first()
    if person is None:
        raise Http404(f"There is no forecaster “{name:.80}”.")
    return person


def _example(forecast: Forecast, person: Forecaster | None) -> dict[str, Any]:
    if person is None:
        return {}
    score = scores.people(forecast).filter(forecaster=person.pk).first()
    alt = f"What each moment earned {person.username}, by the baseline and by the peer score: {forecast.question}"
    parameters = {"forecast": forecast.slug, "forecaster": person.username}
    page = reverse("forecast-scores", args=[forecast.slug]) + "?" + urlencode({"forecaster": person.username})
    return {
        "person": person,
        "score": score,
        "accrual": accruals.accrual(forecast, person) if score else None,
        "picture": Offer(urlencode(parameters), page, alt),
    }
