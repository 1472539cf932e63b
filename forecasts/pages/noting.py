"""Writing a note from a page, withholding one and showing it again."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from forecasts import queries
from forecasts.forms import NoteForm, refuse
from forecasts.models import Forecast, Forecaster, Note
from forecasts.refusals import Refused
from forecasts.services import noting

from .actors import acting, actor
from .reading import found, page


@acting
def write(request: HttpRequest, slug: str) -> HttpResponse:
    at = timezone.now()
    forecast = found(slug, user=request.user, at=at)
    form = NoteForm(request.POST, own=getattr(forecast, "own", None))
    if not form.is_valid():
        return page(request, forecast, at=at, note_form=form, status=400)
    given = _given(form, forecast, actor(request))
    try:
        made = noting.write(forecast=forecast, by=actor(request), at=at, **given)
    except Refused as refused:
        refuse(form, refused, estimate="with_estimate", reply_to="")
        return page(request, forecast, at=at, note_form=form, status=refused.status)
    messages.success(
        request, "Your note is on record, for you alone." if made.is_private else "Your note is on record."
    )
    return redirect(_place(slug, made))


def _given(form: NoteForm, forecast: Forecast, by: Forecaster) -> dict[str, Any]:
    latest = queries.own_estimates(forecast, user=by).last() if form.cleaned_data.get("with_estimate") else None
    return {
        "text": form.cleaned_data["text"],
        "is_private": form.cleaned_data["is_private"],
        "reply_to": form.cleaned_data["reply_to"],
        "estimate": latest.pk if latest and latest.probability is not None else None,
        "idempotency_key": form.key(),
    }


@acting
def withhold(request: HttpRequest, slug: str, note_id: int) -> HttpResponse:
    return _decide(request, slug, note_id, withheld=True)


@acting
def restore(request: HttpRequest, slug: str, note_id: int) -> HttpResponse:
    return _decide(request, slug, note_id, withheld=False)


def _decide(request: HttpRequest, slug: str, note_id: int, *, withheld: bool) -> HttpResponse:
    at = timezone.now()
    forecast = found(slug, user=request.user, at=at)
    note = queries.notes(forecast, user=request.user, at=at).filter(pk=note_id).first()
    if note is None:
        raise Http404(f"There is no note {note_id} on this forecast.")
    deed = noting.withhold if withheld else noting.restore
    try:
        made = deed(note=note, by=actor(request), at=at, reason=request.POST.get("reason", ""))
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        done = "withdrawn" if made.by_author else "withheld"
        messages.success(request, f"The note is {done}." if withheld else "The note is shown again.")
    return redirect(_place(slug, note))


def _place(slug: str, note: Note) -> str:
    """Where it stands, on whichever page of the discussion that would be."""
    return f"{reverse('forecast', args=[slug])}?note={note.pk}#note-{note.pk}"
