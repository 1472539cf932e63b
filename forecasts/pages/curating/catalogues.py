"""Registering a whole catalogue: pasted or uploaded, shown with what it would do, then applied. All or nothing.

A large one is applied by a job, which has a page of its own.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from forecasts.catalog.entries import Catalog
from forecasts.catalog.faults import CatalogError
from forecasts.catalog.reading import read_text
from forecasts.models import Forecaster, Wording
from forecasts.pages.actors import actor
from forecasts.queries.registrations import lately
from forecasts.refusals import Refused
from forecasts.services import cataloguing, registrations
from forecasts.services.cataloguing import Report
from forecasts.services.foreseeing import foreseen
from forecasts.services.texts import text_of

from .differing import changes
from .entering import curating

# As much as a form may carry; the essay's catalogue is a tenth of it.
MOST = 1_500_000
# Faults and names shown; a file with more is not read through on a page.
SHOWN = 200
LATELY = 5


class CatalogueForm(forms.Form):
    text = forms.CharField(
        required=False,
        strip=False,
        label="The catalogue (TOML)",
        widget=forms.Textarea(attrs={"rows": 18, "spellcheck": "false", "class": "code"}),
    )
    file = forms.FileField(required=False, label="or a file", help_text="With a file, the text above does not count.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "catalogue_%s"} | kwargs)

    def clean(self) -> dict[str, Any]:
        """The text of the file, where there is one."""
        given = self.cleaned_data
        if file := given.get("file"):
            if file.size > MOST:
                raise forms.ValidationError(f"The file has {file.size:,} bytes; at most {MOST:,}. Cut it in two.")
            try:
                given["text"] = file.read().decode("utf-8-sig")
            except UnicodeDecodeError as error:
                raise forms.ValidationError(
                    f"The file is not UTF-8, at byte {error.start}. Save it as UTF-8."
                ) from None
        if not given.get("text", "").strip():
            raise forms.ValidationError("Paste a catalogue, or choose a file.")
        if len(given["text"]) > MOST:
            raise forms.ValidationError(f"At most {MOST:,} characters; this has {len(given['text']):,}. Cut it in two.")
        return given


@dataclass(frozen=True)
class Foreseen:
    """What applying it would do; `reworded` with the fields that change."""

    report: Report
    reworded: dict[str, list[str]]


@require_http_methods(["GET", "HEAD", "POST"])
@curating
def register(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request, CatalogueForm())
    form = CatalogueForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, status=400)
    # Shown again as text, whichever way it came.
    text = form.cleaned_data["text"]
    again = CatalogueForm(initial={"text": text})
    if "change" in request.POST:
        return _page(request, again)
    try:
        # As lines end in a file, whatever the browser made of them.
        return _carry_out(request, text.replace("\r\n", "\n"))
    except CatalogError as error:
        return _page(request, again, faults=[str(fault) for fault in error.faults], status=400)
    except Refused as refused:
        return _page(request, again, faults=refused.message.splitlines(), status=refused.status)


def _carry_out(request: HttpRequest, text: str) -> HttpResponse:
    at, by = timezone.now(), actor(request)
    catalog = read_text(text, registrations.NAME)
    registrations.refuse_size(catalog)
    large = len(catalog.forecasts) > registrations.AT_ONCE
    if "confirmed" not in request.POST:
        seen = foreseen(lambda: _foreseen(catalog, by=by, at=at))
        context = {"catalog": catalog, "seen": seen, "text": text, "shown": SHOWN, "large": large}
        return render(request, "forecasts/curating/catalogue_preview.html", context)
    if large:
        return redirect("curate-registration", registrations.ask(text=text, by=by, at=at).pk)
    report = cataloguing.apply(catalog, by=by, at=at)
    messages.success(
        request,
        f"{len(report.registered)} registered, {len(report.reworded)} worded anew, {len(report.amended)} amended, "
        f"{len(report.unchanged)} unchanged.",
    )
    return redirect("curate-claims", catalog.source.slug)


def _foreseen(catalog: Catalog, *, by: Forecaster, at: dt.datetime) -> Foreseen:
    report = cataloguing.apply(catalog, by=by, at=at)
    slugs = report.reworded[:SHOWN]
    versions: dict[str, list[Wording]] = {slug: [] for slug in slugs}
    for wording in Wording.objects.filter(forecast__slug__in=slugs).select_related("forecast").order_by("-version"):
        versions[wording.forecast.slug].append(wording)
    reworded = {
        slug: [change.label for change in changes(text_of(earlier), text_of(latest))]
        for slug, (latest, earlier, *_) in versions.items()
    }
    return Foreseen(report, reworded)


def _page(
    request: HttpRequest, form: CatalogueForm, *, faults: list[str] | None = None, status: int = 200
) -> HttpResponse:
    found = faults or []
    context = {"form": form, "faults": found[:SHOWN], "more": max(len(found) - SHOWN, 0)}
    context |= {"lately": lately(LATELY), "at": timezone.now()}
    return render(request, "forecasts/curating/catalogue.html", context, status=status)
