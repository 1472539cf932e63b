"""How a score came about: what each estimate added to it, and what each moment did."""

import math
from dataclasses import dataclass

import numpy as np

from tracker.scoring.arrays import Floats, Integers
from tracker.scoring.holds import Field, Holds, rates
from tracker.scoring.record import Estimates, Schedule


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """A score taken apart: row i stands for [start[i], end[i]), ascending, with gaps where they did not stand.

    probability is what they stood with, share the time over the scheduled length. The columns brier, log_score,
    baseline and peer each add up to the score of that name.
    """

    start: Integers
    end: Integers
    probability: Floats
    share: Floats
    brier: Floats
    log_score: Floats
    baseline: Floats
    peer: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Rates:
    """What each moment earned: between at[i] and at[i + 1] baseline[i] and peer[i] points, were it always so.

    at has one more element than the others; 0 where the forecaster did not stand. The mean of a column over the
    scheduled length is the score.
    """

    at: Integers
    baseline: Floats
    peer: Floats


def parts(estimates: Estimates, schedule: Schedule, known_at: int, *, outcome: bool, forecaster: int) -> Parts:
    """Return what each estimate of one forecaster added to their scores; see `tracker.scoring.scores.score`.

    >>> two = Estimates.of(forecaster=[1, 2, 1], made_at=[0, 5, 5], probability=[0.8, 0.5, 0.5])
    >>> ann = parts(two, Schedule(opens_at=0, closes_at=10), known_at=10, outcome=True, forecaster=1)
    >>> ann.probability, ann.share, ann.baseline.round(2), ann.brier
    (array([0.8, 0.5]), array([0.5, 0.5]), array([33.9,  0. ]), array([0.02 , 0.125]))
    """
    held = Holds.of(estimates).within(schedule.opens_at, schedule.accrual_end(known_at))
    log_q = held.log_q(outcome=outcome)
    among, others, _ = Field.of(held, log_q).over_each()
    peer = 100 * (log_q * among - others) / schedule.length
    mine = np.flatnonzero(held.forecaster == forecaster)
    own, log_q, duration = held.where(held.forecaster == forecaster), log_q[mine], held.duration[mine]
    standing = duration / max(int(duration.sum()), 1)
    return Parts(
        start=own.start,
        end=own.end,
        probability=own.probability,
        share=duration / schedule.length,
        brier=standing * (own.probability - outcome) ** 2,
        log_score=standing * -log_q,
        baseline=duration * _baseline(log_q) / schedule.length,
        peer=peer[mine],
    )


def moments(
    estimates: Estimates, schedule: Schedule, known_at: int, *, outcome: bool, forecaster: int, most: int = 400
) -> Rates:
    """Return what each moment earned one forecaster, from the opening to the close or to when the answer was known.

    There is a row for each change of who stands with what. Beyond `most` rows neighbours are averaged over their time,
    which changes no integral.

    >>> two = Estimates.of(forecaster=[1, 2], made_at=[0, 5], probability=[0.8, 0.5])
    >>> bob = moments(two, Schedule(opens_at=0, closes_at=10), known_at=10, outcome=True, forecaster=2)
    >>> bob.at, bob.baseline, bob.peer.round(1)
    (array([ 0,  5, 10]), array([0., 0.]), array([  0., -47.]))
    """
    opens_at, end = schedule.opens_at, max(schedule.accrual_end(known_at), schedule.opens_at)
    held = Holds.of(estimates).within(opens_at, end)
    field = Field.of(held, held.log_q(outcome=outcome))
    at = np.unique(np.concatenate([[opens_at, end], field.instants]))
    own = held.where(held.forecaster == forecaster)
    mine = np.searchsorted(own.start, at[:-1], side="right") - 1
    standing = (mine >= 0) & (at[:-1] < np.append(own.end, opens_at)[mine])
    log_q = np.where(standing, np.append(own.log_q(outcome=outcome), 0.0)[mine], 0.0)
    gap = np.searchsorted(field.instants, at[:-1], side="right") - 1
    among, others, _ = rates(np.append(field.count, 0)[gap], np.append(field.log_sum, 0.0)[gap], own=1)
    earned = np.where(standing, [_baseline(log_q), 100 * (log_q * among - others)], 0.0)
    return _thinned(at, earned, most)


def _thinned(at: Integers, earned: Floats, most: int) -> Rates:
    """Average neighbours over their time, so that at most so many are left."""
    first = np.unique(np.linspace(0, at.size - 1, min(most, at.size - 1) + 1).astype(np.int64))
    running = np.concatenate([np.zeros((2, 1)), np.cumsum(earned * np.diff(at), axis=1)], axis=1)
    kept = at[first]
    baseline, peer = np.diff(running[:, first], axis=1) / np.diff(kept) if len(first) < at.size else earned
    return Rates(kept, baseline, peer)


def _baseline(log_q: Floats) -> Floats:
    return 100 * (1 + log_q / math.log(2))
