"""What about a question's words and times would make its readers disagree. Pure; a doubt warns and refuses nothing."""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

DAY = dt.timedelta(days=1)
# Criteria shorter than this leave two strangers to guess.
SHORT = 80

_WINDOW = re.compile(r"\b(?:19|20)\d\d\b|\bwindow\b|\bmonths?\b", re.IGNORECASE)
_COUNTS_ON = re.compile(r"\b(?:window|months?|years?|days?)\b", re.IGNORECASE)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_PUBLICATION = re.compile(r"\b[A-Z]\w*\b")
_ADDRESS = re.compile(r"https?://[^\s/]+\.[^\s/]+\S*")
# 3/4/2027 or 03.04.27, where day and month could be exchanged.
_NUMERIC_DATE = re.compile(r"\b(0?[1-9]|1[0-2])[/.](0?[1-9]|1[0-2])[/.](?:20)?\d\d\b")
_RELATIVE = re.compile(
    r"\b(?:this|next|last|the coming|the current) (?:year|month|week|quarter|decade|spring|summer|autumn|fall|winter)\b"
    r"|\b(?:within|in) (?:the next )?(?:a|one|two|three|four|five|six|\d+) (?:years?|months?|weeks?|days?)"
    r"(?= *(?:[?,.;]|$))",
    re.IGNORECASE,
)
_BY_A_DAY = re.compile(
    r"\b(?:by|until|till) (?:the end of )?(?:\d{1,2} )?(?:[A-Z][a-z]+ )?(?:\d{1,2},? )?(?:19|20)\d\d\b"
)
_CLOCK = re.compile(
    r"\b(?:[01]?\d|2[0-3]):[0-5]\d\b|\b(?:1[0-2]|[1-9]) ?[ap]\.?m\b|\bmidnight\b|\bnoon\b", re.IGNORECASE
)
_ZONE = re.compile(r"\bUTC\b|\bGMT\b|\b[A-Z]{2,4}T\b|\blocal time\b|[+-]\d\d:?\d\d\b|\bZ\b")
_AND_OR = re.compile(r"\band/or\b", re.IGNORECASE)
_TWO_JOINED = re.compile(r"\b(?:and)\b[^.?;]*\b(?:or)\b|\b(?:or)\b[^.?;]*\b(?:and)\b", re.IGNORECASE)
_BOUND = re.compile(
    r"\b(?:more|fewer|less|greater|higher|lower|larger|smaller) than\b|\bat (?:least|most)\b|\b(?:exceeds?|above|below"
    r"|over|under|surpass(?:es)?|reach(?:es)?|rises?|falls?|grows?|increases?|decreases?|declines?|doubles?|halves|majority"
    r"|most|percent(?:age)?|share|rate|price|level|number|record|threshold)\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|hundred|thousand|million|billion"
    r"|half|third|quarter|double|twice|any|no|none|zero|first|every|all)\b",
    re.IGNORECASE,
)
# Vague wherever they stand, and vague in a question alone, where nothing follows that could define them.
_VAGUE_ANYWHERE = (
    r"significant(?:ly)?|substantial(?:ly)?|considerabl[ey]|meaningful(?:ly)?|dramatic(?:ally)?|notabl[ey]|widely"
    r"|soon|recent(?:ly)?|shortly|eventually|roughly|approximately|reasonabl[ey]|or so|etc"
)
_VAGUE_IN_QUESTIONS = (
    r"serious(?:ly)?|major|large-scale|important|widespread|mainstream|prominent|leading|credible|long-term|short-term"
    r"|mostly|largely|often|frequent(?:ly)?|rarely|many|several|some|few|various|likely|probabl[ey]|around|nearly"
    r"|almost|effectively|essentially|successful(?:ly)?|generally|typical(?:ly)?"
)
_VAGUE = {
    "question": re.compile(rf"\b(?:{_VAGUE_ANYWHERE}|{_VAGUE_IN_QUESTIONS})\b", re.IGNORECASE),
    "criteria": re.compile(rf"\b(?:{_VAGUE_ANYWHERE})\b", re.IGNORECASE),
}


@dataclass(frozen=True, slots=True)
class Doubt:
    """What may be read in two ways, by the field it stands in, and what to do about it."""

    field: str
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What of a question is written so far; what is not there yet is empty."""

    question: str = ""
    criteria: str = ""
    sources: tuple[str, ...] = ()
    fallback: str = ""
    opens_at: dt.datetime | None = None
    closes_at: dt.datetime | None = None
    reveal_at: dt.datetime | None = None


def names_a_time(question: str) -> bool:
    """Whether it says by when: a year, a window, a number of months.

    >>> names_a_time("Will it rain?"), names_a_time("Will it rain before 2028?")
    (False, True)
    """
    return bool(_WINDOW.search(question))


def names_a_place(source: str) -> bool:
    """Whether somebody could find it: by an address, or as a publication with a name.

    >>> names_a_place("the news"), names_a_place("Federal Register"), names_a_place("https://example.org/count")
    (False, True, True)
    """
    return bool(_ADDRESS.search(source) or _PUBLICATION.search(source))


def doubts(draft: Draft, *, at: dt.datetime) -> list[Doubt]:
    """Every doubt about what is written so far, field by field. `at` is now.

    >>> [doubt.said for doubt in doubts(Draft(question="Will prices rise and/or fall?"), at=dt.datetime.now(dt.UTC))]
    ... # doctest: +ELLIPSIS
    ['It does not say by when. Name a date...', '“and/or” can be read in two ways...']
    """
    looks: tuple[Callable[[], Iterator[Doubt]], ...] = (
        lambda: _of_question(draft.question),
        lambda: _of_criteria(draft),
        lambda: _of_sources(draft),
        lambda: _of_times(draft, at),
    )
    return [doubt for look in looks for doubt in look()]


def _of_question(question: str) -> Iterator[Doubt]:
    if not question:
        return
    if not names_a_time(question):
        yield Doubt("question", "It does not say by when. Name a date with its year, such as “before 1 January 2028”.")
    if question.count("?") > 1:
        yield Doubt("question", "It asks more than one thing. Register each as a forecast of its own.")
    if len(joined := _TWO_JOINED.findall(question)) and not _AND_OR.search(question):
        yield Doubt(
            "question",
            f"“{_short(joined[0])}” joins with both “and” and “or”: which comes first? Split it, or write “either”.",
        )
    yield from _of_words("question", question)


def _of_criteria(draft: Draft) -> Iterator[Doubt]:
    criteria = draft.criteria
    if not criteria:
        return
    if len(criteria) < SHORT:
        yield Doubt(
            "criteria", "They are short. Would two strangers resolve it alike? Say what counts, and what does not."
        )
    asked = f"{draft.question} {criteria}"
    if (bound := _BOUND.search(asked)) and not _NUMBER.search(_YEAR.sub("", asked)):
        yield Doubt("criteria", f"“{bound[0]}” needs a number. Say the threshold, its unit, and who measures it.")
    if not draft.fallback:
        yield Doubt("fallback", "There is no fallback. Say where to look if the sources are gone or disagree.")
    yield from _of_words("criteria", criteria)


def _of_words(field: str, text: str) -> Iterator[Doubt]:
    """Words and dates that two readers take in two ways."""
    if found := _AND_OR.search(text):
        yield Doubt(field, f"“{found[0]}” can be read in two ways. Write “or”, “and”, or “one or both of”.")
    if vague := sorted({word.lower() for word in _VAGUE[field].findall(text)}):
        named = ", ".join(f"“{word}”" for word in vague[:6])
        yield Doubt(field, f"{named}: readers will differ on what that covers. Put a number or a list in its place.")
    if found := _NUMERIC_DATE.search(text):
        yield Doubt(field, f"“{found[0]}” is two different days. Write the month as a word, such as 3 April 2027.")
    if found := _RELATIVE.search(text):
        yield Doubt(field, f"“{found[0]}”: counted from when? Write the date itself.")
    if found := _BY_A_DAY.search(text):
        yield Doubt(field, f"“{found[0]}”: is that day or year still in? Write “before” and the first moment after it.")
    if (found := _CLOCK.search(text)) and not _ZONE.search(text):
        yield Doubt(field, f"“{found[0]}” in which time zone? Add UTC, or say whose.")


def _of_sources(draft: Draft) -> Iterator[Doubt]:
    if not draft.sources and (draft.criteria or draft.fallback):
        yield Doubt("sources", "There is nowhere to look. Name at least one public source, with its address.")
    for source in draft.sources:
        if not names_a_place(source):
            yield Doubt("sources", f"“{_short(source)}” has no address and names no publication. Give one of the two.")


def _of_times(draft: Draft, at: dt.datetime) -> Iterator[Doubt]:
    opens, closes, reveal = draft.opens_at, draft.closes_at, draft.reveal_at
    if opens and opens < at - DAY:
        yield Doubt(
            "opens_at", "It opens in the past: nobody could stand from then on, and no coverage would be whole."
        )
    if closes and closes <= at:
        yield Doubt("closes_at", "It has closed already: nobody could estimate it.")
    if closes and (last := _last_year(draft.question)) and closes.year > last:
        yield Doubt("closes_at", f"It closes after {last}, the last year that the question names. Close it by then.")
    if reveal and closes and reveal > closes:
        yield Doubt("reveal_at", "The crowd would stay hidden after closing. Leave it empty to show it at closing.")
    if reveal and opens and reveal <= opens:
        yield Doubt("reveal_at", "The crowd would never be hidden, so that early estimates pull on later ones.")


def _last_year(question: str) -> int | None:
    """The last year that it names, unless it counts on from there."""
    years = _YEAR.findall(question)
    return int(max(years)) if years and not _COUNTS_ON.search(question) else None


def _short(text: str, most: int = 60) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
