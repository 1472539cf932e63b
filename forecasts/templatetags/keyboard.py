"""The keys that pages understand: help and the dialog of lists show them from here, and a test holds the scripts."""

from dataclasses import dataclass

from django import template

register = template.Library()


@dataclass(frozen=True)
class Keys:
    """Keys that belong together, as browsers name them, and what they do."""

    names: tuple[str, ...]
    do: str

    @property
    def shown(self) -> list[str]:
        """As they stand on keyboards."""
        return [SHOWN.get(name, name) for name in self.names]


SHOWN = {
    "ArrowUp": "↑",
    "ArrowDown": "↓",
    "ArrowLeft": "←",
    "ArrowRight": "→",
    "PageUp": "Page ↑",
    "PageDown": "Page ↓",
}
# By place: config/static/lists.js, site.js and answering.js.
KEYS = {
    "list": (
        Keys(("/",), "to the search"),
        Keys(("j", "k"), "to the next and the previous forecast"),
        Keys(("ArrowDown", "ArrowUp"), "the same, from a forecast of the list"),
        Keys(("Enter",), "opens it"),
        Keys(("?",), "shows these keys"),
    ),
    "estimate": (
        Keys(("ArrowUp", "ArrowDown"), "one step up and down: a whole percent, less towards the ends"),
        Keys(("PageUp", "PageDown"), "to the next of 1%, 5%, 10%, 20% and so on"),
        Keys(("ArrowRight", "ArrowLeft"), "on the slider, one step up and down"),
        Keys(("Home", "End"), "on the slider, to 0.01% and 99.99%"),
        Keys(("Enter",), "in the box, puts it on record"),
    ),
    "answer": (Keys(("Enter", "Tab"), "puts the number on record and goes to the next box"),),
}


@register.inclusion_tag("forecasts/parts/keys.html")
def keys(place: str) -> dict[str, object]:
    return {"keys": KEYS[place]}
