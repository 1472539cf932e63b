"""What a catalogue file says, as frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

Answer = Literal["yes", "no"]


@dataclass(frozen=True, slots=True)
class Source:
    slug: str
    title: str
    author: str
    publisher: str
    url: str
    published_on: date
    summary: str


@dataclass(frozen=True, slots=True)
class Scale:
    """A published scale of verbal probability. Words it does not translate are known, and stay words."""

    slug: str
    title: str
    citation: str
    url: str
    words: Mapping[str, tuple[float, float]]
    untranslated: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing the document predicts, or (premise) what its predictions take for granted.

    `hedge_low` and `hedge_high` are what the scale says about the author's word, never numbers the author gave;
    both are None when the scale does not translate the word.
    """

    key: str
    position: int
    author: str
    section: str
    bullet: int | None
    restated: str
    premise: bool
    hedge_word: str
    hedge_scale: str
    hedge_note: str
    hedge_low: float | None
    hedge_high: float | None


@dataclass(frozen=True, slots=True)
class Forecast:
    """One resolvable question with its full texts. Absent slugs and texts are empty.

    `predicts` is the answer that would bear the claim out; `hedge_low` and `hedge_high` bound the probability of YES,
    so they are turned round where the author predicts no.
    """

    slug: str
    claim: str
    part: str
    tags: tuple[str, ...]
    question: str
    background: str
    criteria: str
    sources: tuple[str, ...]
    fallback: str
    annulled_if: str
    known_at: str
    opens_at: datetime
    closes_at: datetime
    resolve_by: datetime
    spot_at: datetime | None
    reveal_at: datetime | None
    condition: str
    condition_outcome: Answer | None
    pair: str
    reason: str
    predicts: Answer
    hedge_word: str
    hedge_scale: str
    hedge_low: float | None
    hedge_high: float | None


@dataclass(frozen=True, slots=True)
class Pair:
    """Two forecasts with one text, given that `condition` resolves yes and given that it resolves no."""

    slug: str
    title: str
    claim: str
    part: str
    condition: str
    yes: str
    no: str


@dataclass(frozen=True, slots=True)
class Catalog:
    """A whole file. `forecasts` holds both branches of every pair and never names a condition that comes later."""

    source: Source
    scales: tuple[Scale, ...]
    claims: tuple[Claim, ...]
    forecasts: tuple[Forecast, ...]
    pairs: tuple[Pair, ...]
