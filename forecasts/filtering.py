"""What a list is narrowed to: as a form, as chips that can be taken away, as an address that can be shared."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.http import QueryDict

from forecasts.fields import Menu
from forecasts.models import Collection, Forecast, Source, Status, TagInUse, Viewer
from forecasts.queries import UNCONDITIONAL, Filters, menus

Choices = list[tuple[str, str]]
ORDERINGS: Final[Choices] = [
    ("-closes", "Closing latest"),
    ("active", "Moved last"),
    ("newest", "Newest"),
    ("forecasters", "Most forecasters"),
    ("claim", "In the order of the claims"),
]
SOONEST: Final = ("closes", "Closing soonest")
BEST: Final = ("relevance", "Best match")
MINE: Final[Choices] = [("", "Any"), ("no", "Without your estimate"), ("yes", "With your estimate")]
# What else may stand in an address than what a menu offers, which ends somewhere.
STORED: Final[Mapping[str, Any]] = {
    "source": (Source, "slug"),
    "collection": (Collection, "slug"),
    "tag": (TagInUse, "name"),
    "condition": (Forecast, "slug"),
}


@dataclass(frozen=True)
class Chip:
    """A filter that is set, in words, and the address of the list without it."""

    words: str
    without: str


class FilterForm(forms.Form):
    """What the list is narrowed to."""

    search = forms.CharField(
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "enterkeyhint": "search"}),
    )
    status = forms.ChoiceField(required=False, widget=Menu)
    mine = forms.ChoiceField(required=False, choices=MINE, label="Your estimate")
    source = forms.ChoiceField(required=False, widget=Menu)
    collection = forms.ChoiceField(required=False, widget=Menu)
    tag = forms.ChoiceField(required=False, widget=Menu)
    condition = forms.ChoiceField(required=False, widget=Menu, label="Counts only if")
    ordering = forms.ChoiceField(required=False, widget=Menu, label="Order")

    def __init__(self, data: QueryDict | None = None, *, user: Viewer) -> None:
        super().__init__(data or None, auto_id="filter_%s")
        if user.pk is None:
            del self.fields["mine"]
        menu = menus()
        self._offer("status", "Any", [(status.value, status.label) for status in Status])
        self._offer("source", "Any", menu.sources)
        self._offer("collection", "All but rehearsals", menu.collections)
        self._offer("tag", "Any", menu.tags)
        self._offer("condition", "Anything", [(UNCONDITIONAL, "Nothing: unconditional"), *menu.conditions])
        searching = bool(self.data.get("search", "").strip())
        # Without a word from the reader: what fits a search best, else what closes soonest.
        self._offer("ordering", BEST[1] if searching else SOONEST[1], [*([SOONEST] if searching else []), *ORDERINGS])

    def _offer(self, name: str, blank: str, choices: Choices) -> None:
        field = self.fields[name]
        if not isinstance(field, forms.ChoiceField):
            raise TypeError(name)
        given = self.data.get(name, "")
        known = [("", blank), *choices]
        if name == "ordering" and given in {SOONEST[0], BEST[0]}:
            known[0] = (given, blank) if given not in dict(choices) else known[0]
        elif given and given not in dict(known) and name in STORED and "\0" not in given:
            model, column = STORED[name]
            known += [(given, str(row)) for row in model.objects.filter(**{column: given})[:1]]
        field.choices = known

    def filters(self) -> Filters:
        """What was asked for; fields that are wrong count as not given."""
        if not self.is_bound:
            return Filters()
        self.is_valid()
        return Filters(**{name: value for name, value in self.cleaned_data.items() if value})

    def chips(self) -> list[Chip]:
        """The filters that are set, without the order, which is always something."""
        asked = self.filters()
        return [
            Chip(self._words(name, value), without(self.data, name))
            for name in self.fields
            if name != "ordering" and (value := getattr(asked, name))
        ]

    def _words(self, name: str, value: str) -> str:
        field = self.fields[name]
        if not isinstance(field, forms.ChoiceField):
            return f"“{value}”"
        label = str(dict(field.choices).get(value, value))  # type: ignore[arg-type]  # no groups among them
        if name == "condition":
            return "Unconditional" if value == UNCONDITIONAL else f"Counts only if: {label}"
        return label if name in {"status", "mine"} else f"{field.label or name.capitalize()}: {label}"


def without(given: Any, *names: str) -> str:
    """The parameters of an address with a page of their own: without these, the page and what is empty."""
    kept = QueryDict(mutable=True)
    for name in given:
        if name not in {*names, "page"} and given[name].strip():
            kept[name] = given[name]
    return f"?{kept.urlencode()}" if kept else "?"
