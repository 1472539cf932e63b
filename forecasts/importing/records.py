"""What a file from elsewhere holds once it is read: forecasts with the estimates on them, and what could not be taken.

A reader is a function `read(content, *, whose="")` that returns a Reading or raises Unreadable. It knows no clock and
no database, so the same bytes always give the same keys: that is what makes bringing a file twice change nothing.
"""

import datetime as dt
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol

LOWEST, HIGHEST = 0.0001, 0.9999
# Of one file: a small ZIP file can hold very many short ones.
MOST_ROWS: Final = 500_000
Outcome = Literal["", "yes", "no", "annulled"]


class Unreadable(Exception):
    """Nothing of the file can be taken: it is not of this format, too large unpacked, or damaged."""


class NobodyThere(Unreadable):
    """Nobody in the file has the name that was asked for."""


@dataclass(frozen=True, slots=True)
class BroughtEstimate:
    """A probability that somebody says they gave at that time, from 0.0001 to 0.9999; None withdraws the one before."""

    probability: float | None
    made_at: dt.datetime
    rationale: str = ""
    # What was changed on the way, such as 0% stored as 0.01%.
    remark: str = ""


@dataclass(frozen=True, slots=True)
class BroughtForecast:
    """One question of elsewhere and one person's estimates on it, in the order of their times, each time once."""

    # Its id there, or a digest of what does not change where there is none; 1 to 64 characters.
    key: str
    question: str
    estimates: tuple[BroughtEstimate, ...]
    # Where it stands in the file, such as “line 7”.
    place: str
    url: str = ""
    background: str = ""
    # When it was asked, and until when it could be answered, where the file says so.
    opened_at: dt.datetime | None = None
    closes_at: dt.datetime | None = None
    outcome: Outcome = ""
    # When the answer became known; where the file does not tell, when it was put down there. None without an outcome.
    known_at: dt.datetime | None = None
    # What was changed on the way, such as a question that was cut.
    remark: str = ""


@dataclass(frozen=True, slots=True)
class NotTaken:
    """A row, or a part of one, that was left out, and why."""

    place: str
    reason: str
    # False where only a part of the row was left out, such as an outcome, and its estimate is taken.
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Reading:
    """All that a file says of one person's record.

    `names` are the people whose estimates are in it, those with the most first; empty where it names nobody, and the
    owner alone where it says whose file it is. With several names and no `whose`, nothing is taken nor listed as not
    taken, and somebody has to say.
    """

    forecasts: tuple[BroughtForecast, ...]
    not_taken: tuple[NotTaken, ...]
    # Rows of the file, taken or not, whatever a row is in this format.
    n_rows: int
    # In which numbers it gives probabilities, for people: “percent, 0 to 100”.
    scale: str
    names: tuple[str, ...] = ()
    # What holds for the whole file, for people: that times have no zone and are read as UTC.
    remarks: tuple[str, ...] = field(default=())
    # Rows that say the same as a row before them. A row is either taken, or one of these, or wholly not taken.
    n_duplicates: int = 0

    @property
    def n_taken(self) -> int:
        """Rows that became an estimate; a withdrawal is the end of one, not a row."""
        return sum(estimate.probability is not None for each in self.forecasts for estimate in each.estimates)


class Reader(Protocol):
    def __call__(self, content: bytes, *, whose: str = "") -> Reading: ...


def bounded(probability: float) -> tuple[float, str]:
    """Return what is stored of a probability in [0, 1], and a remark where that differs. 0 and 1 score infinitely.

    >>> bounded(0.3), bounded(1.0)
    ((0.3, ''), (0.9999, '100% stored as 99.99%'))
    """
    stored = min(max(probability, LOWEST), HIGHEST)
    return stored, "" if stored == probability else f"{100 * probability:.6g}% stored as {100 * stored:.6g}%"


FORMATS: Final = ("fatebook", "predictionbook", "metaculus", "manifold", "plain")
