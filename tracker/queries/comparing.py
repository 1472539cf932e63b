"""What a comparison says in words: no more than its interval allows."""

from typing import Protocol

import numpy as np

from tracker.scoring.arrays import Floats
from tracker.scoring.confidence import half_width

# How much round differences commonly deviate, for as long as too few have come to tell.
COMMON_DEVIATION = 0.25
ENOUGH = 10
AHEAD = (25, 100, 1000)


class Told(Protocol):
    """The last round of a path."""

    @property
    def number(self) -> int: ...
    @property
    def mean(self) -> float: ...
    @property
    def low(self) -> float: ...
    @property
    def high(self) -> float: ...


def verdict(a: str, b: str, last: Told | None, *, n_waiting: int = 0) -> str:
    """What may be claimed: of the rounds so far, not of the next one."""
    if last is None and n_waiting:
        return (
            f"No round is complete. What {a} and {b} share waits for the other forecasts of its claims: those of one "
            "claim make one round together."
        )
    if last is None:
        return f"{a} and {b} have not stood together on any forecast that counts here, so there is nothing to compare."
    so_far = "On the one round so far" if last.number == 1 else f"On the {last.number:,} rounds so far"
    if last.high < 0 or last.low > 0:
        better, least, most = (a, -last.high, -last.low) if last.high < 0 else (b, last.low, last.high)
        return (
            f"{so_far}, {better}’s expected score given earlier results was better on average, by {abs(last.mean):.3f} "
            f"as seen and by something from {least:.3f} to {most:.3f}."
        )
    return (
        f"{so_far}, {a} and {b} are not distinguishable: the average difference could be anything from "
        f"{_favour(last.low, a, b)} to {_favour(last.high, a, b)}."
    )


def _favour(difference: float, a: str, b: str) -> str:
    return f"{abs(difference):.3f} in favour of {a if difference < 0 else b}"


def reach(differences: Floats) -> str:
    """How far the interval reaches after so many rounds, as spread as these, or as is common while they are few."""
    enough = differences.size >= ENOUGH
    deviation = float(np.std(differences)) if enough else COMMON_DEVIATION
    widths = [f"{width:.2f} after {n:,}" for n, width in zip(AHEAD, half_width(AHEAD, deviation).tolist(), strict=True)]
    spread = "With differences as spread as these" if enough else "As differences commonly are"
    return (
        f"{spread}, the interval reaches to each side about {widths[0]} rounds, {widths[1]} and {widths[2]}. "
        "A single essay cannot separate two people."
    )
