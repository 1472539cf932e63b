"""The crowd's score over the very moments at which somebody stood: what a board's Brier score is shown beside."""

import numpy as np

from tracker.scoring.arrays import Floats, sums
from tracker.scoring.holds import Holds
from tracker.scoring.record import Estimates, Schedule, Steps


def crowd_brier(crowd: Steps, estimates: Estimates, schedule: Schedule, known_at: int, *, outcome: bool) -> Floats:
    """Return for each forecaster, ascending by id, the mean over their time standing of (crowd's p - y)^2.

    0 to 1, lower is better; NaN for who never stood while the forecast was open and its answer unknown. Absence costs
    nothing in a mean over the time standing, so that a Brier score compares with nobody's but the crowd's over the same
    moments. The crowd stands whenever somebody does; a moment without it adds 0. O((n + m) log n) for n estimates and m
    steps of the crowd.

    >>> ann, crowd = Estimates.of([7], [5], [0.9]), Steps.of([0, 5], [0.2, 0.6])
    >>> crowd_brier(crowd, ann, Schedule(0, 10), known_at=10, outcome=True).round(2)
    array([0.16])
    """
    start, end = schedule.opens_at, schedule.accrual_end(known_at)
    who, everybody = np.unique(estimates.forecaster), Holds.of(estimates).within(start, end)
    place = np.searchsorted(who, everybody.forecaster)
    theirs = Holds.of_steps([crowd], first=0).within(start, end)
    # What the crowd has lost by each of its instants; it loses nothing between the end of a step and the next start.
    instants = np.concatenate([[start], np.column_stack([theirs.start, theirs.end]).ravel()]) - start
    lost = np.column_stack([np.zeros(theirs.start.size), theirs.duration * (theirs.probability - outcome) ** 2])
    running = np.concatenate([[0.0], np.cumsum(lost.ravel())])
    over = np.interp(everybody.end - start, instants, running) - np.interp(everybody.start - start, instants, running)
    time = sums(place, everybody.duration, who.size)
    mean: Floats = np.divide(sums(place, over, who.size), time, out=np.full(who.size, np.nan), where=time > 0)
    return mean
