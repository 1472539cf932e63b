"""What always saying the base rate would have scored, had anybody known it: a reference that knows the answers."""

from dataclasses import dataclass

import numpy as np
from scipy.special import xlogy


@dataclass(frozen=True, slots=True)
class Hindsight:
    """The scores of always saying `base_rate` for all the time that a forecast could be stood on.

    brier: r (1 - r), 0 to 0.25, the uncertainty of the questions; log_score: nats, 0 to ln 2; both lower is better, and
    no constant does better. baseline: the total, 0 or more, higher is better.
    """

    base_rate: float
    brier: float
    log_score: float
    baseline: float


def always_the_base_rate(weight: float, yes: float) -> Hindsight:
    """Score r = yes / weight: the scheduled time of those forecasts that came out yes, over that of all (1 for each).

    Raises ValueError unless 0 <= yes <= weight and weight is above 0.

    >>> found = always_the_base_rate(weight=4.0, yes=1.0)
    >>> found.brier, round(found.log_score, 3), round(found.baseline, 1)
    (0.1875, 0.562, 75.5)
    """
    if not 0 <= yes <= weight or weight == 0:
        raise ValueError("the part with yes lies between 0 and the whole, which is above 0")
    rate = yes / weight
    entropy = float(-xlogy(rate, rate) - xlogy(1 - rate, 1 - rate))
    return Hindsight(rate, rate * (1 - rate), entropy, float(100 * weight * (1 - entropy / np.log(2))))
