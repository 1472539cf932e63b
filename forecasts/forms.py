"""What people type into the record's pages. Shapes are checked here; what they mean is for the services to judge."""

import json
from collections.abc import Iterable
from hashlib import sha256
from typing import Any, ClassVar, Final

from django import forms

from forecasts import notation
from forecasts.fields import InstantField, ProseField
from forecasts.models import LONGEST_NOTE, Estimate, Evidence
from forecasts.refusals import Refused
from forecasts.templatetags.words import exactly

DIRECTIONS: Final = [
    (Evidence.Direction.RAISES, "raises the probability"),
    (Evidence.Direction.LOWERS, "lowers it"),
    (Evidence.Direction.NEUTRAL, "bears on it either way"),
]


def refuse(form: forms.BaseForm, refused: Refused, **names: str) -> None:
    """Put a service's refusal beside the field it names; `names` maps the service's names to the form's."""
    field = names.get(refused.field, refused.field)
    form.add_error(field if field in form.fields else None, refused.message)


def point_out(form: forms.BaseForm) -> None:
    """Let the browser start where a refused form needs another look: at its first field in error, or at its top."""
    shown = [field.name for field in form.visible_fields()]
    first = next((name for name in shown if name in form.errors), shown[0])
    form.fields[first].widget.attrs["autofocus"] = True


class PercentField(forms.CharField):
    """A probability as people write one: see forecasts.notation. Gives a number from 0 to 1."""

    widget = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "size": 7})

    def clean(self, value: Any) -> Any:
        try:
            return notation.read(super().clean(value)).probability
        except notation.Unreadable as unreadable:
            raise forms.ValidationError(str(unreadable), code=unreadable.fault) from None


class RatioField(forms.FloatField):
    """A likelihood ratio, with a dot or a comma in it."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "data-ratio": True})
    default_error_messages: ClassVar[dict[str, Any]] = {"invalid": "Type one number, such as 3 or 0.5."}

    def to_python(self, value: Any) -> Any:
        return super().to_python(value.replace(",", ".") if isinstance(value, str) else value)


class EstimateForm(forms.Form):
    """One probability, why, what it rests on, and for how long."""

    percent = PercentField(
        max_length=40,
        label="Probability of yes",
        error_messages={"required": "Say how likely yes is, such as 62 or 1 in 14."},
    )
    rationale = forms.CharField(
        required=False,
        max_length=20_000,
        label="Why",
        help_text="What moved you. Markdown is fine. Shown to those who may see the crowd.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    evidence = forms.TypedMultipleChoiceField(
        required=False, coerce=int, label="From the list", widget=forms.CheckboxSelectMultiple
    )
    link = forms.CharField(
        required=False,
        max_length=1000,
        label="Or paste a link",
        widget=forms.TextInput(attrs={"inputmode": "url", "placeholder": "https://…", "autocomplete": "off"}),
        help_text="It is added to the evidence below.",
    )
    link_title = forms.CharField(required=False, max_length=300, label="What it says")
    link_direction = forms.ChoiceField(required=False, choices=DIRECTIONS, label="It", widget=forms.RadioSelect)
    expires_at = InstantField(
        required=False,
        label="Stands until (UTC)",
        help_text="From then on you stand nowhere here. Left empty, it stands until the close, or until you change it.",
    )
    token = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)

    def __init__(self, *args: Any, evidence: Iterable[Evidence], **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "estimate_%s"} | kwargs)
        self._evidence = [(item.pk, item.title) for item in evidence]
        self._choose(self._evidence)

    def _choose(self, choices: list[tuple[int, str]]) -> None:
        field = self.fields["evidence"]
        if isinstance(field, forms.TypedMultipleChoiceField):
            field.choices = choices
            field.error_messages["invalid_choice"] = "There is no evidence %(value)s on this forecast. Add it first."

    def offer(self, evidence: Iterable[Evidence]) -> None:
        """Show these pieces to choose from, and what was chosen already."""
        shown = {str(item.pk) for item in evidence}.union(self["evidence"].value() or ())
        self._choose([(pk, title) for pk, title in self._evidence if str(pk) in shown])

    @property
    def doubts(self) -> dict[str, str]:
        """The words that a script shows beside what it reads: see forecasts.notation."""
        return notation.DOUBTS | notation.FAULTS

    @property
    def cites(self) -> bool:
        """Whether what was sent cites something, so that its fields are shown unfolded."""
        return any(self[name].value() or self[name].errors for name in ("evidence", "link", "link_title"))

    @property
    def expires(self) -> bool:
        return bool(self["expires_at"].value() or self["expires_at"].errors)

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if given.get("link_title") and not given.get("link") and "link" not in self.errors:
            self.add_error("link", "Paste the address too, or leave out what it says.")
        return given

    def key(self, latest: Estimate | None) -> str | None:
        """The idempotency key, given the forecaster's latest estimate: sent twice, a form is one estimate. Sent again
        with other words, or after something else was put on record, as after the browser's Back, it is another.
        """
        given = self.cleaned_data
        if not given["token"]:
            return None
        said = [given["token"], given["percent"], given["rationale"], sorted(given["evidence"]), given["link"]]
        if given["expires_at"]:
            said.append(given["expires_at"].isoformat())
        form = sha256(json.dumps(said).encode()).hexdigest()
        if latest and (latest.idempotency_key or "").startswith(f"{form}:"):
            return latest.idempotency_key
        return f"{form}:{latest.pk if latest else 0}"


class RatingForm(forms.Form):
    """What somebody thinks of a piece of evidence."""

    useful = forms.ChoiceField(
        choices=[("yes", "yes"), ("no", "no")],
        error_messages=dict.fromkeys(("required", "invalid_choice"), "Say whether it is useful: yes or no."),
    )
    likelihood_ratio = RatioField(required=False)


class EvidenceForm(forms.Form):
    """Something public that bears on the forecast."""

    url = forms.CharField(
        required=False,
        max_length=1000,
        label="Address",
        widget=forms.TextInput(attrs={"inputmode": "url", "placeholder": "https://…", "autocomplete": "off"}),
    )
    title = forms.CharField(
        max_length=300, label="What it says", error_messages={"required": "Say in a few words what it says."}
    )
    direction = forms.ChoiceField(
        choices=DIRECTIONS,
        widget=forms.RadioSelect,
        label="It",
        error_messages={"required": "Choose which way it points; if both ways, the last."},
    )
    likelihood_ratio = RatioField(
        required=False,
        label="Likelihood ratio",
        help_text="How many times likelier this is if the answer is yes than if it is no: 2 doubles the odds, 0.5 "
        "halves them. Leave it out if unsure.",
    )
    published_on = forms.DateField(
        required=False, label="Published on", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    summary = forms.CharField(required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "evidence_%s"} | kwargs)


class NoteForm(forms.Form):
    """Something to say about the forecast, to all or to oneself."""

    text = ProseField(
        max_length=LONGEST_NOTE,
        label="Your note",
        help_text="Markdown is fine. Shown to those who may see the crowd. It cannot be changed, only withdrawn.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    with_estimate = forms.BooleanField(required=False)
    is_private = forms.BooleanField(
        required=False, label="Only for me", help_text="Nobody else will ever see it, and it takes no replies."
    )
    reply_to = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)
    token = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)

    def __init__(self, *args: Any, own: float | None, **kwargs: Any) -> None:
        """`own` is where its author stands, to say so with the note."""
        super().__init__(*args, **{"auto_id": "note_%s"} | kwargs)
        if own is None:
            del self.fields["with_estimate"]
        else:
            self.fields["with_estimate"].label = f"It goes with my estimate of {exactly(own)}"

    def key(self) -> str | None:
        """The idempotency key: sent twice, a form is one note; with other words it is another."""
        given = dict(self.cleaned_data)
        return sha256(json.dumps(given, sort_keys=True).encode()).hexdigest() if given["token"] else None
