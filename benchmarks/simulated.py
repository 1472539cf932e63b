"""Forecasters who are calibrated by construction, many and fast: what every claim about coverage is tried on.

A question is decided by a random walk of variance 1 over its scheduled time, and news comes STEPS times. Given the
news, the probability of yes has a closed form and is a martingale; whoever states it, at once or late, is calibrated,
however often they revise and however many others say the same. Seeded, pure.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np
from scipy.special import ndtr, ndtri

from tracker.scoring.arrays import Floats, Integers
from tracker.scoring.record import HIGHEST, LOWEST

STEPS: Final = 40
_DECIMALS: Final = 4


class Early(Enum):
    """Which answers may come before the close.

    EITHER: half of all forecasts get their answer at some instant before the close that has nothing to do with it.
    YES: the question is whether the walk is ever that high, so yes is known when it is, and no only at the close. Then
    silence speaks: the probability sinks while nothing happens, and only who says so at every step stays calibrated.
    """

    NEVER = "never"
    EITHER = "either"
    YES = "yes"


@dataclass(frozen=True, slots=True)
class Design:
    """One setting: everyone answers the same forecasts, and revises at every (STEPS / revisions)-th step.

    Each person arrives on each forecast at a step of their own in the first half, and then stands until the answer is
    known. Unless only yes comes early, each sees the news with a lag of their own, which leaves them calibrated but
    tells the better informed from the others; `lagging` = False lets all know the same.

    Raises ValueError unless the revisions divide STEPS.
    """

    forecasts: int
    revisions: int = 1
    people: int = 1
    early: Early = Early.NEVER
    lagging: bool = True

    def __post_init__(self) -> None:
        if STEPS % self.revisions:
            raise ValueError(f"the revisions must divide {STEPS}")


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """What was said and what happened in one run. Times are steps; the scheduled length is STEPS.

    outcome (forecasts): 1 yes, 0 no. known (forecasts): the step up to which time counts, STEPS unless the answer came
    early. probability, start, end (forecasts, people, revisions): held on [start, end), which may be empty.
    """

    outcome: Floats
    known: Integers
    probability: Floats
    start: Integers
    end: Integers

    @property
    def weight(self) -> Floats:
        """The share of the scheduled length for which each probability was held (forecasts, people, revisions)."""
        return (self.end - self.start) / STEPS

    @property
    def coverage(self) -> Floats:
        """Time standing over the scheduled length (forecasts, people)."""
        total: Floats = self.weight.sum(axis=2)
        return total

    @property
    def accrued_brier(self) -> Floats:
        """Coverage times Brier score, (forecasts, people): the integral of (p - y)^2 over the scheduled length."""
        total: Floats = (self.weight * (self.probability - self.outcome[:, None, None]) ** 2).sum(axis=2)
        return total

    @property
    def accrued_log(self) -> Floats:
        """Coverage times log score, (forecasts, people), in nats."""
        q = np.where(self.outcome[:, None, None] == 1, self.probability, 1 - self.probability)
        total: Floats = (self.weight * -np.log(q)).sum(axis=2)
        return total

    @property
    def final(self) -> Floats:
        """The probability standing at the close (forecasts, people); NaN where the answer came before it."""
        return np.where(self.known[:, None] == STEPS, self.probability[:, :, -1], np.nan)

    def by_step(self) -> Floats:
        """Return the probability held in each step (forecasts, people, STEPS), NaN where somebody does not stand."""
        step = np.arange(STEPS)
        held = np.full((*self.coverage.shape, STEPS), np.nan)
        for k in range(self.probability.shape[2]):
            stands = (self.start[:, :, k, None] <= step) & (step < self.end[:, :, k, None])
            np.copyto(held, self.probability[:, :, k, None], where=stands)
        return held

    def rows(self) -> tuple[Integers, Floats, Floats, Floats]:
        """Return parallel arrays, one row for each hold: forecast, probability, outcome, weight."""
        weight = self.weight
        forecast, person, revision = np.nonzero(weight)
        p = self.probability[forecast, person, revision]
        return forecast, p, self.outcome[forecast], weight[forecast, person, revision]

    def final_rows(self) -> tuple[Integers, Floats, Floats, Floats]:
        """Return the same for the final view: weight 1 on what stood at the close, early answers left out."""
        final = self.final
        forecast, person = np.nonzero(~np.isnan(final))
        return forecast, final[forecast, person], self.outcome[forecast], np.ones(forecast.size)


def simulate(design: Design, runs: int, seed: int) -> Iterator[Run]:
    """Yield that many runs; run k depends on the design, the seed and k alone."""
    for run in range(runs):
        yield draw(design, np.random.default_rng([seed, run]))


def draw(design: Design, rng: np.random.Generator) -> Run:
    """Draw one run."""
    truth, outcome, known = _truth(design, rng)
    shape = (design.forecasts, design.people)
    arrival = rng.integers(0, STEPS // 2, (*shape, 1), endpoint=True)
    every = STEPS // design.revisions
    # Somebody who revises keeps to the rhythm of the news; the first look is on arriving.
    looks = np.arange(design.revisions) * every
    start = np.minimum(np.where(design.revisions == 1, arrival, np.maximum(looks, arrival)), known[:, None, None])
    end = np.concatenate([start[:, :, 1:], np.broadcast_to(known[:, None, None], (*shape, 1))], axis=2)
    lags = design.lagging and design.early is not Early.YES
    speed = rng.uniform(0.4, 1.0, design.people) if lags else np.ones(design.people)
    seen = (np.minimum(start, STEPS - 1) * speed[:, None]).astype(np.int64)
    p = np.take_along_axis(truth, seen.reshape(design.forecasts, -1), axis=1).reshape(seen.shape)
    return Run(outcome, known, np.clip(np.round(p, _DECIMALS), LOWEST, HIGHEST), start, end)


def _truth(design: Design, rng: np.random.Generator) -> tuple[Floats, Floats, Integers]:
    """Return the probability of yes at each step given the walk up to it, the outcome, and when that is known."""
    prior = rng.uniform(0.03, 0.97, (design.forecasts, 1))
    steps = rng.standard_normal((design.forecasts, STEPS)) / np.sqrt(STEPS)
    walk = np.zeros((design.forecasts, STEPS + 1))
    np.cumsum(steps, axis=1, out=walk[:, 1:])
    to_go = np.sqrt(1 - np.arange(STEPS) / STEPS)
    if design.early is not Early.YES:
        level = ndtri(1 - prior)
        known = np.full(design.forecasts, STEPS)
        if design.early is Early.EITHER:
            before = rng.integers(1, STEPS, design.forecasts)
            known = np.where(rng.random(design.forecasts) < 0.5, before, known)
        return ndtr((walk[:, :-1] - level) / to_go), (walk[:, -1] > level[:, 0]).astype(np.float64), known
    # By reflection: of the walks that reach the level, half end above it.
    level = ndtri(1 - prior / 2)
    below = np.maximum(level - walk, 0)
    # Between two instants below the level a bridge may have touched it; what happens in a step is news at its end.
    touched = rng.random(steps.shape) < np.exp(-2 * STEPS * below[:, :-1] * below[:, 1:])
    reached = touched.any(axis=1)
    known = np.where(reached, touched.argmax(axis=1) + 1, STEPS)
    return np.minimum(2 * ndtr((walk[:, :-1] - level) / to_go), 1), reached.astype(np.float64), known
