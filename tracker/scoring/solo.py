"""The scores of one person on many questions of their own, with nobody beside them: all questions in one sweep."""

from dataclasses import dataclass, field

import numpy as np

from tracker.scoring.arrays import Flags, Floats, Integers, require_parallel, sums
from tracker.scoring.clusters import Clusters
from tracker.scoring.holds import Holds
from tracker.scoring.moments import Moments
from tracker.scoring.record import Estimates
from tracker.scoring.scores import baseline_rate
from tracker.scoring.shares import GRID, WHOLE, Shares, time_shares
from tracker.scoring.tally import Tally


@dataclass(frozen=True, slots=True, eq=False)
class Questions:
    """When each opened and closed, when its answer became known, and whether that was yes; parallel, instants int64.

    Raises ValueError for lengths that differ and for a question that does not close after it opens.
    """

    opens_at: Integers
    closes_at: Integers
    known_at: Integers
    outcome: Flags
    length: Integers = field(init=False, repr=False)

    def __post_init__(self) -> None:
        require_parallel(opens_at=self.opens_at, closes_at=self.closes_at, known_at=self.known_at, outcome=self.outcome)
        object.__setattr__(self, "length", self.closes_at - self.opens_at)
        if np.any(self.length <= 0):
            raise ValueError("a question must close after it opens")

    @property
    def accrual_end(self) -> Integers:
        """The end of what is scored: the close, or known_at if the answer came first."""
        return np.minimum(self.closes_at, self.known_at)


@dataclass(frozen=True, slots=True, eq=False)
class Solo:
    """One row for each question, in their order, as in `Scores`; who never stood has coverage 0 and no score, NaN."""

    brier: Floats
    log_score: Floats
    baseline: Floats
    coverage: Floats
    attainable: Floats
    shares: Shares
    outcome: Flags

    @property
    def stood(self) -> Integers:
        """The rows with a score, ascending."""
        return np.flatnonzero(self.coverage > 0)

    def at(self, rows: Integers) -> "Solo":
        """Return these rows alone, given in ascending order."""
        columns = ("brier", "log_score", "baseline", "coverage", "attainable")
        kept = {name: getattr(self, name)[rows] for name in columns}
        return Solo(**kept, shares=self.shares.rows(rows), outcome=self.outcome[rows])

    def moments(self, measure: str) -> Moments:
        """Return the sums that the interval of a measure rests on: one row; all rows of self must have a score.

        The measure is baseline, brier or log_score.
        """
        given = getattr(self, measure)
        accrued = given if measure == "baseline" else self.coverage * given
        return Moments.of(np.zeros(given.size, dtype=np.int64), self.coverage, accrued, 1)

    def tally(self) -> Tally:
        """Return what was said against what came, on the grid, each probability by the share of time it stood."""
        _, cells, weight, yes = self._said()
        distinct, place = np.unique(cells, return_inverse=True)
        return Tally.of_cells(distinct, sums(place, weight, distinct.size), sums(place, weight * yes, distinct.size))

    def clusters(self) -> Clusters:
        """Return the sums over questions that the inference of calibration needs."""
        row, cells, weight, yes = self._said()
        return Clusters.of(row, cells / GRID, yes, weight)

    def _said(self) -> tuple[Integers, Integers, Floats, Flags]:
        row = np.repeat(np.arange(self.outcome.size), np.diff(self.shares.offsets))
        return row, self.shares.cells, self.shares.weights / WHOLE, self.outcome[row]


def score_alone(estimates: Estimates, questions: Questions) -> Solo:
    """Score one person on all of their questions; `forecaster` of an estimate is the number of its question, from 0.

    Row k is what `score` returns for the one forecaster who stands on question k, but that there are no peer and no
    spot scores. O(n log n) in the number of estimates. Raises ValueError for an estimate on no question.

    >>> said = Estimates.of(forecaster=[0, 1, 1], made_at=[0, 0, 5], probability=[0.8, 0.5, 0.9])
    >>> asked = Questions(np.zeros(2, int), np.full(2, 10), np.full(2, 10), np.array([True, False]))
    >>> solo = score_alone(said, asked)
    >>> solo.brier.round(2), solo.coverage, solo.shares.of(1)
    (array([0.04, 0.53]), array([1., 1.]), (array([5000, 9000]), array([500000, 500000])))
    """
    n, holds = questions.length.size, Holds.of(estimates)
    if np.any((estimates.forecaster < 0) | (estimates.forecaster >= n)):
        raise ValueError("an estimate is on no question")
    held = holds.within(questions.opens_at[holds.forecaster], questions.accrual_end[holds.forecaster])
    of, duration, outcome = held.forecaster, held.duration, questions.outcome[held.forecaster]
    log_q = np.log(np.where(outcome, held.probability, 1 - held.probability))
    time = sums(of, duration, n)
    standing, scheduled = np.where(time > 0, [time, questions.length], np.nan)
    return Solo(
        brier=sums(of, duration * (held.probability - outcome) ** 2, n) / standing,
        log_score=sums(of, duration * -log_q, n) / standing,
        baseline=sums(of, duration * baseline_rate(log_q), n) / scheduled,
        coverage=time / questions.length,
        attainable=np.maximum(questions.accrual_end - questions.opens_at, 0) / questions.length,
        shares=Shares(*time_shares(held, of, n, questions.length), np.zeros(n, dtype=np.int64)),
        outcome=questions.outcome,
    )
