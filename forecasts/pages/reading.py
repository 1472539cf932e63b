"""One forecast: what its page shows."""

import datetime as dt
import secrets
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from forecasts import citations, queries
from forecasts.forms import EstimateForm, EvidenceForm, NoteForm, point_out
from forecasts.implied import implied
from forecasts.models import Estimate, Evidence, Forecast, Status, Viewer, Wording
from forecasts.templatetags.words import exactly

from . import chronicle, discussing
from .paging import Newest

VOICES_PER_PAGE = 20
OWN_SHOWN = 20
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
    note_form: NoteForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The whole page; a form that was refused is shown again as it was filled in."""
    ordering = request.GET.get("evidence", "")
    ordering = ordering if ordering in queries.EVIDENCE_ORDERINGS else "newest"
    evidence = list(queries.evidence(forecast, user=request.user, at=at, ordering=ordering)[: EVIDENCE_SHOWN + 1])
    more_evidence, evidence = len(evidence) > EVIDENCE_SHOWN, evidence[:EVIDENCE_SHOWN]
    context = _context(request, forecast, at, evidence)
    context |= {"evidence": evidence, "more_evidence": more_evidence, "evidence_ordering": ordering}
    if estimate_form is not None:
        estimate_form.offer(evidence)
    context["estimate_form"] = estimate_form or blank_estimate(forecast, evidence, request.GET.get("percent", ""))
    context["evidence_form"] = evidence_form or EvidenceForm()
    context["discussion"] = discussing.discussion(request, forecast, at=at, hidden=context["hidden"], form=note_form)
    for refused in filter(None, (estimate_form, evidence_form, note_form)):
        point_out(refused)
    return render(request, "forecasts/forecast.html", context, status=status)


def blank_estimate(forecast: Forecast, evidence: list[Evidence], proposed: str = "") -> EstimateForm:
    """The form as it is met: with what stands, or with what the address proposes."""
    own: float | None = getattr(forecast, "own", None)
    percent = proposed[:40] or ("" if own is None else exactly(own))
    neutral = Evidence.Direction.NEUTRAL
    initial = {"percent": percent, "token": secrets.token_urlsafe(16), "link_direction": neutral}
    return EstimateForm(evidence=evidence, initial=initial)


def _context(request: HttpRequest, forecast: Forecast, at: dt.datetime, evidence: list[Evidence]) -> dict[str, Any]:
    user = request.user
    wordings = list(forecast.wordings.all())
    own = _own_estimates(forecast, user)
    others = queries.voices(forecast, user=user, at=at)
    hidden = queries.crowd_is_hidden(forecast, user=user, at=at)
    # The scale of time needs a point of the crowd to start from.
    chart = queries.crowd_points(forecast, user=user, at=at).exclude(recency_weighted=None).exists()
    told = chronicle.chronicle(forecast, user=user, at=at) if chart else None
    return {
        "forecast": forecast,
        "at": at,
        "citation": citations.of_forecast(forecast, at=at),
        "open": forecast.status_at(at) == Status.OPEN,
        "left": _left(forecast, at),
        "wording": wordings[0],
        "earlier_wordings": wordings[1:],
        "condition": _condition(forecast, user=user, at=at),
        "twin": queries.twin(forecast, user=user, at=at),
        "branches": queries.branches(forecast, user=user, at=at),
        "hidden": hidden,
        "beside": _beside(forecast),
        "own_estimates": own[:OWN_SHOWN],
        "more_own": len(own) > OWN_SHOWN,
        "implied": _implied(forecast, user, own),
        "chart": chart,
        "entries": told.entries if told else [],
        "more_entries": told is not None and told.left_before is not None,
        # Nobody stands longer than it is open.
        "until": min(at, forecast.closes_at),
        "voices": Newest(others, VOICES_PER_PAGE).get_page(request.GET.get("page")),
        "revisions": list(queries.revisions(forecast).reverse()),
    }


def _own_estimates(forecast: Forecast, user: Viewer) -> list[Estimate]:
    """The newest first, one more than are shown."""
    if user.pk is None:
        return []
    found = queries.own_estimates(forecast, user=user).reverse()[: OWN_SHOWN + 1]
    return list(found.prefetch_related("evidence"))


def _beside(forecast: Forecast) -> float | None:
    """The crowd that one's estimate is set beside: with others in it, and visible."""
    crowd: float | None = getattr(forecast, "crowd", None)
    others = (getattr(forecast, "n_standing", None) or 0) - (getattr(forecast, "own", None) is not None)
    return crowd if others > 0 else None


def _left(forecast: Forecast, at: dt.datetime) -> float:
    """How much of the scheduled time is still to come, 0 to 1."""
    length = forecast.closes_at - forecast.opens_at
    return min(max((forecast.closes_at - at) / length, 0.0), 1.0)


@dataclass(frozen=True)
class Implied:
    """What somebody's first estimate and the evidence since, as they weigh it, come to."""

    first: Estimate
    pieces: list[Evidence]
    probability: float


def _implied(forecast: Forecast, user: Viewer, own: list[Estimate]) -> Implied | None:
    """None for who has weighed no evidence since their first estimate."""
    if not own:
        return None
    first = queries.own_estimates(forecast, user=user).exclude(probability=None).first()
    pieces = list(queries.weighed(forecast, user=user, since=first.made_at)[:EVIDENCE_SHOWN]) if first else []
    if first is None or first.probability is None or not pieces:
        return None
    return Implied(first, pieces, implied(first.probability, (getattr(piece, "ratio", 1.0) for piece in pieces)))


def _condition(forecast: Forecast, *, user: Viewer, at: dt.datetime) -> Forecast | None:
    if forecast.condition_id is None:
        return None
    found = Forecast.objects.filter(pk=forecast.condition_id).select_related("resolution", "claim")
    return queries.with_crowd(found, user=user, at=at).get()
