"""One's account: everything about it on one page, all of its data, and its end."""

from allauth.account.decorators import reauthentication_required
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from forecasts.forms import point_out, refuse
from forecasts.models import ImportedRecord
from forecasts.pages.actors import actor
from forecasts.refusals import Refused
from forecasts.services import accounts, mailboxes, programs, tokens
from tracker.services import exporting
from tracker.webhooks import registering


@never_cache
@login_required
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    at, account = timezone.now(), actor(request)
    context = {
        "section": "accounts",
        "address": EmailAddress.objects.filter(user=account, primary=True).first(),
        "second_factor": Authenticator.objects.filter(user=account, type=Authenticator.Type.TOTP).exists(),
        "n_sessions": UserSession.objects.filter(user=account).count(),
        "n_tokens": tokens.working(account, at=at).count(),
        "n_webhooks": registering.own(account).count(),
        "n_imported": ImportedRecord.objects.filter(owner=account).count(),
        "mailbox": mailboxes.mailbox_of(account, at=at),
    }
    return render(request, "tracker/account/account.html", context)


@never_cache
@login_required
@require_safe
def export(request: HttpRequest) -> FileResponse:
    at, account = timezone.now(), actor(request)
    file = exporting.packed(account=account, at=at)
    return FileResponse(file, as_attachment=True, filename=exporting.name(account, at=at))


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def program(request: HttpRequest) -> HttpResponse:
    """Says what the mark means before it is made, since only an administrator takes it back."""
    if request.method == "POST":
        programs.mark(account=actor(request), is_bot=True, by=actor(request))
        messages.success(request, "This account is marked as a program.")
        return redirect("account")
    return render(request, "tracker/account/program.html", {"section": "accounts"})


class CloseForm(forms.Form):
    """The name, as a sign that it is meant."""

    typed_name = forms.CharField(
        label="Your name",
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )


@never_cache
@login_required
@reauthentication_required  # type: ignore[untyped-decorator]  # allauth ships no types
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HttpRequest) -> HttpResponse:
    at, account = timezone.now(), actor(request)
    form, status = CloseForm(request.POST or None), 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                closed = accounts.close(account=account, by=account, at=at, typed_name=form.cleaned_data["typed_name"])
            except Refused as refused:
                refuse(form, refused)
                status = refused.status
            else:
                logout(request)
                request.session["closed_as"] = closed.username
                return redirect("account-closed")
        point_out(form)
    context = {"form": form, "n_standing": accounts.standing(account, at=at), "section": "accounts"}
    return render(request, "tracker/account/close.html", context, status=status)


@never_cache
@require_safe
def closed(request: HttpRequest) -> HttpResponse:
    """Says under which name what was said stays: the only time that anybody can tell."""
    name = request.session.get("closed_as")
    return render(request, "tracker/account/closed.html", {"name": name}) if name else redirect("home")
