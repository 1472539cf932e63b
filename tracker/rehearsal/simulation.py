"""The simulation itself: a random walk that decides a question, and what a character says on watching it. Seeded, pure.

The walk starts at 0 and has variance 1 over the whole time. Given what it has done so far, the probability of yes has
a closed form, and that probability is a martingale: whoever states it is calibrated at every instant.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np
from scipy.special import expit, logit, ndtr, ndtri

from tracker.scoring.arrays import Flags, Floats
from tracker.scoring.record import HIGHEST, LOWEST

from .characters import Character, Range

STEPS: Final = 480
_DECIMALS: Final = 4


class Kind(Enum):
    """What is asked of the walk: where it stands at the end, or whether it is ever that high."""

    STANDS = "stands"
    REACHES = "reaches"


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """A walk at STEPS + 1 equally spaced instants, and what it means for its question.

    `probability[k]` is the true probability of yes given the walk up to step k, for k before `known`, the step at
    which the answer is known: the last one, or an earlier one where the walk reached its level.
    """

    walk: Floats
    probability: Floats
    yes: bool
    known: int


@dataclass(frozen=True, slots=True)
class Statement:
    """What somebody says at a step; a probability of None withdraws."""

    step: int
    probability: float | None


def level_for(kind: Kind, prior: float) -> float:
    """The level at which a question opens with that probability.

    >>> level_for(Kind.STANDS, 0.5), round(level_for(Kind.REACHES, 0.5), 4)
    (0.0, 0.6745)
    """
    return float(ndtri(1 - prior) if kind is Kind.STANDS else ndtri(1 - prior / 2)) + 0.0


def walk_past(kind: Kind, level: float, rng: np.random.Generator) -> Path:
    """Draw a walk and let it decide whether it stands above `level` at the end, or reaches it on the way."""
    walk = np.concatenate([[0.0], np.cumsum(rng.standard_normal(STEPS) / np.sqrt(STEPS))])
    reach = (walk[:-1] - level) / np.sqrt(1 - np.arange(STEPS) / STEPS)
    if kind is Kind.STANDS:
        return Path(walk, ndtr(reach), bool(walk[-1] > level), STEPS)
    crossed = _crossings(walk, level, rng)
    yes = bool(crossed.any())
    known = int(crossed.argmax()) + 1 if yes else STEPS
    # By reflection: of the walks that reach the level, half end above it.
    return Path(walk, np.minimum(2 * ndtr(reach), 1.0), yes, known)


def _crossings(walk: Floats, level: float, rng: np.random.Generator) -> Flags:
    """Per step, whether the walk touched the level in it. Between two instants below it, a bridge may have.

    Looking at the instants alone would miss those touches, and every probability would be too high.
    """
    before, after = np.maximum(level - walk[:-1], 0), np.maximum(level - walk[1:], 0)
    touched: Flags = rng.random(STEPS) < np.exp(-2 * before * after * STEPS)
    return touched


def statements(character: Character, path: Path, rng: np.random.Generator) -> list[Statement]:
    """What that character says on the way, in order of time, each at a step before the answer is known."""
    said: list[Statement] = []
    for start, end in _presences(character, rng):
        said += [Statement(step, _stated(character, path, step, rng)) for step in _visits(character, start, end, rng)]
        if end < STEPS:
            said.append(Statement(end, None))
    return [statement for statement in said if statement.step < path.known]


def _presences(character: Character, rng: np.random.Generator) -> Iterator[tuple[int, int]]:
    """From which step to which it takes part, once or twice."""
    arrival = _step(character.arrives, rng)
    if character.leaves is None:
        yield arrival, STEPS
        return
    yield arrival, _step(character.leaves, rng)
    if rng.random() < character.returns:
        yield _step(character.is_back, rng), STEPS


def _step(span: Range, rng: np.random.Generator) -> int:
    return int(rng.uniform(*span) * STEPS)


def _visits(character: Character, start: int, end: int, rng: np.random.Generator) -> list[int]:
    """The steps at which it looks: on arriving, then once at random in each further equal part of the time."""
    parts = np.arange(character.revisions)
    shares = (parts + rng.random(parts.size) * (parts > 0)) / parts.size
    return sorted({start + int(share * (end - start)) for share in shares})


def _stated(character: Character, path: Path, step: int, rng: np.random.Generator) -> float:
    """Its probability, as a forecaster would give it: rounded, and within what may be recorded."""
    true = np.clip(path.probability[step], 1e-12, 1 - 1e-12)
    log_odds = character.stretch * logit(true) + character.noise * rng.standard_normal()
    return float(np.clip(np.round(expit(log_odds), _DECIMALS), LOWEST, HIGHEST))
