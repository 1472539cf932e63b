"""One's webhooks: added, with a secret shown this once, tried, switched, deleted; and the log of what was sent."""

from typing import Final

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from forecasts.fields import Menu
from forecasts.forms import point_out, refuse
from forecasts.models import Source
from forecasts.pages.actors import actor
from forecasts.pages.paging import Newest
from forecasts.refusals import Refused
from tracker.models import SUBJECTS, Event, Webhook
from tracker.webhooks import registering, signing

PAGE: Final = 50
TELLS: Final = [
    (str(Event.OPENED), "Opened: a forecast can be answered"),
    (str(Event.RESOLVED), "Resolved: a forecast was resolved, corrected, annulled or reopened"),
    (str(Event.SCORED), "Scored: your own score on a forecast"),
    (str(Event.REVEALED), "Revealed: everybody can see a crowd"),
]


def _sources() -> list[tuple[str, str]]:
    return [("", "All sources"), *Source.objects.order_by("title", "slug").values_list("slug", "title")]


class WebhookForm(forms.Form):
    """Where to, what of, and of which forecasts."""

    url = forms.CharField(
        max_length=1000,
        label="Address",
        widget=forms.TextInput(attrs={"inputmode": "url", "placeholder": "https://…", "autocomplete": "off"}),
        help_text="A public https address that takes POST requests.",
    )
    events = forms.MultipleChoiceField(
        choices=TELLS,
        initial=[str(each) for each in SUBJECTS],
        widget=forms.CheckboxSelectMultiple,
        label="What of",
        error_messages={"required": "Choose at least one."},
    )
    source = forms.ChoiceField(required=False, choices=_sources, widget=Menu, label="Only of one source")
    tag = forms.CharField(
        required=False,
        max_length=40,
        label="Or only with a tag",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    at, owner = timezone.now(), actor(request)
    form, made, status = WebhookForm(request.POST or None), None, 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                made = registering.add(owner=owner, at=at, **form.cleaned_data)
                form, status = WebhookForm(), 200
            except Refused as refused:
                refuse(form, refused)
                status = refused.status
        if made is None:
            point_out(form)
    context = {
        "form": form,
        "made": made,
        "secret": signing.secret_of(made.salt) if made else "",
        "webhooks": registering.own(owner),
        "section": "accounts",
    }
    return render(request, "tracker/account/webhooks.html", context, status=status)


@never_cache
@login_required
@require_safe
def show(request: HttpRequest, webhook_id: int) -> HttpResponse:
    webhook = _found(request, webhook_id)
    context = {
        "webhook": webhook,
        "told": [label for kind, label in TELLS if kind in webhook.events],
        "page": Newest(registering.log_of(webhook), PAGE).get_page(request.GET.get("page")),
        "at": timezone.now(),
        "section": "accounts",
    }
    return render(request, "tracker/account/webhook.html", context)


@login_required
@require_POST
def act(request: HttpRequest, webhook_id: int, verb: str) -> HttpResponse:
    """One of its buttons was pressed; each says what it did."""
    webhook, at = _found(request, webhook_id), timezone.now()
    try:
        match verb:
            case "test":
                registering.try_out(webhook=webhook, at=at)
                said = "A ping is on its way. Look again in half a minute for what came of it."
            case "on":
                registering.switch_on(webhook=webhook, at=at)
                said = "It is on. It is told of what happens from now on."
            case "off":
                registering.switch_off(webhook=webhook, at=at)
                said = "It is off, and what waited is not sent."
            case "delete":
                registering.remove(webhook=webhook)
                messages.success(request, f"The webhook to {webhook.url} was deleted.")
                return redirect("webhooks")
            case _:
                raise Http404
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, said)
    return redirect("webhook", webhook_id)


def _found(request: HttpRequest, webhook_id: int) -> Webhook:
    """One's own; another's is as if it were not there."""
    webhook = registering.own(actor(request)).filter(pk=webhook_id).first()
    if webhook is None:
        raise Http404
    return webhook
