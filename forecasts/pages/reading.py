"""One forecast: what its page shows."""

import datetime as dt
import secrets
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from forecasts import queries
from forecasts.forms import EstimateForm, EvidenceForm, point_out
from forecasts.models import Evidence, Forecast, Status, Viewer, Wording
from forecasts.templatetags.words import exactly

VOICES_PER_PAGE = 20
POINTS_IN_TABLE = 60
EVIDENCE_SHOWN = 100


@require_safe
def show(request: HttpRequest, slug: str) -> HttpResponse:
    at = timezone.now()
    return page(request, found(slug, user=request.user, at=at), at=at)


def found(slug: str, *, user: Viewer, at: dt.datetime) -> Forecast:
    """The forecast with all that its page says of it and of where it is from."""
    forecasts = Forecast.objects.select_related("claim__source", "resolution", "condition__resolution", "pair")
    forecasts = forecasts.prefetch_related(
        "collections", Prefetch("wordings", Wording.objects.select_related("author").order_by("-version"))
    )
    forecast = queries.with_crowd(forecasts, user=user, at=at).filter(slug=slug).first()
    if forecast is None:
        raise Http404(f"There is no forecast “{slug}”.")
    return forecast


def page(
    request: HttpRequest,
    forecast: Forecast,
    *,
    at: dt.datetime,
    estimate_form: EstimateForm | None = None,
    evidence_form: EvidenceForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The whole page; a form that was refused is shown again as it was filled in."""
    evidence = list(queries.evidence(forecast, user=request.user, at=at)[: EVIDENCE_SHOWN + 1])
    more_evidence, evidence = len(evidence) > EVIDENCE_SHOWN, evidence[:EVIDENCE_SHOWN]
    context = _context(request, forecast, at) | {"evidence": evidence, "more_evidence": more_evidence}
    if estimate_form is not None:
        estimate_form.offer(evidence)
    context["estimate_form"] = estimate_form or blank_estimate(forecast, evidence)
    context["evidence_form"] = evidence_form or EvidenceForm()
    for refused in filter(None, (estimate_form, evidence_form)):
        point_out(refused)
    return render(request, "forecasts/forecast.html", context, status=status)


def blank_estimate(forecast: Forecast, evidence: list[Evidence]) -> EstimateForm:
    own: float | None = getattr(forecast, "own", None)
    standing = "" if own is None else exactly(own)
    return EstimateForm(evidence=evidence, initial={"percent": standing, "token": secrets.token_urlsafe(16)})


def _context(request: HttpRequest, forecast: Forecast, at: dt.datetime) -> dict[str, Any]:
    user = request.user
    wordings = list(forecast.wordings.all())
    own = list(queries.own_estimates(forecast, user=user).prefetch_related("evidence")) if user.pk else []
    others = queries.voices(forecast, user=user, at=at)
    hidden = queries.crowd_is_hidden(forecast, user=user, at=at)
    points = [] if hidden else list(queries.crowd_points(forecast, user=user, at=at).reverse()[:POINTS_IN_TABLE])
    return {
        "forecast": forecast,
        "at": at,
        "open": forecast.status_at(at) == Status.OPEN,
        "wording": wordings[0],
        "earlier_wordings": wordings[1:],
        "condition": _condition(forecast, user=user, at=at),
        "twin": queries.twin(forecast, user=user, at=at),
        "branches": queries.branches(forecast, user=user, at=at),
        "hidden": hidden,
        "own_estimates": own[::-1],
        "points": points,
        # The scale of time needs a point of the crowd to start from.
        "chart": any(point.recency_weighted is not None for point in points),
        # Nobody stands longer than it is open.
        "until": min(at, forecast.closes_at),
        "voices": Paginator(others, VOICES_PER_PAGE).get_page(request.GET.get("page")),
        "revisions": queries.revisions(forecast).reverse(),
    }


def _condition(forecast: Forecast, *, user: Viewer, at: dt.datetime) -> Forecast | None:
    if forecast.condition_id is None:
        return None
    found = Forecast.objects.filter(pk=forecast.condition_id).select_related("resolution", "claim")
    return queries.with_crowd(found, user=user, at=at).get()
