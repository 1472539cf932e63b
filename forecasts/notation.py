"""How people write a probability: 7%, 7, 0.07, 1 in 14, 1/14, 1:13, 2 to 1, 13:1 against. Pure.

What is read, blanks and capitals aside (`config/static/notation.js` reads the same; `tests/notation.json` holds both):

    N%, N percent          that many hundredths
    N                      1 or more is percent, below 1 a probability
    A in B, A out of B     A / B
    A/B                    A / B too; even where A and B are equal, as in 50/50
    A:B, A to B            odds in favour, A / (A + B); with "against" or "on" behind it also A/B is odds
    even, evens            1/2

A decimal mark is a dot or a comma. In front of exactly three digits of a number that is set against another, as in 1 in
1,000, a comma parts thousands.
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

LOWEST, HIGHEST = Fraction(1, 10_000), Fraction(9_999, 10_000)
RANGE: Final = "0.01% to 99.99%"

# What else it might have meant, for a reader who may have meant that.
DOUBTS: Final = {
    "fraction": "A number below 1 counts as a probability. For less than one percent, put % behind it.",
    "favour": "Odds count in favour of yes. For odds against it, write “against” behind them.",
}
_IMPOSSIBLE: Final = "would say that being wrong is impossible, and would cost an infinite score if it happened."
FAULTS: Final = {
    "unread": "This cannot be read as a probability. Type it like 62, 62%, 0.62, 1 in 14 or 2 to 1.",
    "zero": f"0 {_IMPOSSIBLE} Use {RANGE}.",
    "one": f"100% {_IMPOSSIBLE} Use {RANGE}.",
    "outside": f"This is outside {RANGE}. Type percent, such as 62, or a chance, such as 1 in 14.",
    "whole": "A part cannot be larger than its whole. For odds write them like 3:1, or 3:1 against.",
}

_NUMBER: Final = r"(\d[\d.,]*|[.,]\d+)"
_PERCENT: Final = re.compile(rf"{_NUMBER} ?(?:%|percent|per cent|pct)", re.ASCII)
_BARE: Final = re.compile(_NUMBER, re.ASCII)
_PART: Final = re.compile(rf"{_NUMBER} ?(?:(?:chances? )?(?:in|out of)|/) ?{_NUMBER}", re.ASCII)
_ODDS: Final = re.compile(rf"(?:odds (?:of )?)?{_NUMBER} ?(?::|to) ?{_NUMBER}", re.ASCII)
_SIDED: Final = re.compile(
    rf"(?:odds (?:of )?)?{_NUMBER} ?(?::|to|/) ?{_NUMBER} ?(against|on|for|in favou?r)", re.ASCII
)
_PLAIN: Final = re.compile(r"\d*[.,]?\d+|\d+[.,]", re.ASCII)
_THOUSANDS: Final = re.compile(r"[1-9]\d{0,2}(,\d{3})+(\.\d+)?", re.ASCII)


class Unreadable(ValueError):
    """Not a probability that can go on record. `fault` is one of FAULTS."""

    def __init__(self, fault: str) -> None:
        super().__init__(FAULTS[fault])
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read, and which of DOUBTS it leaves, if any."""

    probability: float
    doubt: str = ""


def read(typed: str) -> Reading:
    """Return the probability that somebody typed, from 0.0001 to 0.9999; raise Unreadable for anything else.

    >>> for typed in ("7%", "7", "0.07", "62,5", "1 in 14", "1/14", "1:13", "13:1 against", "2 to 1", "50/50"):
    ...     print(f"{typed:13}{read(typed).probability:.4f} {read(typed).doubt}".rstrip())
    7%           0.0700
    7            0.0700
    0.07         0.0700 fraction
    62,5         0.6250
    1 in 14      0.0714
    1/14         0.0714
    1:13         0.0714 favour
    13:1 against 0.0714
    2 to 1       0.6667 favour
    50/50        0.5000
    >>> for typed in ("0", "100%", "0.001%", "15 in 14", "likely"):
    ...     try:
    ...         read(typed)
    ...     except Unreadable as unreadable:
    ...         print(f"{typed:13}{unreadable.fault}")
    0            zero
    100%         one
    0.001%       outside
    15 in 14     whole
    likely       unread
    """
    p, doubt = _read(" ".join(typed.lower().split()))
    if p in {0, 1}:
        raise Unreadable("one" if p else "zero")
    if not LOWEST <= p <= HIGHEST:
        raise Unreadable("outside")
    return Reading(float(p), doubt)


def _read(typed: str) -> tuple[Fraction, str]:
    if typed in {"even", "evens", "even odds"}:
        return Fraction(1, 2), ""
    if found := _PERCENT.fullmatch(typed):
        return _number(found[1]) / 100, ""
    if found := _BARE.fullmatch(typed):
        value = _number(found[1])
        return (value, "fraction" if value else "") if value < 1 else (value / 100, "")
    if found := _SIDED.fullmatch(typed):
        a, b = _ratio(found)
        return _odds(b, a) if found[3] == "against" else _odds(a, b), ""
    if found := _ODDS.fullmatch(typed):
        a, b = _ratio(found)
        return _odds(a, b), "" if a == b else "favour"
    if found := _PART.fullmatch(typed):
        return _part(*_ratio(found), slashed="/" in typed), ""
    raise Unreadable("unread")


def _ratio(found: re.Match[str]) -> tuple[Fraction, Fraction]:
    return _number(found[1], thousands=True), _number(found[2], thousands=True)


def _number(text: str, *, thousands: bool = False) -> Fraction:
    if thousands and _THOUSANDS.fullmatch(text):
        return Fraction(text.replace(",", ""))
    if not _PLAIN.fullmatch(text):
        raise Unreadable("unread")
    return Fraction("0" + text.replace(",", "."))


def _odds(a: Fraction, b: Fraction) -> Fraction:
    if not a + b:
        raise Unreadable("unread")
    return a / (a + b)


def _part(a: Fraction, b: Fraction, *, slashed: bool) -> Fraction:
    if slashed and a == b and a:
        return Fraction(1, 2)
    if a > b:
        raise Unreadable("whole")
    if not b:
        raise Unreadable("unread")
    return a / b
