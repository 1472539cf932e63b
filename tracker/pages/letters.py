"""Letters: what of, how often, what the next would say, and stopping them from a letter itself."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from forecasts.forms import refuse
from forecasts.links import account_of_stop
from forecasts.models import Forecaster, Mailbox, Rhythm
from forecasts.pages.actors import actor
from forecasts.refusals import Refused
from forecasts.services import mailboxes
from tracker.letters import composing, finding
from tracker.models import News

TELLS = {
    News.CLOSING: "Closing soon: forecasts that you stand on",
    News.REVEALED: "Revealed: forecasts that you estimated, once everybody sees the crowd",
    News.RESOLVED: "Resolved: forecasts that you estimated, with your score, once it is worked out",
    News.DUE: "Due: forecasts that wait for a resolver, again every five days until it is done",
}
RHYTHMS = [(Rhythm.DAILY, "Every day at most"), (Rhythm.WEEKLY, "Once a week at most"), (Rhythm.NEVER, "Never")]


class LettersForm(forms.Form):
    """How often, and of what."""

    rhythm = forms.ChoiceField(choices=RHYTHMS, widget=forms.RadioSelect, label="How often")
    tells = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple, label="What of")

    def __init__(self, account: Forecaster, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [(str(kind), label) for kind, label in TELLS.items() if kind != News.DUE or account.may_resolve]
        tells = self.fields["tells"]
        assert isinstance(tells, forms.MultipleChoiceField)  # noqa: S101  # declared above
        tells.choices = offered

    @classmethod
    def showing(cls, mailbox: Mailbox) -> "LettersForm":
        chosen = sorted(mailboxes.told(mailbox))
        return cls(mailbox.forecaster, initial={"rhythm": mailbox.rhythm, "tells": chosen})


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest) -> HttpResponse:
    at, account = timezone.now(), actor(request)
    mailbox = mailboxes.mailbox_of(account, at=at)
    if request.method != "POST":
        return _page(request, mailbox, LettersForm.showing(mailbox))
    form = LettersForm(account, request.POST)
    if not form.is_valid():
        return _page(request, mailbox, form, status=400)
    # Whoever does not resolve was not asked about what is due, and keeps what they had.
    kept = mailboxes.told(mailbox) - {str(kind) for kind, _ in form.fields["tells"].choices}  # type: ignore[attr-defined]
    try:
        mailboxes.choose(
            account=account,
            by=account,
            at=at,
            rhythm=form.cleaned_data["rhythm"],
            tells=kept | set(form.cleaned_data["tells"]),
        )
    except Refused as refused:
        refuse(form, refused)
        return _page(request, mailbox, form, status=refused.status)
    messages.success(request, "Saved.")
    return redirect("letters")


def _page(request: HttpRequest, mailbox: Mailbox, form: LettersForm, status: int = 200) -> HttpResponse:
    address = mailbox.forecaster.emailaddress_set.filter(primary=True).first()  # type: ignore[attr-defined]  # allauth's
    context = {"form": form, "mailbox": mailbox, "address": address, "section": "accounts"}
    return render(request, "tracker/account/letters.html", context, status=status)


@never_cache
@login_required
@require_safe
def preview(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    mailbox = mailboxes.mailbox_of(actor(request), at=at)
    news = finding.digest(mailbox, at=at)
    context = {
        "mailbox": mailbox,
        "subject": composing.subject(news),
        "parts": composing.parts(news),
        "section": "accounts",
    }
    return render(request, "tracker/account/preview.html", context)


# A mail program that stops letters at a click sends no cookie: the signed address is what allows it.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    account_id = account_of_stop(token)
    if account_id is None:
        raise Http404
    stopped = request.method == "POST"
    if stopped and not mailboxes.stop(account_id=account_id, at=timezone.now()):
        raise Http404
    return render(request, "tracker/account/stop.html", {"stopped": stopped})
