"""The scores of one forecast: everybody who stood on it, and reference rows beside them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Self

import numpy as np

from tracker.scoring.arrays import Floats, Integers, sums
from tracker.scoring.holds import Field, Holds, rates
from tracker.scoring.record import Estimates, Schedule, Steps
from tracker.scoring.shares import Shares, time_shares, to_cells

MEASURES: Final = ("brier", "log_score", "baseline", "peer", "spot_baseline", "spot_peer")


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """One row for each forecaster with coverage above 0 or a spot score, ascending by forecaster; NaN is "no score".

    With q the probability given to what happened, L the scheduled length, and integrals over the time standing:

    - brier: mean over time standing of (p - y)^2, 0 to 1, lower is better
    - log_score: mean over time standing of -ln q, nats, lower is better
    - baseline: 1/L * integral of 100 (1 + log2 q), 0 for always one half, 100 at best, higher is better
    - peer: 1/L * integral of 100 (ln q - mean of the others' ln q), 0 while alone, higher is better
    - spot_baseline, spot_peer: these integrands at the spot instant
    - coverage, contested: time standing, and standing together with another, over L; 0 to 1

    attainable, the coverage that was possible before the answer came, and spot_early, whether it came before the
    scheduled spot time (then spot scores count nowhere but on the forecast's own page), are the same for all rows.
    shares holds the contributions to calibration.
    """

    forecaster: Integers
    brier: Floats
    log_score: Floats
    baseline: Floats
    peer: Floats
    spot_baseline: Floats
    spot_peer: Floats
    coverage: Floats
    contested: Floats
    attainable: float
    spot_early: bool
    shares: Shares

    def rows(self, kept: Integers) -> Self:
        """Return these rows alone."""
        columns = {name: getattr(self, name)[kept] for name in ("forecaster", *MEASURES, "coverage", "contested")}
        return replace(self, **columns, shares=self.shares.rows(kept))


def score(estimates: Estimates, schedule: Schedule, known_at: int, *, outcome: bool) -> Scores:
    """Score everybody who gave an estimate on a forecast that was answered yes (True) or no (False).

    known_at, in microseconds, is when the answer became knowable: nothing accrues from then on. An estimate from
    before the opening stands from the opening, and at a spot time from when it was made. An annulled forecast has no
    scores and does not come here. O(n log n) in the number of estimates.

    Source: the definitions that Metaculus publishes for its Baseline, Peer and Spot scores; Brier (1950) and Good
    (1952) for the quadratic and the logarithmic score.

    >>> two = Estimates.of(forecaster=[1, 2], made_at=[0, 5], probability=[0.8, 0.5])
    >>> scores = score(two, Schedule(opens_at=0, closes_at=10), known_at=10, outcome=True)
    >>> scores.brier.round(2), scores.peer.round(2), scores.coverage
    (array([0.04, 0.25]), array([ 23.5, -23.5]), array([1. , 0.5]))
    """
    return score_beside(estimates, (), schedule, known_at, outcome=outcome)[0]


def score_reference(steps: Steps, estimates: Estimates, schedule: Schedule, known_at: int, *, outcome: bool) -> Scores:
    """Score a crowd method, an author or a constant, as `score` does, against all who stand: it is none of them.

    Returns one row, numbered 0, or none if it never stood.

    >>> nobody, half = Estimates.of([], [], []), Steps.of(at=[0], probability=[0.5])
    >>> float(score_reference(half, nobody, Schedule(0, 10), known_at=10, outcome=False).brier[0])
    0.25
    """
    return score_beside(estimates, (steps,), schedule, known_at, outcome=outcome)[1]


def score_beside(
    estimates: Estimates, references: Sequence[Steps], schedule: Schedule, known_at: int, *, outcome: bool
) -> tuple[Scores, Scores]:
    """Return what `score` returns, and the rows of several references, numbered as they come, in one sweep.

    >>> half, ann = Steps.of(at=[0], probability=[0.5]), Estimates.of([7], [0], [0.8])
    >>> people, beside = score_beside(ann, [half, half], Schedule(0, 10), known_at=10, outcome=True)
    >>> people.forecaster, beside.forecaster, people.brier.round(2), beside.brier
    (array([7]), array([0, 1]), array([0.04]), array([0.25, 0.25]))
    """
    people = Holds.of(estimates)
    names, row = np.unique(people.forecaster, return_inverse=True)
    holds = Holds(row, people.start, people.end, people.probability)
    if references:
        holds = holds.and_then(Holds.of_steps(references, first=names.size))
    names = np.concatenate([names, np.arange(len(references))])
    scores = _score(holds, names, names.size - len(references), schedule, known_at, outcome=outcome)
    stood = np.flatnonzero((scores.coverage > 0) | ~np.isnan(scores.spot_baseline))
    mine, beside = np.split(stood, [np.searchsorted(stood, names.size - len(references))])
    return scores.rows(mine), scores.rows(beside)


def _score(holds: Holds, names: Integers, field: int, schedule: Schedule, known_at: int, *, outcome: bool) -> Scores:
    """Score the holds, whose rows are numbered, of which the first `field` are measured against one another."""
    opens_at, length, end = schedule.opens_at, schedule.length, schedule.accrual_end(known_at)
    spot, early = min(schedule.spot_time, end), schedule.is_early(known_at)
    held, standing = holds.within(opens_at, end), holds.at(spot)
    final = np.zeros(names.size, dtype=np.int64)
    final[standing.forecaster] = 0 if early else to_cells(standing.probability)
    return Scores(
        forecaster=names,
        **_accrued(held, names.size, field, length=length, outcome=outcome),
        **_at_spot(standing, names.size, field, outcome=outcome),
        attainable=max(end - opens_at, 0) / length,
        spot_early=early,
        shares=Shares(*time_shares(held, held.forecaster, names.size, length), final),
    )


def _accrued(held: Holds, rows: int, field: int, *, length: int, outcome: bool) -> dict[str, Floats]:
    """Return the columns that are integrals over the time standing; who never stood has coverage 0 and no score."""

    def total(amount: Floats | Integers) -> Floats:
        return sums(held.forecaster, amount, rows)

    log_q, duration = held.log_q(outcome=outcome), held.duration
    n = int(np.searchsorted(held.forecaster, field))
    swept = Field.of(held.where(slice(n)), log_q[:n])
    beside = swept.over(held.start[n:], held.end[n:])
    among, others, contested = np.concatenate([swept.over_each(), beside], axis=1)
    time = total(duration)
    standing, scheduled = np.where(time > 0, [time, np.full(rows, length)], np.nan)
    return {
        "brier": total(duration * (held.probability - outcome) ** 2) / standing,
        "log_score": total(duration * -log_q) / standing,
        "baseline": total(duration * baseline_rate(log_q)) / scheduled,
        "peer": 100 * total(log_q * among - others) / scheduled,
        "coverage": time / length,
        "contested": total(contested) / length,
    }


def _at_spot(standing: Holds, rows: int, field: int, *, outcome: bool) -> dict[str, Floats]:
    """Return the columns of the spot instant, NaN for those who do not stand then."""
    log_q = standing.log_q(outcome=outcome)
    n = int(np.searchsorted(standing.forecaster, field))
    own = np.arange(log_q.size) < n
    among, others, _ = rates(np.array(n), log_q[:n].sum(), own.astype(np.int64))
    columns = np.full((2, rows), np.nan)
    columns[:, standing.forecaster] = baseline_rate(log_q), 100 * (log_q * among - others)
    return {"spot_baseline": columns[0], "spot_peer": columns[1]}


def baseline_rate(log_q: Floats) -> Floats:
    """Return the integrand of the baseline score, 100 (1 + log2 q), given ln q.

    >>> baseline_rate(np.log([1.0, 0.5, 0.25]))
    array([ 100.,    0., -100.])
    """
    return 100 * (1 + log_q / math.log(2))
