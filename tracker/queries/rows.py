"""One row of a board."""

from dataclasses import dataclass

from tracker.models import Owner


@dataclass(frozen=True)
class Row:
    """One row of a board. coverage, contested and attainable are shares of all scheduled time on it, 0 to 1.

    attainable counts the forecasts stood on: what coverage would be, had one always stood there. score has the 95%
    interval [low, high], None below the minimum; rank_best and rank_worst are the ranks that the intervals of all
    ranked rows allow, jointly at 95%. crowd, on a board by Brier score, is the crowd's over the same moments.
    """

    owner: Owner
    name: str
    label: str
    is_bot: bool
    simulated: bool
    n: int
    upsets: float
    coverage: float
    contested: float
    attainable: float
    score: float
    crowd: float | None = None
    low: float | None = None
    high: float | None = None
    rank: int | None = None
    rank_best: int | None = None
    rank_worst: int | None = None
