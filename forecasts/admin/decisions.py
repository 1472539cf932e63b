"""What a resolver fills in to decide a forecast."""

import datetime as dt
from typing import Any, ClassVar

from django import forms
from django.contrib.admin.widgets import AdminSplitDateTime, AdminTextareaWidget

from forecasts.models import ENDED, Forecast, Forecaster, Resolution
from forecasts.services import checks, resolving


class Decision(forms.Form):
    """The revision that it replaces, which is the one that its author saw, and why."""

    deed: ClassVar[str]
    reason = forms.CharField(
        max_length=checks.MAX_TEXT,
        widget=AdminTextareaWidget(attrs={"rows": 4}),
        help_text="What was looked at, and what it said. It stays on record.",
    )
    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    @classmethod
    def about(cls, forecast: Forecast) -> dict[str, Any]:
        """What the form begins with."""
        return {"revision": forecast.resolution.revision if forecast.resolution else 0}

    def decide(self, forecast: Forecast, *, by: Forecaster, at: dt.datetime) -> Resolution:
        raise NotImplementedError


class Resolving(Decision):
    deed = "Resolve"
    outcome = forms.ChoiceField(choices=[(outcome.value, outcome.label) for outcome in ENDED], widget=forms.RadioSelect)
    known_at = forms.SplitDateTimeField(
        widget=AdminSplitDateTime, help_text="When the answer became knowable, in UTC. Later estimates do not count."
    )
    links = forms.CharField(
        required=False,
        widget=AdminTextareaWidget(attrs={"rows": 3}),
        help_text="Where it shows: web addresses, one a line.",
    )
    field_order = ("outcome", "known_at", "reason", "links", "revision")

    @classmethod
    def about(cls, forecast: Forecast) -> dict[str, Any]:
        """For a correction, what is in force."""
        begun, current = super().about(forecast), forecast.resolution
        if current is None or not forecast.outcome:
            return begun
        in_force = {name: getattr(current, name) for name in ("outcome", "known_at", "reason")}
        return begun | in_force | {"links": "\n".join(current.links)}

    def decide(self, forecast: Forecast, *, by: Forecaster, at: dt.datetime) -> Resolution:
        given = self.cleaned_data | {"links": self.cleaned_data["links"].splitlines()}
        return resolving.resolve(forecast=forecast, by=by, at=at, **given)


class Reopening(Decision):
    deed = "Reopen"

    def decide(self, forecast: Forecast, *, by: Forecaster, at: dt.datetime) -> Resolution:
        return resolving.reopen(forecast=forecast, by=by, at=at, **self.cleaned_data)
