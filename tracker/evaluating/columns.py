"""From records to arrays of probabilities and outcomes, or to the line that stands in the way and the remedy."""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Final, Self

import numpy as np

from tracker.evaluating.faults import FileFault, quoted
from tracker.evaluating.records import Records
from tracker.scoring.arrays import Floats, Integers

OUTCOMES: Final = {"1": 1, "0": 0, "yes": 1, "no": 0, "true": 1, "false": 0}
REQUIRED: Final = ("probability", "outcome")


@dataclass(frozen=True, slots=True)
class Rows:
    """Parallel columns of some records, each there `times` times.

    `forecast` and `group` are None where the file has no such column, or none was asked for.
    """

    probability: Floats
    outcome: Integers
    times: Integers
    forecast: Sequence[str] | None
    group: Sequence[str] | None


@dataclass(frozen=True, slots=True)
class Columns:
    """Where a file keeps what is read from it."""

    width: int
    probability: int
    outcome: int
    forecast: int | None
    group: int | None

    @classmethod
    def of(cls, header: Sequence[str], line: int, by: str | None = None) -> Self:
        """Find the columns by their names, in any order, among any others."""
        names = [name.strip() for name in header]
        places = {name: _place(names, name, line) for name in (*REQUIRED, *([] if by is None else [by]))}
        forecast = _place(names, "forecast", line) if "forecast" in names else None
        return cls(len(names), places["probability"], places["outcome"], forecast, None if by is None else places[by])

    def rows(self, records: Records) -> Rows:
        """Return the columns as arrays; where any value is bad, raise the fault of the first row that has one."""
        try:
            return self._rows(records.fields, records.times)
        except ValueError:
            for place, record in enumerate(records.fields):
                if reason := self._reason(record):
                    raise FileFault(records.line_of(place), reason) from None
            raise

    def _rows(self, fields: Sequence[Sequence[str]], times: Integers) -> Rows:
        if set(map(len, fields)) - {self.width}:
            raise ValueError("ragged")
        probability, outcome = ([*map(itemgetter(at), fields)] for at in (self.probability, self.outcome))
        forecast, group = (None if at is None else [*map(itemgetter(at), fields)] for at in (self.forecast, self.group))
        if forecast is not None and "" in forecast:
            raise ValueError("no forecast")
        return Rows(_probabilities(probability), _outcomes(outcome), times, forecast, group)

    def _reason(self, record: Sequence[str]) -> str:
        """Why a row cannot be taken, or nothing."""
        if len(record) != self.width:
            return (
                f"this row has {len(record)} field{'s' * (len(record) != 1)} and the header {self.width}. "
                "Write decimals with a point, and put a field that holds a comma between quotation marks."
            )
        if self.forecast is not None and not record[self.forecast]:
            return "the forecast is empty. Name the forecast that the row belongs to, or leave the column out."
        return why_no_probability(record[self.probability]) or why_no_outcome(record[self.outcome])


def _place(names: Sequence[str], name: str, line: int) -> int:
    if names.count(name) == 1:
        return names.index(name)
    if name in names:
        raise FileFault(line, f"the column {quoted(name)} is there {names.count(name)} times. Keep one.")
    if len(names) == 1 and (other := next((mark for mark in ";\t|" if mark in names[0]), None)):
        raise FileFault(line, f"the columns are separated by {quoted(other)}. Separate them by commas.")
    there = ", ".join(map(quoted, names[:8])) + ", ..." * (len(names) > 8)
    raise FileFault(
        line, f"there is no column {quoted(name)} among {there}. The first line names the columns; add it there."
    )


def _probabilities(texts: Sequence[str]) -> Floats:
    together = "".join(texts)
    # float takes 1_000 and the digits of every script; a file that has them has something else in mind.
    if "_" in together or not together.isascii():
        raise ValueError("not plain numbers")
    p = np.fromiter(map(float, texts), np.float64, len(texts))
    if not np.all((p >= 0) & (p <= 1)):
        raise ValueError("not probabilities")
    return p + 0.0  # -0 is 0


def _outcomes(texts: Sequence[str]) -> Integers:
    known = {text: OUTCOMES.get(text.strip().lower(), -1) for text in set(texts)}
    if -1 in known.values():
        raise ValueError("not outcomes")
    return np.fromiter(map(known.__getitem__, texts), np.int64, len(texts))


def why_no_probability(text: str) -> str:
    """Return what is wrong with a probability and what it was perhaps meant to be; nothing where it is right.

    >>> why_no_probability("70%")
    'the probability is “70%”. Did you mean 0.7?'
    >>> why_no_probability("0.7")
    ''
    """
    bare = text.strip()
    if not bare:
        return "the probability is empty. Fill it in, or take the row out."
    value = _number(bare)
    if value is not None and 0 <= value <= 1:
        return ""
    return f"the probability is {quoted(text)}. {_remedy(bare, value)}"


def why_no_outcome(text: str) -> str:
    """Return what is wrong with an outcome; nothing where it is right.

    >>> why_no_outcome("YES"), why_no_outcome("maybe")
    ('', 'the outcome is “maybe”. Write 1 or 0, yes or no, true or false.')
    """
    bare = text.strip().lower()
    if bare in OUTCOMES:
        return ""
    return f"the outcome is {quoted(text) if bare else 'empty'}. Write 1 or 0, yes or no, true or false."


def _number(text: str) -> float | None:
    if "_" in text or not text.isascii():
        return None
    try:
        return float(text)
    except ValueError:
        return None


def _remedy(text: str, value: float | None) -> str:
    percent = _number(text.removesuffix("%").strip().replace(",", ".")) if text.endswith("%") else value
    if percent is not None and (text.endswith("%") or percent > 1) and 0 <= percent <= 100:
        return f"Did you mean {percent / 100:.15g}?"
    pointed = _number(text.replace(",", "."))
    if value is None and pointed is not None and 0 <= pointed <= 1:
        return f"Did you mean {pointed:.15g}?"
    return "Write a number from 0 to 1, such as 0.7."
