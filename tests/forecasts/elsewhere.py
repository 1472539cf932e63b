"""Records from elsewhere, as files and as what a reader makes of them."""

import datetime as dt
from typing import Any

from forecasts.importing.records import BroughtEstimate, BroughtForecast, NotTaken, Reading
from tests.factories import DAY, NOW

HEADER = "question,probability,made_at,outcome,known_at"
# Two questions with three estimates, one of them answered; the last row is none.
FILE = f"""{HEADER}
Will it rain?,0.7,2026-01-01T12:00:00Z,yes,2026-03-01T00:00:00Z
Will it rain?,0.9,2026-02-01T12:00:00Z,yes,2026-03-01T00:00:00Z
Will it snow?,0.2,2026-01-05T12:00:00Z,,
Will it hail?,0.2,yesterday,,
"""


def table(questions: int, estimates: int) -> bytes:
    """A plain file of so many questions with so many estimates each."""
    first = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    rows = [
        f"Will number {number} happen?,{0.1 + (number + day) % 9 / 10:.1f},{(first + day * DAY).isoformat()},,"
        for number in range(questions)
        for day in range(estimates)
    ]
    return "\n".join([HEADER, *rows]).encode()


def estimate(probability: float | None = 0.7, days: float = -20, **fields: Any) -> BroughtEstimate:
    return BroughtEstimate(probability, NOW + days * DAY, **fields)


def question(key: str = "q1", *estimates: BroughtEstimate, **fields: Any) -> BroughtForecast:
    given = {"question": f"Will {key} happen?", "place": f"line {key[1:]}"} | fields
    return BroughtForecast(key=key, estimates=estimates or (estimate(),), **given)


def reading(*forecasts: BroughtForecast, not_taken: tuple[NotTaken, ...] = (), **fields: Any) -> Reading:
    return Reading(forecasts, not_taken, fields.pop("n_rows", 10), "fractions, 0 to 1", **fields)
