"""What simulated forecasters score, forecast by forecast: what boards are tried on."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from benchmarks.simulated import STEPS, Design, Early, Run, draw
from tracker.scoring.arrays import Floats


@dataclass(frozen=True, slots=True)
class Setting:
    """How forecasters go about it; `absent`: half of all stays are broken by a time without an estimate."""

    revisions: int
    early: Early
    absent: bool = False
    people: int = 3

    def __str__(self) -> str:
        times = "said once" if self.revisions == 1 else f"revised {self.revisions} times"
        return f"{times}, early answers {self.early.value}{', absences' if self.absent else ''}"

    @property
    def calibrated(self) -> int:
        """How many of the people are calibrated."""
        return 1 if self.early is Early.YES else self.people

    def design(self, forecasts: int) -> Design:
        return Design(forecasts, self.revisions, self.people, self.early)


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """What each of the people (columns) got on each forecast (rows), in the units of tracker.scoring.

    brier and log_score are accrued: coverage times score. upsets: time times min(p, 1 - p). The first `calibrated` of
    the people mean what they say.
    """

    coverage: Floats
    contested: Floats
    brier: Floats
    log_score: Floats
    baseline: Floats
    peer: Floats
    upsets: Floats
    calibrated: int

    def of(self, measure: str) -> tuple[Floats, Floats]:
        """Return c and A of a measure; where c is 0 the forecast counts for nothing."""
        a: Floats = getattr(self, measure.removesuffix("_rate"))
        return (self.contested if measure.startswith("peer") else self.coverage), a

    def people(self, measure: str) -> Iterator[tuple[Floats, Floats, Floats]]:
        """Yield c, A and expected upsets of each who is calibrated, on the forecasts that count for them."""
        c, a = self.of(measure)
        for person in range(self.calibrated):
            counted = c[:, person] > 0
            yield c[counted, person], a[counted, person], self.upsets[counted, person]


def drawn(setting: Setting, forecasts: int, rng: np.random.Generator) -> Scored:
    """Draw forecasts that everyone answers, and score them."""
    return scored(draw(setting.design(forecasts), rng), setting, rng)


def scored(run: Run, setting: Setting, rng: np.random.Generator) -> Scored:
    """Score everybody step by step, by the definitions: an implementation of its own."""
    p = _said(run, setting, rng)
    stands, yes = ~np.isnan(p), run.outcome[:, None, None] == 1
    p = np.where(stands, p, 0.5)
    log_q = np.where(stands, np.log(np.where(yes, p, 1 - p)), 0.0)
    others = stands.sum(axis=1, keepdims=True) - stands
    together = stands & (others > 0)
    lead = log_q - (log_q.sum(axis=1, keepdims=True) - log_q) / np.maximum(others, 1)
    coverage, log_score = stands.mean(axis=2), -log_q.mean(axis=2)
    return Scored(
        coverage=coverage,
        contested=together.mean(axis=2),
        brier=np.where(stands, (p - yes) ** 2, 0.0).mean(axis=2),
        log_score=log_score,
        baseline=100 * (coverage - log_score / math.log(2)),
        peer=100 * np.where(together, lead, 0.0).mean(axis=2),
        upsets=np.where(stands, np.minimum(p, 1 - p), 0.0).mean(axis=2),
        calibrated=setting.calibrated,
    )


def _said(run: Run, setting: Setting, rng: np.random.Generator) -> Floats:
    """Return what was held in each step, NaN where somebody is away."""
    p = run.by_step()
    if setting.early is Early.YES:
        # All know the same, and nobody would get a peer score: so all but the first are less bold than they should be.
        p = expit(logit(p) * np.linspace(1, 0.6, setting.people)[:, None])
    if not setting.absent:
        return p
    shape = (*p.shape[:2], 1)
    leaves, returns = np.sort(rng.integers(0, STEPS, (2, *shape)), axis=0)
    step = np.arange(STEPS)
    return np.where((rng.random(shape) < 0.5) & (leaves <= step) & (step < returns), np.nan, p)
