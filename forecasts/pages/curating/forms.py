"""What a curator types to register, word anew and amend a forecast."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from django import forms

from forecasts.doubts import Draft
from forecasts.fields import InstantField, LinesField, ProseField, WordsField
from forecasts.models import Claim, Collection, Forecast
from forecasts.refusals import Refused
from forecasts.services import checks
from forecasts.services.pairing import BRANCHES, in_window
from forecasts.services.texts import WORDS, Text, faults

Kept = TypeVar("Kept")
DAY = dt.timedelta(days=1)
# Collections that a form offers; they are few, and a longer list would not be read.
OFFERED = 60


def prose(rows: int, **kwargs: Any) -> ProseField:
    given: dict[str, Any] = {"required": False, "max_length": checks.MAX_TEXT} | kwargs
    return ProseField(widget=forms.Textarea(attrs={"rows": rows}), **given)


def _checked(check: Callable[..., Kept], given: object, *, field: str) -> Kept:
    """What a service would say on sending, said while it is typed."""
    try:
        return check(given, field=field)
    except Refused as refused:
        raise forms.ValidationError(refused.message) from refused


class TextForm(forms.Form):
    """Everything that a wording holds. Times are in UTC."""

    typed: dict[str, Any]

    question = prose(2, required=True, max_length=500, help_text="One sentence, with its date, that ends with “?”.")
    criteria = prose(
        7, required=True, help_text="When it is yes, when it is no, and what does not count. Markdown is fine."
    )
    sources = LinesField(
        required=False,
        max_length=checks.MAX_TEXT,
        label="Where to look",
        help_text="Public sources that will show it, one a line, with their addresses.",
    )
    fallback = prose(2, label="If that fails", help_text="Where to look when the sources are gone or disagree.")
    background = prose(4, help_text="What a forecaster should know first.")
    annulled_if = prose(2, label="What annuls it", help_text="What would leave it without an answer.")
    known_at_rule = prose(
        2, label="When the answer counts as known", help_text="Estimates made after that moment do not count."
    )
    opens_at = InstantField(label="Opens (UTC)", help_text="From then on estimates are taken and scored.")
    closes_at = InstantField(label="Closes (UTC)", help_text="Up to then.")
    resolve_by = InstantField(
        required=False, label="Due (UTC)", help_text="When it is to be resolved. Empty: when it closes."
    )
    spot_at = InstantField(
        required=False,
        label="Spot time (UTC)",
        help_text="The one moment that spot scores look at. Empty: when the crowd is revealed, else at closing.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "asked_%s"} | kwargs)

    def clean(self) -> dict[str, Any]:
        """Everything for which the text would be refused is said at once."""
        # A field that is refused is taken out of what is clean; what was typed there is looked at all the same.
        self.typed = dict(self.cleaned_data)
        for refused in faults(self.text()):
            if refused.field not in self.errors:
                self.add_error(refused.field, refused.message)
        return self.cleaned_data

    @property
    def missing(self) -> list[str]:
        """The fields that must be filled in, and are not."""
        return [name for name, field in self.fields.items() if field.required and not self.data.get(name, "").strip()]

    def text(self) -> Text:
        """What is typed; times that are not there yet stand where they disturb no other."""
        given = self.typed
        opens, closes = given.get("opens_at"), given.get("closes_at")
        opens = opens or (closes - DAY if closes and closes > checks.EARLIEST else checks.EARLIEST)
        closes = closes or min(max(opens, given.get("spot_at") or opens), checks.LATEST) + DAY
        words: dict[str, Any] = {name: given.get(name, "") for name in WORDS}
        return Text(
            **words,
            sources=given.get("sources", []),
            opens_at=opens,
            closes_at=closes,
            resolve_by=given.get("resolve_by") or closes,
            spot_at=given.get("spot_at"),
        )

    def drafts(self) -> list[Draft]:
        """What is written so far, for the eye that looks for doubts."""
        return [self._draft(self.text())]

    def _draft(self, text: Text) -> Draft:
        return Draft(
            question=text.question,
            criteria=text.criteria,
            fallback=text.fallback,
            sources=tuple(text.sources),
            opens_at=self.typed.get("opens_at"),
            closes_at=self.typed.get("closes_at"),
            reveal_at=self.typed.get("reveal_at"),
        )


class RegisterForm(TextForm):
    """A forecast, or a pair of them: where it is from, what it depends on, and its address."""

    reveal_at = InstantField(
        required=False,
        label="The crowd shows from (UTC)",
        help_text="Until then only to those who made an estimate. Empty: from closing on.",
    )
    claim = forms.CharField(required=False, max_length=120)
    claim_search = forms.CharField(required=False, max_length=200, label="Find a claim")
    part = forms.CharField(
        required=False, max_length=10, label="Part", help_text="Such as a, if the claim has several."
    )
    predicts = forms.ChoiceField(
        required=False,
        choices=[("yes", "yes"), ("no", "no")],
        initial="yes",
        label="The claim expects",
        widget=forms.RadioSelect,
    )
    hedged = forms.BooleanField(required=False, label="The claim’s own word for how likely it is covers this part")
    tags = WordsField(required=False, max_length=900, help_text="Letters, digits and dashes; commas between them.")
    collections = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    condition = forms.CharField(required=False, max_length=120)
    condition_search = forms.CharField(required=False, max_length=200, label="Find a forecast")
    condition_outcome = forms.ChoiceField(
        required=False,
        label="It counts",
        choices=[
            ("yes", "only if that resolves yes"),
            ("no", "only if that resolves no"),
            ("both", "twice, with and without: a pair of forecasts with one text"),
        ],
        widget=forms.RadioSelect,
    )
    window_yes = forms.CharField(
        required=False,
        max_length=300,
        label="{window} if it resolves yes",
        help_text="Such as: the 12 months after it.",
    )
    window_no = forms.CharField(
        required=False, max_length=300, label="{window} if it resolves no", help_text="Such as: 2028."
    )
    title = forms.CharField(
        required=False,
        max_length=300,
        label="Title of the pair",
        help_text="What the pair compares. Empty: the question.",
    )
    slug = forms.CharField(
        required=False, max_length=120, label="Slug", help_text="Its public name, for good. Empty: as proposed."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        collections = self.fields["collections"]
        if isinstance(collections, forms.MultipleChoiceField):
            collections.choices = list(Collection.objects.values_list("slug", "title")[:OFFERED])

    @property
    def paired(self) -> bool:
        return self.cleaned_data.get("condition_outcome") == "both"

    def clean_claim(self) -> Claim | None:
        typed, search = self.cleaned_data["claim"], self.data.get("claim_search", "")
        if not typed:
            if search.strip():
                raise forms.ValidationError("Choose the claim, or empty the search.")
            return None
        source, _, key = typed.partition(":")
        found = Claim.objects.select_related("source").filter(source__slug=source, key=key).first()
        if found is None:
            raise forms.ValidationError(f"There is no claim “{typed}”. Find it by its key or its words.")
        return found

    def clean_condition(self) -> Forecast | None:
        typed, search = self.cleaned_data["condition"], self.data.get("condition_search", "")
        if not typed:
            if search.strip():
                raise forms.ValidationError("Choose the forecast it depends on, or empty the search.")
            return None
        found = Forecast.objects.select_related("resolution").filter(slug=typed).first()
        if found is None:
            raise forms.ValidationError(f"There is no forecast “{typed}”. Find it by its words.")
        return found

    def clean_slug(self) -> str:
        typed = self.cleaned_data["slug"]
        return _checked(checks.slug, typed, field="slug") if typed else ""

    def clean_tags(self) -> list[str]:
        return _checked(checks.tags, self.cleaned_data["tags"], field="tags")

    def clean_predicts(self) -> str:
        return self.cleaned_data["predicts"] or "yes"

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if given.get("condition") and not given.get("condition_outcome"):
            self.add_error("condition_outcome", "Say on which outcome of the condition it depends.")
        if given.get("condition_outcome") and not given.get("condition") and "condition" not in self.errors:
            self.add_error("condition", "Find the forecast it depends on, and choose it.")
        if not self.paired and any("{window}" in given.get(name, "") for name in ("question", "criteria")):
            self.add_error("question", "{window} stands for a time in pairs only. Write the time itself.")
        return given

    @property
    def windows(self) -> dict[str, str]:
        return {answer: self.cleaned_data.get(f"window_{answer}", "") for answer in BRANCHES}

    def drafts(self) -> list[Draft]:
        if not self.paired:
            return super().drafts()
        return [self._draft(in_window(self.text(), window)) for window in self.windows.values() if window]

    def collections_chosen(self) -> list[Collection]:
        return list(Collection.objects.filter(slug__in=self.cleaned_data.get("collections", [])))


class RewordForm(TextForm):
    """A new wording of a forecast, with its reason. The wording that its author saw rides along."""

    reason = prose(2, required=True, max_length=2000, label="Why", help_text="Stays on record beside the wording.")
    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)
    field_order = ("reason",)

    def drafts(self) -> list[Draft]:
        """Times that stay as they are were judged when they were new."""
        stay: dict[str, Any] = {name: None for name in ("opens_at", "closes_at") if name not in self.changed_data}
        return [replace(draft, **stay) for draft in super().drafts()]


class AmendForm(forms.Form):
    """What is neither wording nor a fact that scores depend on."""

    tags = WordsField(required=False, max_length=900, help_text="Letters, digits and dashes; commas between them.")
    collections = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, forecast: Forecast, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "amend_%s"} | kwargs)
        same = Collection.objects.filter(simulated=forecast.simulated).values_list("slug", "title")[:OFFERED]
        collections = self.fields["collections"]
        if isinstance(collections, forms.MultipleChoiceField):
            own = forecast.collections.values_list("slug", "title")
            collections.choices = list({**dict(same), **dict(own)}.items())

    def collections_chosen(self) -> list[Collection]:
        return list(Collection.objects.filter(slug__in=self.cleaned_data["collections"]))
