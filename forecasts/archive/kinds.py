"""The kinds of value in an archive: how each is written in a cell, and how a cell is read."""

import datetime as dt
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import LiteralString

from forecasts.models import HIGHEST, LOWEST, NAME_PATTERN
from forecasts.refusals import Invalid
from forecasts.services import checks

# Longer than any text that pages or API take, so that reasons which quote another reason find room.
LONGEST = 100_000
SLUG = re.compile(r"[-a-zA-Z0-9_]+")
NAME = re.compile(NAME_PATTERN)
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
WHOLE = re.compile(r"\d{1,10}", re.ASCII)
CAUSE = re.compile(r"[-a-zA-Z0-9_]+#[1-9]\d{0,8}", re.ASCII)
TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d(:?\d\d)?)", re.ASCII)
DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
UTC = dt.UTC
Cell = str | list[str] | None


@dataclass(frozen=True)
class Kind:
    """`column` is the type while it is checked; `empty` what an empty cell means; `written` the SQL of a cell."""

    column: LiteralString
    read: Callable[[str], Cell]
    written: LiteralString = "{}"
    empty: str | None = None


def quoted(cell: str) -> str:
    """A cell as it may be printed: short, and without bytes that are no text."""
    return f"“{cell[:60].encode('utf-8', 'backslashreplace').decode()}”"


def text(most: int = LONGEST, *, required: bool = False) -> Kind:
    return Kind("text", lambda cell: _text(cell, most, required=required), "nullif({}, '')", "")


def slug(most: int) -> Kind:
    return Kind("text", lru_cache(4096)(lambda cell: _slug(cell, most)), _BLANK, "")


def choice(*values: str) -> Kind:
    return Kind("text", lambda cell: _one_of(values, cell), _BLANK, "")


_BLANK: LiteralString = "nullif({}, '')"


def _text(cell: str, most: int, *, required: bool = False) -> str:
    if required and not cell.strip():
        raise Invalid("This is required.")
    if "\x00" in cell:
        raise Invalid("A null character cannot be stored. Remove it.")
    # Bytes that are no UTF-8 were read as halves of surrogate pairs.
    if not cell.isascii() and any("\ud800" <= character <= "\udfff" for character in cell):
        raise Invalid("Some bytes are not UTF-8. Save the file as UTF-8.")
    if len(cell) > most:
        raise Invalid(f"At most {most:,} characters; this has {len(cell):,}.")
    return cell


def _matching(pattern: re.Pattern[str], cell: str, most: int, wanted: str) -> str:
    if not pattern.fullmatch(cell) or len(cell) > most:
        raise Invalid(f"{quoted(cell)} is not {wanted}, at most {most}.")
    return cell


def _one_of(values: tuple[str, ...], cell: str) -> str:
    if cell not in values:
        raise Invalid(f"{quoted(cell)} is not one of {', '.join(values)}.")
    return cell


def instant_of(cell: str) -> dt.datetime:
    """The instant that a cell names, to the microsecond."""
    if not TIME.fullmatch(cell):
        raise Invalid(f"{quoted(cell)} is not a time with its zone, such as 2027-01-01T00:00:00Z.")
    try:
        at = dt.datetime.fromisoformat(cell)
    except ValueError as error:
        raise Invalid(f"{quoted(cell)} is not a time: {error}.") from None
    return checks.aware(at, field="")


def _instant(cell: str) -> str:
    at = instant_of(cell)
    # Of zones PostgreSQL reads fewer.
    return cell if cell.endswith("Z") else at.isoformat()


def _date(cell: str) -> str:
    if not DATE.fullmatch(cell):
        raise Invalid(f"{quoted(cell)} is not a date such as 2027-01-31.")
    try:
        return dt.date.fromisoformat(cell).isoformat()
    except ValueError as error:
        raise Invalid(f"{quoted(cell)} is not a date: {error}.") from None


def _float(cell: str) -> float:
    if not NUMBER.fullmatch(cell):
        raise Invalid(f"{quoted(cell)} is not a number such as 0.7.")
    return float(cell)


def _probability(cell: str) -> str:
    value = _float(cell)
    if not LOWEST <= value <= HIGHEST:
        checks.probability(value)  # refuses, and says why
    return repr(value)


def _ratio(cell: str) -> str:
    return repr(checks.likelihood_ratio(_float(cell)))


def _share(cell: str) -> str:
    value = _float(cell)
    if not 0 <= value <= 1:
        raise Invalid(f"{cell} is not within 0 and 1.")
    return repr(value)


def _whole(cell: str) -> str:
    if not WHOLE.fullmatch(cell) or int(cell) >= 2**31:
        raise Invalid(f"{quoted(cell)} is not a whole number from 0 on.")
    return cell


def _flag(cell: str) -> str:
    if cell.lower() not in {"true", "false"}:
        raise Invalid(f"{quoted(cell)} is neither true nor false.")
    return cell


def _words(pattern: re.Pattern[str], most: int) -> Callable[[str], list[str]]:
    return lambda cell: [
        _matching(pattern, word, most, "made of letters, digits and dashes")
        for word in re.split(r"[\s,;]+", cell.strip())
    ]


def _list(cell: str) -> list[object]:
    try:
        items = json.loads(cell)
    except (ValueError, RecursionError):
        items = None
    if not isinstance(items, list):
        raise Invalid(f'{quoted(cell)} is not a list such as ["one", "two"].')
    return items


def _texts(most: int) -> Callable[[str], list[str]]:
    def read(cell: str) -> list[str]:
        items = _list(cell)
        return [_text(item if isinstance(item, str) else _no_text(item), most) for item in items]

    return read


def _no_text(item: object) -> str:
    raise Invalid(f"{item!r:.60} is not a text in quotation marks.")


def _links(cell: str) -> list[str]:
    links = _texts(1000)(cell) if cell.lstrip().startswith("[") else cell.split()
    for link in links:
        checks.url(link, field="")
    return links


def _web(most: int) -> Callable[[str], str]:
    def read(cell: str) -> str:
        checks.url(_text(cell, most), field="")
        return cell

    return read


def _cited(cell: str) -> str:
    """[[added_by, added_at, url], ...] in one order and one spelling."""
    found = set()
    for item in _list(cell):
        if not (isinstance(item, list) and len(item) == 3 and all(isinstance(part, str) for part in item)):
            raise Invalid(f"{item!r:.60} does not name evidence as [added_by, added_at, url].")
        name, added_at, url = item
        found.add((_text(name, 40), instant_of(added_at).astimezone(UTC), _text(url, 1000)))
    return json.dumps([[name, cell_of(at), url] for name, at, url in sorted(found)])


def _answered(cell: str) -> str:
    """[author, made_at] in one spelling."""
    match _list(cell):
        case [str(name), str(made_at)]:
            return json.dumps([_name(name), cell_of(instant_of(made_at))])
    raise Invalid(f"{quoted(cell)} does not name a note as [author, made_at].")


def cell_of(at: dt.datetime) -> str:
    """An instant as the archive writes it.

    >>> cell_of(dt.datetime(2027, 1, 1, 12, 0, 0, 500_000, tzinfo=UTC))
    '2027-01-01T12:00:00.5Z'
    """
    written = at.astimezone(UTC).replace(tzinfo=None).isoformat()
    return (written.rstrip("0") if at.microsecond else written) + "Z"


def _slug(cell: str, most: int) -> str:
    return _matching(SLUG, cell, most, "a slug: letters, digits and dashes")


# Of many rows most name the same few.
@lru_cache(4096)
def _name(cell: str) -> str:
    return _matching(
        NAME, cell, 40, "a name: 2 to 40 letters, digits, dots, dashes and underscores, a letter or digit first"
    )


INSTANT = Kind(
    "timestamptz",
    _instant,
    """rtrim(rtrim(to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '0'), '.') || 'Z'""",
)
DAY = Kind("date", _date, "to_char({}, 'YYYY-MM-DD')")
PROBABILITY = Kind("double precision", _probability)
RATIO = Kind("double precision", _ratio)
SHARE = Kind("double precision", _share)
MEASURE = Kind("double precision", lambda cell: repr(_float(cell)))
WHOLE_NUMBER = Kind("integer", _whole)
FLAG = Kind("boolean", _flag, "{}::text")
PERSON = Kind("text", _name)
TEXT = text()
TAGS = Kind("text[]", _words(checks.TAG, 40), "nullif(array_to_string({}, ' '), '')", "{}")
SLUGS = Kind("text[]", lambda cell: sorted(set(_words(SLUG, 80)(cell))), "nullif(array_to_string({}, ' '), '')", "{}")
SOURCES = Kind("text[]", _texts(500), "nullif(array_to_json({})::text, '[]')", "{}")
LINKS = Kind("text[]", _links, "nullif(array_to_json({})::text, '[]')", "{}")
CITED = Kind("jsonb", _cited, "nullif({}::text, '[]')", "[]")
ANSWERED = Kind("jsonb", _answered, "nullif({}::text, '[]')", "[]")
RESOLUTION = Kind("text", lambda cell: _matching(CAUSE, cell, 130, "a resolution such as the-slug#2"), _BLANK, "")


def web(most: int) -> Kind:
    return Kind("text", _web(most), _BLANK, "")
