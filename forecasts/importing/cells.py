"""Reads single cells: numbers, times and outcomes, or says in a sentence what is wrong with them."""

import datetime as dt
import math
import re
from functools import lru_cache
from typing import Final, NamedTuple

from .records import Outcome
from .texts import quoted

EARLIEST: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
# A reader knows no clock: what lies ahead of today is for those who have one. Nothing sensible lies after this.
LATEST: Final = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)
# A number or a time that is longer is none.
LONGEST: Final = 60

_NUMBER = re.compile(r"([+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?)\s*(%?)", re.ASCII)
_MOMENT = re.compile(
    r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})"
    r"(?:[T ]+(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,](\d+))?)?)?"
    r"\s*(?:(Z|UTC)|([+-])(\d{1,2}):?(\d{2})?)?",
    re.ASCII | re.IGNORECASE,
)
_OUTCOMES: Final[dict[str, Outcome]] = {
    "": "",
    **dict.fromkeys(("yes", "y", "true", "t", "1"), "yes"),
    **dict.fromkeys(("no", "n", "false", "f", "0"), "no"),
    **dict.fromkeys(("annulled", "ambiguous", "n/a", "na", "void", "cancel", "canceled", "cancelled"), "annulled"),
}


class Unfit(Exception):
    """A cell that cannot be read; the text is a whole sentence for people."""


class Number(NamedTuple):
    """A finite number as it was written: with a percent sign or without, with a decimal comma or a point."""

    value: float
    percent: bool
    comma: bool


class Moment(NamedTuple):
    """A time in UTC, and whether a zone was written with it."""

    at: dt.datetime
    zoned: bool


def number(text: str) -> Number:
    """A number in plain, with a percent sign, or with a decimal comma.

    >>> number("70 %"), number("0,7")
    (Number(value=70.0, percent=True, comma=False), Number(value=0.7, percent=False, comma=True))
    """
    text = text.replace("\xa0", " ").replace("\u202f", " ").strip()
    if not text:
        raise Unfit("There is no probability.")
    found = _NUMBER.fullmatch(text) if len(text) <= LONGEST else None
    if not found:
        raise Unfit(f"The probability {quoted(text)} is not a number.")
    value = float(found[1].replace(",", "."))
    if not math.isfinite(value):
        raise Unfit(f"The probability {quoted(text)} is not a number.")
    return Number(value, bool(found[2]), "," in found[1])


def fraction(value: object, whole: int = 1) -> float:
    """A probability out of `whole`, from JSON or a cell; a percent sign says that it is out of 100 whatever the format.

    >>> fraction(0.7), fraction("0.7"), fraction("70%"), fraction(70, whole=100)
    (0.7, 0.7, 0.7, 0.7)
    """
    if isinstance(value, str):
        written = number(value)
        given, whole = written.value, 100 if written.percent else whole
    elif isinstance(value, int | float) and not isinstance(value, bool):
        given = float(value)
    elif value is None:
        raise Unfit("There is no probability.")
    else:
        raise Unfit(f"The probability {quoted(value)} is not a number.")
    if not 0 <= given <= whole:
        raise Unfit(f"The probability is {given:.6g}; it must be from 0 to {whole}.")
    return given / whole


# The rows of a question all repeat its times.
@lru_cache(maxsize=1000)
def moment(text: str, name: str = "time") -> Moment:
    """A time, ISO 8601 or with numbers that lack a leading zero; without a zone it is UTC, a day alone its beginning.

    >>> moment("2023-04-06 9:05:7").at.isoformat(), moment("2023-04-06T09:05+02:00").at.isoformat()
    ('2023-04-06T09:05:07+00:00', '2023-04-06T07:05:00+00:00')
    """
    text = text.strip()
    if not text:
        raise Unfit(f"There is no {name}.")
    found = _MOMENT.fullmatch(text) if len(text) <= LONGEST else None
    if not found:
        raise Unfit(f"The {name} {quoted(text)} cannot be read; write it as 2026-03-14 15:09:26.")
    try:
        at = _built(found)
    except (ValueError, OverflowError):
        raise Unfit(f"The {name} {quoted(text)} is on no calendar.") from None
    return Moment(_sensible(at, text, name), bool(found[8] or found[9]))


def _built(found: re.Match[str]) -> dt.datetime:
    year, month, day, hour, minute, second = (int(found[place] or 0) for place in range(1, 7))
    microsecond = int((found[7] or "")[:6].ljust(6, "0"))
    away = dt.timedelta(hours=int(found[10] or 0), minutes=int(found[11] or 0)) * (-1 if found[9] == "-" else 1)
    return dt.datetime(year, month, day, hour, minute, second, microsecond, tzinfo=dt.UTC) - away


def milliseconds(value: object, name: str = "time") -> dt.datetime:
    """A time in milliseconds since 1970.

    >>> milliseconds(1_000).isoformat()
    '1970-01-01T00:00:01+00:00'
    """
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise Unfit(f"There is no {name}." if value is None else f"The {name} {quoted(value)} is not a number.")
    try:
        at = EARLIEST + dt.timedelta(milliseconds=value)
    except (ValueError, OverflowError):
        raise Unfit(f"The {name} {quoted(value)} is on no calendar.") from None
    return _sensible(at, value, name)


def _sensible(at: dt.datetime, value: object, name: str) -> dt.datetime:
    if not EARLIEST <= at < LATEST:
        raise Unfit(f"The {name} {quoted(value)} is {'before 1970' if at < EARLIEST else 'after 2099'}.")
    return at


def outcome(text: str) -> Outcome:
    """The outcome that a word stands for; nothing where it is empty.

    >>> outcome("YES"), outcome("AMBIGUOUS"), outcome("")
    ('yes', 'annulled', '')
    """
    try:
        return _OUTCOMES[text.strip().casefold()]
    except KeyError:
        raise Unfit(f"The outcome {quoted(text)} is none of yes, no and annulled; it is left out.") from None
