"""A source and its claims, by hand: the same reader judges them as judges a catalogue's."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from forecasts.catalog import entries
from forecasts.catalog.faults import Faults, Place
from forecasts.catalog.fields import Fields
from forecasts.catalog.scales import known_scales
from forecasts.catalog.sections import claim_of, source_of
from forecasts.forms import point_out, refuse
from forecasts.models import Claim, Source
from forecasts.pages.actors import actor
from forecasts.refusals import Refused
from forecasts.services import cataloguing

from .entering import curating

# A document has a few dozen; a longer list says that there are more.
SHOWN = 200


class SourceForm(forms.Form):
    title = forms.CharField(max_length=200)
    slug = forms.CharField(max_length=80, help_text="Its public name, for good: small letters, digits and dashes.")
    author = forms.CharField(max_length=200)
    publisher = forms.CharField(max_length=200, help_text="Where it appeared.")
    url = forms.CharField(max_length=500, label="Address", help_text="https://…")
    published_on = forms.DateField(
        label="Published on", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    summary = forms.CharField(
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="What it argues, in your own words. Markdown is fine.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "source_%s"} | kwargs)

    def entry(self) -> entries.Source | None:
        """As a catalogue would say it, or none, with each fault beside its field."""
        faults = Faults()
        found = source_of({"source": _filled(self.cleaned_data)}, faults)
        return None if _shown(self, faults) else found


class ClaimForm(forms.Form):
    key = forms.CharField(max_length=20, help_text="One to four capitals and a number, such as C1.")
    section = forms.CharField(max_length=200, help_text="The heading it stands under.")
    bullet = forms.IntegerField(required=False, min_value=1, max_value=999, help_text="Which point of a list.")
    restated = forms.CharField(
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="The prediction in your own words, never quoted.",
    )
    author = forms.CharField(required=False, max_length=200, help_text="Whose it is, if not the source’s author’s.")
    premise = forms.BooleanField(required=False, label="A premise: what the other claims take for granted")
    hedge = forms.ChoiceField(
        required=False,
        label="The author’s own word for how likely it is",
        help_text="With the range that the scale gives it; one that it does not translate stays a word.",
    )
    hedge_note = forms.CharField(
        required=False,
        max_length=1000,
        label="Where that word stands",
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="And what it covers. Required with a word.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "claim_%s"} | kwargs)
        hedge = self.fields["hedge"]
        if isinstance(hedge, forms.ChoiceField):
            hedge.choices = [("", "none"), *((scale.title, _words(scale)) for scale in known_scales().values())]

    def entry(self, source: Source) -> entries.Claim | None:
        """As a catalogue would say it, or none, with each fault beside its field."""
        faults = Faults()
        table = _filled(self.cleaned_data)
        if hedge := table.pop("hedge", ""):
            table["hedge_scale"], _, table["hedge"] = hedge.partition(":")
        found = claim_of(1, Fields(table, Place(), faults), _entry_of(source), known_scales())
        return None if _shown(self, faults, hedge_scale="hedge") else found


@require_http_methods(["GET", "HEAD", "POST"])
@curating
def register(request: HttpRequest) -> HttpResponse:
    form = SourceForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and (entry := form.entry()):
        try:
            source = cataloguing.put_source(entry=entry, by=actor(request))
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, f"“{source.title}” is on record. Now add what it claims.")
            return redirect("curate-claims", source.slug)
    return _render(request, "source", form)


@require_http_methods(["GET", "HEAD", "POST"])
@curating
def show(request: HttpRequest, slug: str) -> HttpResponse:
    """Its claims, a form for another, and a form for what is said of the source itself."""
    source = get_object_or_404(Source, slug=slug)
    of_source = "title" in request.POST
    given = request.POST if request.method == "POST" else None
    initial = {name: getattr(source, name) for name in SourceForm.base_fields}
    about = SourceForm(given if of_source else None, initial=initial)
    claim = ClaimForm(None if of_source else given)
    if given is not None and (form := about if of_source else claim).is_valid():
        try:
            if said := _amend(source, about, request) if of_source else _add(source, claim, request):
                messages.success(request, said)
                return redirect("curate-claims", source.slug)
        except Refused as refused:
            refuse(form, refused)
    claims = source.claims.prefetch_related("forecasts").order_by("position")[:SHOWN]
    return _render(
        request, "claims", about if of_source else claim, source=source, about=about, claim=claim, claims=claims
    )


@require_http_methods(["GET", "HEAD", "POST"])
@curating
def amend_claim(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    source = get_object_or_404(Source, slug=slug)
    claim = get_object_or_404(source.claims, key=key)
    form = ClaimForm(request.POST if request.method == "POST" else None, initial=_typed(claim))
    form.fields["key"].disabled = True
    # What this form cannot say it must not lose.
    elsewhere = bool(claim.hedge_word) and form.initial["hedge"] not in _offered()
    if not elsewhere and request.method == "POST" and form.is_valid() and (entry := form.entry(source)):
        try:
            cataloguing.put_claim(entry=entry, source=source, scales=_titles(), by=actor(request), replacing=True)
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, f"{claim.key} is as you said.")
            return redirect("curate-claims", source.slug)
    return _render(request, "claim", form, source=source, claim=claim, elsewhere=elsewhere)


def _add(source: Source, form: ClaimForm, request: HttpRequest) -> str:
    entry = form.entry(source)
    if entry is None:
        return ""
    cataloguing.put_claim(entry=entry, source=source, scales=_titles(), by=actor(request))
    return f"{entry.key} is on record. Add the next, or register forecasts of it."


def _amend(source: Source, form: SourceForm, request: HttpRequest) -> str:
    form.cleaned_data["slug"] = source.slug
    entry = form.entry()
    if entry is None:
        return ""
    cataloguing.put_source(entry=entry, by=actor(request), replacing=True)
    return "What is said of the source is as you said."


def _render(request: HttpRequest, page: str, form: forms.Form, **context: Any) -> HttpResponse:
    if form.errors:
        point_out(form)
    status = 400 if form.errors else 200
    return render(request, f"forecasts/curating/{page}.html", {"form": form, **context}, status=status)


def _filled(given: dict[str, Any]) -> dict[str, Any]:
    """What is not empty: a catalogue leaves out what it does not say."""
    return {name: value for name, value in given.items() if value not in {None, "", False}}


def _shown(form: forms.Form, faults: Faults, **names: str) -> bool:
    for fault in faults.found:
        field = names.get(fault.field, fault.field)
        form.add_error(field if field in form.fields else None, f"{fault.message[:1].upper()}{fault.message[1:]}.")
    return bool(faults.found)


def _words(scale: entries.Scale) -> list[tuple[str, str]]:
    translated = [(word, f"{word} ({low:.0%} to {high:.0%})") for word, (low, high) in scale.words.items()]
    plain = [(word, f"{word} (not translated)") for word in scale.untranslated]
    return [(f"{scale.slug}:{word}", said) for word, said in [*translated, *plain]]


def _offered() -> set[str]:
    return {value for scale in known_scales().values() for value, _ in _words(scale)}


def _titles() -> dict[str, str]:
    return {slug: scale.title for slug, scale in known_scales().items()}


def _entry_of(source: Source) -> entries.Source:
    return entries.Source(**{name: getattr(source, name) for name in entries.Source.__dataclass_fields__})


def _typed(claim: Claim) -> dict[str, Any]:
    """As its curator would have typed it; a word of a scale that is not known here stays out."""
    scale = next((slug for slug, title in _titles().items() if title == claim.hedge_scale), "")
    named = {name: getattr(claim, name) for name in ("key", "section", "bullet", "restated", "premise", "hedge_note")}
    author = "" if claim.author == claim.source.author else claim.author
    return named | {"author": author, "hedge": f"{scale}:{claim.hedge_word.casefold()}" if claim.hedge_word else ""}
