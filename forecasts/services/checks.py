"""What several writers check of their input."""

import datetime as dt
import math
import re
from collections.abc import Collection
from urllib.parse import urlsplit

from forecasts.models import HIGHEST, LOWEST, Forecaster
from forecasts.refusals import Invalid, NotAllowed

MAX_TEXT = 20_000
EARLIEST, LATEST = dt.datetime(1900, 1, 1, tzinfo=dt.UTC), dt.datetime(9000, 1, 1, tzinfo=dt.UTC)
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
TAG = re.compile(r"[A-Za-z0-9_-]{1,40}")


def probability(value: object) -> float:
    """A probability that can be stored, or a refusal that says why not."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise Invalid("Give a number such as 0.7.", field="probability")
    try:
        p = float(value)
    except ValueError:
        raise Invalid(f"“{value!s:.40}” is not a number. Give a number such as 0.7.", field="probability") from None
    except OverflowError:  # a whole number beyond the largest double
        p = math.inf
    if math.isnan(p) or math.isinf(p):
        raise Invalid("Give a finite number such as 0.7.", field="probability")
    if p in {0.0, 1.0}:
        raise Invalid(
            f"{p:g} would say that being wrong is impossible, and would cost an infinite score if it happened. "
            f"Use {LOWEST} to {HIGHEST}.",
            field="probability",
        )
    if not LOWEST <= p <= HIGHEST:
        hint = f" Did you mean {p / 100:g}?" if LOWEST <= p / 100 <= HIGHEST and p > 1 else ""
        raise Invalid(f"{p:g} is outside {LOWEST} to {HIGHEST}.{hint}", field="probability")
    return p


def likelihood_ratio(value: float | None) -> float | None:
    if value is not None and not 0 < value <= 1e6:  # false for NaN as well
        raise Invalid("A likelihood ratio is above 0 and at most 1,000,000; 1 says nothing.", field="likelihood_ratio")
    return value


def url(value: str, *, field: str) -> str:
    """A web address, http or https, or empty."""
    value = text(value, field=field)
    try:
        parts = urlsplit(value)
    except ValueError:  # such as http://[
        parts = urlsplit("")
    if value and (parts.scheme not in {"http", "https"} or not parts.netloc or len(value) > 1000):
        raise Invalid(f"“{value[:80]}” is not a web address. Begin with https://", field=field)
    return value


def text(value: str, *, field: str, required: bool = False, most: int = MAX_TEXT) -> str:
    value = value.strip()
    if required and not value:
        raise Invalid("This is required.", field=field)
    if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise Invalid("A null character or half of a surrogate pair cannot be stored. Remove it.", field=field)
    if len(value) > most:
        raise Invalid(f"At most {most:,} characters; this has {len(value):,}.", field=field)
    return value


def slug(value: str, *, field: str) -> str:
    if not SLUG.fullmatch(value) or len(value) > 120:
        raise Invalid("Use lower-case letters, digits and single dashes, at most 120.", field=field)
    return value


def idempotency_key(key: str | None) -> str | None:
    if key is not None and not (1 <= len(key) <= 100 and key.isprintable()):
        raise Invalid("An idempotency key has 1 to 100 printable characters.", field="Idempotency-Key")
    return key


def tags(values: Collection[str], *, field: str) -> list[str]:
    if strange := [value for value in values if not TAG.fullmatch(value)]:
        raise Invalid(f"“{strange[0][:80]}” is not a tag: letters, digits and dashes, at most 40.", field=field)
    return sorted(set(values))


def aware(value: dt.datetime, *, field: str) -> dt.datetime:
    if value.tzinfo is None:
        raise Invalid("Give the time with its zone, such as 2027-01-01T00:00:00Z.", field=field)
    # At the ends of the calendar a zone leads outside it: such a time could be stored, and never be read again.
    if not EARLIEST <= value <= LATEST:
        raise Invalid(f"Give a time from {EARLIEST.year} to {LATEST.year}.", field=field)
    return value


def may_take_part(by: Forecaster, *, simulated: bool) -> None:
    """Refuse whoever may neither estimate nor bring evidence here."""
    if not by.takes_part:
        raise NotAllowed("This account is closed.")
    if by.simulated and not simulated:
        raise NotAllowed("A simulated forecaster takes part in rehearsals only.")
