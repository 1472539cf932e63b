"""What readers choose on boards and calibration pages, and what a resolver types."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms
from django.urls import reverse

from forecasts.crowd import METHODS
from forecasts.fields import InstantField, LinesField, Menu
from forecasts.models import Collection, Forecast, Forecaster, Outcome, Source
from forecasts.refusals import Refused
from tracker.models import Owner
from tracker.queries.measures import MEASURES, REFERENCES
from tracker.queries.queue import KINDS
from tracker.queries.records import SORTS
from tracker.queries.standings import WHO
from tracker.queries.viewing import scopes
from tracker.scopes import Scope
from tracker.scoring.reliability import BINS


def scope_choices(asked: str) -> list[tuple[str, str]]:
    """The largest scopes that have a resolved forecast, and the one asked for, with their names."""
    offered = scopes()
    if asked and asked not in {str(scope) for scope in offered} and "\x00" not in asked:
        kind, _, key = asked.partition(":")
        offered.append(Scope(kind, key))
    keys = {kind: [scope.key for scope in offered if scope.kind == kind] for kind in ("source", "collection")}
    names = {
        "source": dict(Source.objects.filter(slug__in=keys["source"]).values_list("slug", "title")),
        "collection": dict(Collection.objects.filter(slug__in=keys["collection"]).values_list("slug", "title")),
    }
    return [(str(scope), names.get(scope.kind, {}).get(scope.key) or _plain(scope)) for scope in offered]


def _plain(scope: Scope) -> str:
    return f"Tagged {scope.key}" if scope.kind == "tag" else scope.key or "Everything"


def named_by_typing() -> dict[str, str]:
    """Attributes of a field for a name: what is typed is looked up while typing, where scripts run."""
    return {
        "list": "names",
        "autocapitalize": "none",
        "autocomplete": "off",
        "spellcheck": "false",
        "hx-get": reverse("names"),
        "hx-trigger": "input changed delay:200ms",
        "hx-target": "#names",
        "hx-sync": "this:replace",
    }


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
        self.fields["scope"].widget = Menu(choices=scope_choices(given.get("scope", "")))

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


class YearForm(ScopedForm):
    """Also by the year in which forecasts settled; a page offers those that have any."""

    year = forms.IntegerField(required=False, min_value=1, max_value=9998, label="Settled in")

    def offer(self, years: Iterable[int]) -> None:
        # A year that was asked for and has nothing must be seen to be chosen.
        asked = str(self.data.get("year", ""))
        more = {int(asked)} if asked.isdecimal() and not self.errors.get("year") else set()
        offered = sorted({*years} | more, reverse=True)
        self.fields["year"].widget = Menu(choices=[("", "Any year"), *((year, str(year)) for year in offered)])


class BoardForm(YearForm):
    measure = forms.ChoiceField(
        required=False, choices=[(measure.name, measure.label) for measure in MEASURES.values()], label="By"
    )

    who = forms.ChoiceField(required=False, choices=list(WHO.items()), label="Ranking")

    field_order = ("scope", "measure", "who", "year", "settled")

    def __init__(self, given: Any) -> None:
        super().__init__(given)
        # Where no program takes part there is nothing to choose.
        if "who" not in given and not Forecaster.objects.filter(is_bot=True).exists():
            del self.fields["who"]


class RecordForm(YearForm):
    """A track record: scope, year, and what its forecasts are sorted by."""

    sort = forms.ChoiceField(
        required=False, label="Forecasts by", choices=[(key, label) for key, (label, _) in SORTS.items()]
    )

    field_order = ("scope", "year", "settled", "sort")


class CalibrationForm(YearForm):
    crowd = forms.ChoiceField(
        required=False,
        label="Of",
        choices=[("", "Everyone, pooled"), *((method, REFERENCES[Owner.CROWD, method]) for method in METHODS)],
    )
    forecaster = forms.CharField(required=False, max_length=40, label="or of the forecaster")
    view = forms.ChoiceField(
        required=False, label="Weighing", choices=[("time", "By time standing"), ("final", "At the spot time")]
    )

    field_order = ("crowd", "forecaster", "scope", "year", "view", "settled")

    def __init__(self, given: Any) -> None:
        super().__init__(given)
        self.fields["forecaster"].widget.attrs |= named_by_typing()


class BinForm(CalibrationForm):
    """A bin of a reliability diagram, by its number, and from where its forecasts are listed."""

    bin = forms.IntegerField(required=False, min_value=0, max_value=BINS - 1)
    before = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)


class ComparisonForm(ScopedForm):
    a = forms.CharField(required=False, max_length=60, label="Compare")
    b = forms.CharField(required=False, max_length=60, label="with")

    field_order = ("a", "b", "scope", "settled")

    def __init__(self, given: Any) -> None:
        super().__init__(given)
        for name in ("a", "b"):
            self.fields[name].widget.attrs |= named_by_typing()


# Sources that the queue's menu offers; one beyond these is asked for by its address.
OFFERED = 200


class DecisionForm(forms.Form):
    """An outcome with its reason. The revision that the resolver saw rides along."""

    outcome = forms.ChoiceField(widget=forms.RadioSelect, error_messages={"required": "Choose what the answer is."})
    known_at = InstantField(
        required=False,
        label="Known at (UTC)",
        help_text="When the answer became knowable. Later estimates do not count. Empty for a no: the close, once it "
        "has passed. Not asked when reopening.",
    )
    reason = forms.CharField(
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": "Say why: people will read it for as long as the forecast stands."},
        help_text="What was found, and how it meets the criteria. Markdown is fine. Stays on record.",
    )
    links = LinesField(
        required=False,
        max_length=20_000,
        help_text="The sources that show it, one address a line.",
    )
    revision = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, forecast: Forecast, at: dt.datetime, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "decision_%s"} | kwargs)
        self.closed_at = forecast.closes_at if forecast.closes_at <= at else None
        outcomes = [(Outcome.YES, "Yes"), (Outcome.NO, "No"), (Outcome.ANNULLED, "Annulled: it has no answer")]
        again = [(Outcome.REOPENED, "Reopened: take the decision back")] if forecast.outcome else []
        field = self.fields["outcome"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [*outcomes, *again]

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if given.get("outcome") == Outcome.NO and given.get("known_at", ...) is None:
            given["known_at"] = self.closed_at
        if given.get("outcome") not in {None, Outcome.REOPENED} and given.get("known_at", ...) is None:
            self.add_error("known_at", "Say when the answer became knowable.")
        return given


class QueueForm(forms.Form):
    """What of the resolvers' queue is shown."""

    show = forms.ChoiceField(required=False, choices=list(KINDS.items()))
    source = forms.ChoiceField(required=False, widget=Menu)

    def __init__(self, given: Any) -> None:
        super().__init__(given or None, auto_id="queue_%s")
        source, asked = self.fields["source"], given.get("source", "").replace("\x00", "")
        titles = Source.objects.values_list("slug", "title")
        if isinstance(source, forms.ChoiceField):
            offered = dict(titles[:OFFERED]) | dict(titles.filter(slug=asked))
            source.choices = [("", "Any source"), *offered.items()]

    def asked(self) -> tuple[str, str]:
        """What to show, and of which source; what is wrong counts as not given."""
        self.full_clean()
        given = getattr(self, "cleaned_data", {})
        return given.get("show") or "waiting", given.get("source") or ""
