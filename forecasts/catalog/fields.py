"""One table of a catalogue, read field by field: each reader checks its field, and notes a fault instead of raising."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta

from forecasts.catalog.faults import Faults, Place, near_miss
from forecasts.catalog.texts import unwrapped

UNREAD_INSTANT = datetime.min.replace(tzinfo=UTC)
UNREAD_DAY = date.min

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
SLUG_LENGTH = 80
URL = re.compile(r"https?://[^\s/]+\.[^\s/]+\S*")
# Tab and newline may stand in a text; PostgreSQL refuses NUL, and no reader sees the others.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class Fields:
    """Reads the fields of one table. A faulty field reads as empty, so that the reading can go on to the next."""

    def __init__(self, table: Mapping[str, object], place: Place, faults: Faults) -> None:
        self.table = table
        self.place = place
        self.faults = faults
        self._known: set[str] = set()

    def fault(self, field: str, message: str) -> None:
        self.faults.add(self.place, field, message)

    def take(self, field: str, *, required: bool) -> object:
        self._known.add(field)
        value = self.table.get(field)
        if value is None and required:
            self.fault(field, "is missing")
        return value

    def finish(self) -> None:
        for name in self.table:
            if name not in self._known:
                self.fault(name, f"unknown key; {near_miss(name, self._known)}")

    def text(self, field: str, *, longest: int, shortest: int = 1, required: bool = True) -> str:
        value = self.take(field, required=required)
        if value is None:
            return ""
        if not isinstance(value, str):
            self.fault(field, f"must be a string, is {_kind(value)}")
            return ""
        return self._checked(field, unwrapped(value), shortest, longest)

    def _checked(self, field: str, text: str, shortest: int, longest: int) -> str:
        if not text:
            self.fault(field, "is empty")
        elif _CONTROL.search(text):
            self.fault(field, "contains a control character")
        elif len(text) < shortest:
            self.fault(field, f"is too short: {len(text)} characters, at least {shortest}")
        elif len(text) > longest:
            self.fault(field, f"is too long: {len(text)} characters, at most {longest}")
        else:
            return text
        return ""

    def slug(self, field: str, *, required: bool = True) -> str:
        return self.matching(field, SLUG, "small letters and digits, joined by single hyphens", required=required)

    def matching(self, field: str, form: re.Pattern[str], says: str, *, required: bool = True) -> str:
        text = self.text(field, longest=SLUG_LENGTH, required=required)
        if text and not form.fullmatch(text):
            self.fault(field, f"{text!r} is not of the form: {says}")
            return ""
        return text

    def url(self, field: str) -> str:
        text = self.text(field, longest=500)
        if text and not URL.fullmatch(text):
            self.fault(field, f"{text!r} is not an http(s) address: begin with https://")
        return text

    def choice(self, field: str, known: Iterable[str], *, required: bool = False) -> str:
        text = self.text(field, longest=SLUG_LENGTH, required=required)
        options = set(known)
        if text and text not in options:
            self.fault(field, f"unknown {text!r}; {near_miss(text, options)}")
            return ""
        return text

    def texts(self, field: str, *, longest: int) -> tuple[str, ...]:
        value = self.take(field, required=True)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.fault(field, "must be a list of strings")
            return ()
        if not value:
            self.fault(field, "is empty")
        return tuple(self._checked(field, unwrapped(item), 1, longest) for item in value)

    def flag(self, field: str) -> bool:
        value = self.take(field, required=False)
        if value is not None and not isinstance(value, bool):
            self.fault(field, f"must be true or false, is {_kind(value)}")
        return value is True

    def counting(self, field: str) -> int | None:
        value = self.take(field, required=False)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 999:
            self.fault(field, "must be a whole number from 1 to 999")
            return None
        return value

    def day(self, field: str) -> date:
        value = self.take(field, required=True)
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        if value is not None:
            self.fault(field, f"must be a date such as 2023-10-24, is {_kind(value)}")
        return UNREAD_DAY

    def instant(self, field: str) -> datetime:
        return self._instant(field, self.take(field, required=True)) or UNREAD_INSTANT

    def instant_if_given(self, field: str) -> datetime | None:
        return self._instant(field, self.take(field, required=False))

    def _instant(self, field: str, value: object) -> datetime | None:
        if value is None:
            return None
        if not isinstance(value, datetime):
            self.fault(field, f"must be a time such as 2026-11-01T00:00:00Z, is {_kind(value)}")
        elif value.tzinfo is None:
            self.fault(field, "has no offset; write it in UTC, with a Z at the end")
        elif value.utcoffset() != timedelta(0):
            self.fault(field, "is not in UTC; write it with a Z at the end")
        else:
            return value
        return None

    def ranges(self, field: str) -> dict[str, tuple[float, float]]:
        value = self.take(field, required=True)
        if value is None:
            return {}
        if not isinstance(value, dict) or not value:
            self.fault(field, "must be a table of words, each with its range, such as likely = [0.55, 0.80]")
            return {}
        found: dict[str, tuple[float, float]] = {}
        for word, bounds in value.items():
            if (pair := _bounds(bounds)) is None:
                self.fault(f"{field}.{word}", "must be two numbers [low, high] with 0 <= low < high <= 1")
            else:
                found[word.casefold()] = pair
        return found


def _bounds(value: object) -> tuple[float, float] | None:
    if not isinstance(value, list) or len(value) != 2:
        return None
    if any(isinstance(bound, bool) or not isinstance(bound, int | float) for bound in value):
        return None
    low, high = value
    # NaN compares false, and so is refused here too.
    return (float(low), float(high)) if 0 <= low < high <= 1 else None


def _kind(value: object) -> str:
    names = {bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "a table"}
    return names.get(type(value), "a string" if isinstance(value, str) else "a date or time")
