"""What a forecast asks, as its author hands it in, and everything for which it would be refused."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from forecasts.models import Wording
from forecasts.refusals import Invalid, Refused

from . import checks

TIMES = ("opens_at", "closes_at", "resolve_by", "spot_at")
REQUIRED = ("question", "criteria")
WORDS = (*REQUIRED, "background", "fallback", "annulled_if", "known_at_rule")
LONGEST_LINE = 500


@dataclass(frozen=True)
class Text:
    """Everything that a wording holds."""

    question: str
    opens_at: dt.datetime
    closes_at: dt.datetime
    resolve_by: dt.datetime
    background: str = ""
    criteria: str = ""
    sources: list[str] = field(default_factory=list)
    fallback: str = ""
    annulled_if: str = ""
    known_at_rule: str = ""
    spot_at: dt.datetime | None = None


def text_of(wording: Wording) -> Text:
    return Text(**{name: getattr(wording, name) for name in Text.__dataclass_fields__})


def stripped(text: Text) -> Text:
    """As it is stored."""
    words: dict[str, Any] = {name: getattr(text, name).strip() for name in WORDS}
    return replace(text, **words, sources=[source.strip() for source in text.sources])


def faults(text: Text) -> list[Refused]:
    """Everything for which this text is refused, in the order in which a reader would look."""
    return [*_faults_of_words(text), *_faults_of_times(text)]


def _faults_of_words(text: Text) -> Iterator[Refused]:
    for name in WORDS:
        most = LONGEST_LINE if name == "question" else checks.MAX_TEXT
        yield from _refusal(checks.text, getattr(text, name), field=name, required=name in REQUIRED, most=most)
    for source in text.sources:
        yield from _refusal(checks.text, source, field="sources", required=True, most=LONGEST_LINE)
    if text.question.strip() and not text.question.strip().endswith("?"):
        yield Invalid("A question ends with a question mark.", field="question")


def _faults_of_times(text: Text) -> Iterator[Refused]:
    wrong = [
        refusal
        for name in TIMES
        if (value := getattr(text, name)) is not None
        for refusal in _refusal(checks.aware, value, field=name)
    ]
    yield from wrong
    # Those that cannot be read cannot be compared.
    if wrong:
        return
    if text.closes_at <= text.opens_at:
        yield Invalid("It must close after it opens.", field="closes_at")
    if text.resolve_by < text.closes_at:
        yield Invalid("It cannot be due before it closes.", field="resolve_by")
    if text.spot_at and not text.opens_at <= text.spot_at <= text.closes_at:
        yield Invalid("The spot time lies between opening and closing.", field="spot_at")


def _refusal(check: Callable[..., object], value: object, **rules: object) -> Iterator[Refused]:
    try:
        check(value, **rules)
    except Refused as refused:
        yield refused
