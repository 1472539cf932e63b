"""How a new wording differs from the one in force, word by word, for a curator's eye."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from forecasts.services.texts import TIMES, Text

LABELS = {
    "question": "Question",
    "criteria": "Criteria",
    "sources": "Where to look",
    "fallback": "If that fails",
    "background": "Background",
    "annulled_if": "What annuls it",
    "known_at_rule": "When the answer counts as known",
    "opens_at": "Opens",
    "closes_at": "Closes",
    "resolve_by": "Due",
    "spot_at": "Spot time",
}


@dataclass(frozen=True)
class Piece:
    """A run of words that stays, goes or comes."""

    kind: str
    words: str


@dataclass(frozen=True)
class Change:
    """A field that differs: texts in pieces, times as they were and will be."""

    name: str
    label: str
    before: Any
    after: Any
    pieces: list[Piece]


def changes(before: Text, after: Text) -> list[Change]:
    found = []
    for name, label in LABELS.items():
        old, new = getattr(before, name), getattr(after, name)
        if old == new:
            continue
        pieces = [] if name in TIMES else list(_pieces(_plain(old), _plain(new)))
        found.append(Change(name, label, old, new, pieces))
    return found


def _plain(value: Any) -> str:
    return "\n".join(value) if isinstance(value, list) else value


def _pieces(old: str, new: str) -> Iterator[Piece]:
    """The words of both, in order, each as it stays, goes or comes.

    >>> [(piece.kind, piece.words) for piece in _pieces("rain at noon", "snow at noon")]
    [('cut', 'rain'), ('added', 'snow'), ('same', ' at noon')]
    """
    a, b = re.findall(r"\s+|[^\s]+", old), re.findall(r"\s+|[^\s]+", new)
    for kind, first, last, start, end in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if kind == "equal":
            yield Piece("same", "".join(a[first:last]))
            continue
        if first < last:
            yield Piece("cut", "".join(a[first:last]))
        if start < end:
            yield Piece("added", "".join(b[start:end]))
