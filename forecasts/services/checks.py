"""What several writers check of their input."""

import datetime as dt
import math
from urllib.parse import urlsplit

from forecasts.models import HIGHEST, LOWEST
from forecasts.refusals import Invalid

MAX_TEXT = 20_000


def probability(value: object) -> float:
    """A probability that can be stored, or a refusal that says why not."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise Invalid("Give a number such as 0.7.", field="probability")
    try:
        p = float(value)
    except ValueError:
        raise Invalid(f"“{value}” is not a number. Give a number such as 0.7.", field="probability") from None
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
    if value is not None and not (math.isfinite(value) and 0 < value <= 1e6):
        raise Invalid("A likelihood ratio is above 0 and at most 1,000,000; 1 says nothing.", field="likelihood_ratio")
    return value


def url(value: str, *, field: str) -> str:
    """A web address, http or https, or empty."""
    value = value.strip()
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
    if "\x00" in value:
        raise Invalid("A null character cannot be stored. Remove it.", field=field)
    if len(value) > most:
        raise Invalid(f"At most {most:,} characters; this has {len(value):,}.", field=field)
    return value


def aware(value: dt.datetime, *, field: str) -> dt.datetime:
    if value.tzinfo is None:
        raise Invalid("Give the time with its zone, such as 2027-01-01T00:00:00Z.", field=field)
    return value
