"""What evidence makes of a probability. Pure."""

import math
from collections.abc import Iterable
from typing import Final

LOWEST, HIGHEST = 0.0001, 0.9999
_MOST: Final = 700.0  # exp of more is infinite


def implied(first: float, ratios: Iterable[float]) -> float:
    """Return what a probability becomes after pieces of evidence with these likelihood ratios, each above 0.

    A ratio is P(evidence | yes) / P(evidence | no). By Bayes' rule the odds are multiplied by each of them, which takes
    the pieces to be independent given the answer. What is beyond 0.0001 and 0.9999 is cut there, as on record.

    >>> round(implied(0.3, [1.8]), 3), round(implied(0.3, [1.8, 1 / 1.8]), 3), implied(0.3, [])
    (0.435, 0.3, 0.3)
    >>> implied(0.5, [1e6, 1e6]), implied(0.5, [1e-6, 1e-6])
    (0.9999, 0.0001)
    """
    moved = sum(math.log(ratio) for ratio in ratios)
    if not moved:
        return first
    log_odds = math.log(first / (1 - first)) + moved
    return min(max(1 / (1 + math.exp(min(-log_odds, _MOST))), LOWEST), HIGHEST)
