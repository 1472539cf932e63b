"""What readers choose on boards and calibration pages, and what a resolver types."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone

from forecasts.crowd import METHODS
from forecasts.models import Collection, Outcome, Source
from forecasts.refusals import Refused
from tracker.models import Owner
from tracker.queries.measures import MEASURES, REFERENCES
from tracker.queries.viewing import scopes
from tracker.scopes import Scope


def scope_choices(asked: str) -> list[tuple[str, str]]:
    """Scopes that have a resolved forecast, and the one asked for, with their names; in as many queries as ever."""
    names = {
        "source": dict(Source.objects.values_list("slug", "title")),
        "collection": dict(Collection.objects.values_list("slug", "title")),
    }
    offered = scopes()
    if asked and asked not in {str(scope) for scope in offered}:
        kind, _, key = asked.partition(":")
        offered.append(Scope(kind, key))
    return [(str(scope), names.get(scope.kind, {}).get(scope.key) or _plain(scope)) for scope in offered]


def _plain(scope: Scope) -> str:
    return f"Tagged {scope.key}" if scope.kind == "tag" else scope.key or "Everything"


class ScopedForm(forms.Form):
    """Choices that make an address to share. What is wrong is said beside its field and counts as not given."""

    scope = forms.CharField(required=False, max_length=200)
    settled = forms.ChoiceField(
        required=False,
        label="Counting",
        choices=[("true", "Settled forecasts"), ("false", "All resolved, provisional")],
    )

    def __init__(self, given: Any) -> None:
        super().__init__(given or None, auto_id="choose_%s")
        self.fields["scope"].widget = forms.Select(choices=scope_choices(given.get("scope", "")))

    def clean_scope(self) -> Scope:
        try:
            return Scope.parse(self.cleaned_data["scope"])
        except Refused as refused:
            raise forms.ValidationError(refused.message) from None

    def asked(self) -> dict[str, Any]:
        """The valid choices, as arguments of a query."""
        self.full_clean()
        given = {name: value for name, value in getattr(self, "cleaned_data", {}).items() if value not in {"", None}}
        return given | {"scope": given.get("scope", Scope()), "settled": given.get("settled") != "false"}


class BoardForm(ScopedForm):
    measure = forms.ChoiceField(
        required=False, choices=[(measure.name, measure.label) for measure in MEASURES.values()], label="By"
    )
    year = forms.IntegerField(required=False, min_value=1, max_value=9998, label="Settled in")

    field_order = ("scope", "measure", "year", "settled")

    def offer(self, years: Iterable[int]) -> None:
        self.fields["year"].widget = forms.Select(choices=[("", "Any year"), *((year, str(year)) for year in years)])


class CalibrationForm(ScopedForm):
    crowd = forms.ChoiceField(
        required=False,
        label="Of",
        choices=[("", "Everyone, pooled"), *((method, REFERENCES[Owner.CROWD, method]) for method in METHODS)],
    )
    forecaster = forms.CharField(required=False, max_length=40, label="or of the forecaster")
    view = forms.ChoiceField(
        required=False, label="Weighing", choices=[("time", "By time standing"), ("final", "At the spot time")]
    )

    field_order = ("crowd", "forecaster", "scope", "view", "settled")


class ComparisonForm(ScopedForm):
    a = forms.CharField(required=False, max_length=60, label="Compare")
    b = forms.CharField(required=False, max_length=60, label="with")

    field_order = ("a", "b", "scope", "settled")

    def __init__(self, given: Any) -> None:
        super().__init__(given)
        for name in ("a", "b"):
            self.fields[name].widget.attrs |= {"list": "compared", "autocapitalize": "none", "autocomplete": "off"}


class DecisionForm(forms.Form):
    """An outcome with its reason. The revision that the resolver saw rides along."""

    outcome = forms.ChoiceField(widget=forms.RadioSelect)
    known_at = forms.CharField(
        required=False,
        max_length=40,
        label="Known at (UTC)",
        help_text="When the answer became knowable. Later estimates do not count. Not asked when reopening.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )
    reason = forms.CharField(
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="What was found, and how it meets the criteria. Markdown is fine. Stays on record.",
    )
    links = forms.CharField(
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="The sources that show it, one address a line.",
    )
    revision = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, decided: bool, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "decision_%s"} | kwargs)
        outcomes = [(Outcome.YES, "Yes"), (Outcome.NO, "No"), (Outcome.ANNULLED, "Annulled: it has no answer")]
        again = [(Outcome.REOPENED, "Reopened: take the decision back")] if decided else []
        field = self.fields["outcome"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [*outcomes, *again]

    def clean_known_at(self) -> dt.datetime | None:
        typed = self.cleaned_data["known_at"].strip()
        if not typed:
            return None
        try:
            known_at = dt.datetime.fromisoformat(typed)
            return known_at.astimezone(dt.UTC) if timezone.is_aware(known_at) else known_at.replace(tzinfo=dt.UTC)
        except (ValueError, OverflowError):
            raise forms.ValidationError(f"“{typed}” is not a time. Type it as 2027-01-31 18:00.") from None

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if given.get("outcome") not in {None, Outcome.REOPENED} and given.get("known_at", ...) is None:
            self.add_error("known_at", "Say when the answer became knowable.")
        return given

    @property
    def links_given(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["links"].splitlines() if line.strip()]
