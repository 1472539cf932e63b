"""Deciding one forecast: said once, shown with what it would do, put on record, and followed until it is scored."""

import datetime as dt
from dataclasses import dataclass, field

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from forecasts import queries
from forecasts.forms import point_out, refuse
from forecasts.models import ANSWERED, Forecast, Forecaster, Outcome, Resolution
from forecasts.refusals import Conflict, Refused
from forecasts.services import resolving
from tracker.forms import DecisionForm
from tracker.queries import standing
from tracker.queries.progress import overview, progress

EVIDENCE, BRANCHES = 30, 50


@dataclass(frozen=True)
class Effects:
    """What a decision would do: to the forecasts that hang on it, and to scores.

    n_scored is None where the crowd is hidden from the resolver: who stands there is not for them to count.
    """

    made: Resolution
    voided: list[Forecast]
    revived: list[Forecast]
    n_scored: int | None
    n_replaced: int
    doubts: list[str] = field(default_factory=list)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, slug: str) -> HttpResponse:
    by = _resolver(request)
    at = timezone.now()
    forecast = _found(slug)
    if request.method != "POST":
        return _page(request, forecast, _blank(forecast, at), at)
    form = DecisionForm(request.POST, forecast=forecast, at=at)
    if not form.is_valid() or "change" in request.POST:
        return _page(request, forecast, form, at, status=400 if form.errors else 200)
    try:
        if "confirmed" not in request.POST:
            context = {"forecast": forecast, "form": form, "effects": preview(forecast, form, by=by, at=at), "at": at}
            return render(request, "tracker/confirm.html", context)
        made = _decide(forecast, form, by=by, at=at)
    except Refused as refused:
        if _sent_before(forecast, form, refused, by=by):
            return redirect("resolve-decided", slug)
        return _refused(request, slug, form, refused, at)
    messages.success(request, f"On record: {made.get_outcome_display().lower()}, revision {made.revision}.")
    return redirect("resolve-decided", slug)


@login_required
@require_safe
def decided(request: HttpRequest, slug: str) -> HttpResponse:
    """What became of the decision in force: how far its scoring is, and that of the branches that it moved."""
    _resolver(request)
    at = timezone.now()
    forecast = _found(slug)
    if forecast.resolution is None:
        raise Http404(f"“{slug}” has not been decided.")
    own, *others = progress([forecast.resolution, *_moved(forecast.resolution)])
    context = {
        "forecast": forecast,
        "own": own,
        "others": others,
        "moving": own.moving or any(each.moving for each in others),
        "overview": overview(at=at),
        "at": at,
    }
    return render(request, "tracker/decided.html", context)


def _moved(resolution: Resolution) -> list[Resolution]:
    """What came of this decision at any depth, as the preview counted it: branches, what hangs on those, and so on."""
    found: list[Resolution] = []
    causes = [resolution]
    while causes and len(found) < BRANCHES:
        moved = Resolution.objects.filter(cause__in=causes).select_related("forecast__claim", "decided_by")
        causes = list(moved.order_by("forecast_id")[: BRANCHES - len(found)])
        found += causes
    return found


def preview(forecast: Forecast, form: DecisionForm, *, by: Forecaster, at: dt.datetime) -> Effects:
    """What is shown is what will happen, and a refusal comes before the confirming."""
    made, *others = resolving.foreseen(lambda: _decide(forecast, form, by=by, at=at))
    brought = [made, *others]
    return Effects(
        made=made,
        voided=[row.forecast for row in others if row.outcome == Outcome.ANNULLED],
        revived=[row.forecast for row in others if row.outcome != Outcome.ANNULLED],
        n_scored=_n_scored([row for row in brought if row.outcome in ANSWERED], by=by, at=at),
        n_replaced=standing.n_counting([row.forecast_id for row in brought]),
        doubts=doubts(forecast, form),
    )


def _n_scored(answered: list[Resolution], *, by: Forecaster, at: dt.datetime) -> int | None:
    ids = {row.forecast_id for row in answered}
    if Forecast.objects.visible_to(by, at=at).filter(pk__in=ids).count() < len(ids):
        return None
    return standing.n_standing({row.forecast_id: row.known_at for row in answered})


def doubts(forecast: Forecast, form: DecisionForm) -> list[str]:
    """What is unlikely about the time from which the answer is said to be known."""
    outcome, known_at = form.cleaned_data["outcome"], form.cleaned_data["known_at"]
    found = []
    if outcome in ANSWERED and known_at <= forecast.opens_at:
        found.append("That is before it opened, so no estimate counts and nobody is scored.")
    if outcome == Outcome.NO and known_at < forecast.closes_at:
        found.append("A no is usually known only at the close. Check the rule for when the answer counts as known.")
    return found


def _resolver(request: HttpRequest) -> Forecaster:
    by = request.user
    if not isinstance(by, Forecaster) or not by.may_resolve:
        raise PermissionDenied("Resolvers decide forecasts. Ask an administrator for the role of resolver.")
    return by


def _decide(forecast: Forecast, form: DecisionForm, *, by: Forecaster, at: dt.datetime) -> Resolution:
    given = form.cleaned_data
    # 0 stands for "nothing decided yet": the service checks it like any other revision that was seen.
    revision = given["revision"]
    if given["outcome"] == Outcome.REOPENED:
        return resolving.reopen(forecast=forecast, by=by, at=at, reason=given["reason"], revision=revision)
    return resolving.resolve(
        forecast=forecast,
        outcome=given["outcome"],
        by=by,
        at=at,
        known_at=given["known_at"],
        reason=given["reason"],
        links=given["links"],
        revision=revision,
    )


def _sent_before(forecast: Forecast, form: DecisionForm, refused: Refused, *, by: Forecaster) -> bool:
    """Whether what is in force is what this form put on record when it was sent the first time."""
    given = form.cleaned_data
    if not isinstance(refused, Conflict):
        return False
    in_force = Resolution.objects.filter(current_for=forecast, decided_by=by, outcome=given["outcome"]).first()
    if in_force is None or in_force.revision != (given["revision"] or 0) + 1:
        return False
    # A form of the page holds line ends that the service takes off.
    same_answer = given["outcome"] == Outcome.REOPENED or in_force.known_at == given["known_at"]
    return bool(same_answer and in_force.reason == given["reason"].strip())


def _refused(request: HttpRequest, slug: str, form: DecisionForm, refused: Refused, at: dt.datetime) -> HttpResponse:
    """The form as it was typed; who sends it again after somebody else decided replaces what is shown to them now."""
    forecast = _found(slug)
    revision = forecast.resolution.revision if forecast.resolution else 0
    lost = refused.field == "revision" and form.cleaned_data["revision"] != revision
    if lost:
        typed = {name: form.data.get(name, "") for name in form.fields}
        form = DecisionForm(typed | {"revision": str(revision)}, forecast=forecast, at=at)
        form.is_valid()
    refuse(form, refused, revision="")
    return _page(request, forecast, form, at, lost=lost, status=refused.status)


def _found(slug: str) -> Forecast:
    found = Forecast.objects.select_related("claim__source", "resolution__decided_by", "condition__resolution", "pair")
    return get_object_or_404(found, slug=slug)


def _blank(forecast: Forecast, at: dt.datetime) -> DecisionForm:
    """For a correction, when and where the answer showed; outcome and reason are to be said anew."""
    current = forecast.resolution
    begun: dict[str, object] = {"revision": current.revision if current else 0}
    if current and forecast.outcome:
        begun |= {"known_at": current.known_at, "links": current.links}
    return DecisionForm(forecast=forecast, at=at, initial=begun)


def _page(
    request: HttpRequest,
    forecast: Forecast,
    form: DecisionForm,
    at: dt.datetime,
    *,
    lost: bool = False,
    status: int = 200,
) -> HttpResponse:
    if form.errors:
        point_out(form)
    context = {
        "forecast": forecast,
        "form": form,
        "lost": lost,
        "wording": forecast.wordings.get(version=forecast.version),
        "revisions": queries.revisions(forecast).reverse(),
        "crowd": queries.with_crowd(Forecast.objects.filter(pk=forecast.pk), user=request.user, at=at).get(),
        "evidence": queries.evidence(forecast, user=request.user, at=at)[:EVIDENCE],
        "branches": forecast.branches.select_related("claim", "resolution").order_by("id")[:BRANCHES],
        "n_replaced": standing.n_counting([forecast.pk]) if forecast.outcome else 0,
        "at": at,
    }
    return render(request, "tracker/decide.html", context, status=status)
