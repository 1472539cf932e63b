"""One simulated question: its schedule, what is said about it, and its answer; all from a seed."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from scipy.special import logit

from .characters import CAST
from .simulation import STEPS, Kind, Path, Statement, level_for, statements, walk_past

DAY: Final = dt.timedelta(days=1)
START: Final = 100.0
SPREAD: Final = 10.0
REVEALED: Final = 0.1
# Before the close: there, every early yes would have left the final view of calibration, and no early no could.
SPOT: Final = 0.95
SHORTEST_NEWS: Final = 0.3


@dataclass(frozen=True)
class Condition:
    """The part on which another depends, the outcome it needs, and the pair it is in."""

    slug: str
    outcome: str
    pair: str
    title: str


@dataclass(frozen=True)
class Part:
    """A question of the rehearsal. Its forecasters speak until `until`; unless it `settles`, it stays unresolved.

    `threshold` is the level asked about, where another part has chosen it: twins ask the same.
    """

    seed: tuple[int, ...]
    slug: str
    name: str
    opens_at: dt.datetime
    closes_at: dt.datetime
    until: dt.datetime
    kind: Kind = Kind.STANDS
    settles: bool = False
    revealed: bool = True
    annotated: bool = False
    condition: Condition | None = None
    threshold: float | None = None

    @cached_property
    def _drawn(self) -> tuple[float, Path]:
        rng = np.random.default_rng(self.seed)
        level = round(START + SPREAD * level_for(self.kind, rng.uniform(0.15, 0.85)), 1)
        level = level if self.threshold is None else self.threshold
        return level, walk_past(self.kind, (level - START) / SPREAD, rng)

    @property
    def level(self) -> float:
        return self._drawn[0]

    @property
    def path(self) -> Path:
        return self._drawn[1]

    def instant(self, step: int) -> dt.datetime:
        return self.opens_at + step * (self.closes_at - self.opens_at) / STEPS

    def index(self, step: int) -> float:
        return START + SPREAD * float(self.path.walk[step])

    @property
    def outcome(self) -> str:
        return "yes" if self.path.yes else "no"

    @property
    def known_at(self) -> dt.datetime:
        return self.instant(self.path.known)

    @property
    def decided_at(self) -> dt.datetime:
        return self.known_at + DAY

    @property
    def resolve_by(self) -> dt.datetime:
        return self.closes_at + 3 * DAY

    @property
    def spot_at(self) -> dt.datetime:
        return self.instant(round(SPOT * STEPS))

    @property
    def reveal_at(self) -> dt.datetime | None:
        return self.instant(int(REVEALED * STEPS)) if self.revealed else None

    def said(self) -> dict[str, list[Statement]]:
        """What each of the cast says, by name, as long as it may."""
        return {
            name: [
                statement
                for statement in statements(character, self.path, np.random.default_rng((*self.seed, place)))
                if self.instant(statement.step) < self.until
            ]
            for place, (name, character) in enumerate(CAST.items(), start=1)
        }


def news(before: Statement, now: Statement) -> float | None:
    """The likelihood ratio that takes somebody from one estimate to the next, to two digits; None where hardly any.

    >>> news(Statement(0, 0.5), Statement(9, 0.8)), news(Statement(0, 0.5), Statement(9, 0.51))
    (4.0, None)
    """
    if before.probability is None or now.probability is None:
        return None
    change = float(logit(now.probability) - logit(before.probability))
    return float(f"{np.exp(np.clip(change, -6, 6)):.2g}") if abs(change) >= SHORTEST_NEWS else None
