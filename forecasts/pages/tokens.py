"""The tokens of one's own programs: made, shown this once, listed, revoked."""

import datetime as dt

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from forecasts.forms import refuse
from forecasts.refusals import Refused
from forecasts.services import tokens

from .actors import actor

SPANS = [("30", "in 30 days"), ("365", "in a year"), ("", "never")]


class TokenForm(forms.Form):
    """How long a new token works."""

    days = forms.ChoiceField(required=False, choices=SPANS, label="It expires", initial="30")

    def expires_at(self, at: dt.datetime) -> dt.datetime | None:
        days = self.cleaned_data["days"]
        return at + dt.timedelta(days=int(days)) if days else None


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    at, owner = timezone.now(), actor(request)
    form, made, status = TokenForm(request.POST or None), "", 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                _, made = tokens.make(owner=owner, expires_at=form.expires_at(at), at=at)
                status = 200
            except Refused as refused:
                refuse(form, refused, expires_at="days")
                status = refused.status
    context = {"form": form, "made": made, "tokens": tokens.working(owner, at=at), "at": timezone.now()}
    return render(request, "forecasts/tokens.html", context, status=status)


@login_required
@require_POST
def revoke(request: HttpRequest, key: str) -> HttpResponse:
    if tokens.revoke(owner=actor(request), key=key):
        messages.success(request, f"The token {key}… stopped working.")
    else:
        messages.error(request, f"You have no token {key}….")
    return redirect("tokens")
