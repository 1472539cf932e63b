"""The scores of one forecast: everybody who stood on it, and reference rows beside them."""

import math
from dataclasses import dataclass

import numpy as np

from tracker.scoring.arrays import Floats, Integers, sums
from tracker.scoring.holds import Field, Holds, rates
from tracker.scoring.record import Estimates, Schedule, Steps
from tracker.scoring.shares import Shares, time_shares, to_cells


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
    everybody = Holds.of(estimates)
    return _score(everybody, everybody, 1, schedule, known_at, outcome=outcome)


def score_reference(steps: Steps, estimates: Estimates, schedule: Schedule, known_at: int, *, outcome: bool) -> Scores:
    """Score a crowd method, an author or a constant, as `score` does, against all who stand: it is none of them.

    Returns one row, numbered 0, or none if it never stood.

    >>> nobody, half = Estimates.of([], [], []), Steps.of(at=[0], probability=[0.5])
    >>> float(score_reference(half, nobody, Schedule(0, 10), known_at=10, outcome=False).brier[0])
    0.25
    """
    reference, everybody = Holds.of(steps.as_estimates()), Holds.of(estimates)
    return _score(reference, everybody, 0, schedule, known_at, outcome=outcome)


def _score(scored: Holds, rivals: Holds, own: int, schedule: Schedule, known_at: int, *, outcome: bool) -> Scores:
    opens_at, length, end = schedule.opens_at, schedule.length, schedule.accrual_end(known_at)
    spot, early = min(schedule.spot_time, end), schedule.is_early(known_at)
    held, standing = scored.within(opens_at, end), scored.at(spot)
    forecasters = np.unique(np.concatenate([held.forecaster, standing.forecaster]))
    rows = forecasters.size
    row, spot_row = (np.searchsorted(forecasters, of.forecaster) for of in (held, standing))
    field = Field.of(rivals.within(opens_at, end), outcome=outcome, start=opens_at, end=max(opens_at, end))
    final = np.zeros(rows, dtype=np.int64)
    final[spot_row] = 0 if early else to_cells(standing.probability)
    return Scores(
        forecaster=forecasters,
        **_accrued(held, field, row, rows, own=own, length=length, outcome=outcome),
        **_at_spot(standing, rivals.at(spot), spot_row, rows, own=own, outcome=outcome),
        attainable=max(end - opens_at, 0) / length,
        spot_early=early,
        shares=Shares(*time_shares(held, row, rows, length), final),
    )


def _accrued(
    held: Holds, field: Field, row: Integers, rows: int, *, own: int, length: int, outcome: bool
) -> dict[str, Floats]:
    """Return the columns that are integrals over the time standing; who never stood has coverage 0 and no score."""

    def total(amount: Floats | Integers) -> Floats:
        return sums(row, amount, rows)

    log_q, duration = held.log_q(outcome=outcome), held.duration
    among, others, contested = field.over(held.start, held.end, own=own)
    time = total(duration)
    standing, scheduled = np.where(time > 0, [time, np.full(rows, length)], np.nan)
    return {
        "brier": total(duration * (held.probability - outcome) ** 2) / standing,
        "log_score": total(duration * -log_q) / standing,
        "baseline": total(duration * _baseline(log_q)) / scheduled,
        "peer": 100 * total(log_q * among - others) / scheduled,
        "coverage": time / length,
        "contested": total(contested) / length,
    }


def _at_spot(standing: Holds, rivals: Holds, row: Integers, rows: int, *, own: int, outcome: bool) -> dict[str, Floats]:
    """Return the columns of the spot instant, NaN for those who do not stand then."""
    log_q, rival_log_q = standing.log_q(outcome=outcome), rivals.log_q(outcome=outcome)
    among, others, _ = rates(np.array(rival_log_q.size), rival_log_q.sum(), own)
    columns = np.full((2, rows), np.nan)
    columns[:, row] = _baseline(log_q), 100 * (log_q * among - others)
    return {"spot_baseline": columns[0], "spot_peer": columns[1]}


def _baseline(log_q: Floats) -> Floats:
    return 100 * (1 + log_q / math.log(2))
