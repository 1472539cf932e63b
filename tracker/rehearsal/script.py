"""What a rehearsal consists of: scenes, each of one question or of a condition and the pair that depends on it.

Everything follows from the seed and the anchor, the day on which the rehearsal was first held, so that one that was
interrupted goes on with the very same questions.
"""

import datetime as dt
from dataclasses import replace
from typing import Final

import numpy as np

from .parts import DAY, Condition, Part
from .simulation import Kind

Scene = tuple[Part, ...]
REACHES_EVERY: Final = 8
ANNOTATED_EVERY: Final = 10
# The first number of each seed after the rehearsal's own: settled questions, those for practice.
SETTLED, PRACTICE = 0, 1


def scenes(*, seed: int, forecasts: int, anchor: dt.datetime) -> list[Scene]:
    """`forecasts` settled questions; and a few for practice, which are open, or wait for a resolver, at the anchor."""
    settled = [(_settled(seed, number, anchor),) for number in range(1, forecasts + 1)]
    return [*settled, *_practice(seed, anchor)]


def _settled(seed: int, number: int, anchor: dt.datetime) -> Part:
    rng = np.random.default_rng((seed, SETTLED, number, 0))
    length, ago = int(rng.integers(30, 121)), int(rng.integers(5, 150))
    closes_at = anchor - ago * DAY
    return Part(
        seed=(seed, SETTLED, number),
        slug=f"rehearsal-{number:03}",
        name=f"Rehearsal {number}",
        opens_at=closes_at - length * DAY,
        closes_at=closes_at,
        until=closes_at,
        kind=Kind.REACHES if number % REACHES_EVERY == 0 else Kind.STANDS,
        settles=True,
        annotated=number % ANNOTATED_EVERY == 0,
    )


def _practice(seed: int, anchor: dt.datetime) -> list[Scene]:
    def part(number: int, word: str, opened: int, closes: int) -> Part:
        return Part(
            seed=(seed, PRACTICE, number),
            slug=f"rehearsal-{word.replace(' ', '-')}",
            name=f"Rehearsal, {word}",
            opens_at=anchor - opened * DAY,
            closes_at=anchor + closes * DAY,
            until=anchor,
            annotated=True,
        )

    return [
        (part(1, "open 1", 60, 45),),
        (part(2, "open 2", 35, 20),),
        (replace(part(3, "hidden until you estimate", 30, 60), revealed=False),),
        (part(4, "due", 60, -4),),
        _family(
            replace(part(5, "premise", 80, -10), settles=True),
            part(6, "given the premise", 80, 60),
            part(7, "without the premise", 80, 60),
        ),
        _family(
            part(8, "open premise", 40, 50),
            part(9, "given the open premise", 40, 110),
            part(10, "without the open premise", 40, 110),
        ),
    ]


def _family(premise: Part, given: Part, without: Part) -> Scene:
    """A condition and the pair on it. The branch that its outcome voids falls silent when that is decided."""
    branches = []
    for branch, outcome in ((given, "yes"), (replace(without, threshold=given.level), "no")):
        condition = Condition(premise.slug, outcome, f"{premise.slug}-pair", f"{premise.name}: what it changes")
        void = premise.settles and premise.outcome != outcome
        branches.append(replace(branch, condition=condition, until=premise.decided_at if void else branch.until))
    return (premise, *branches)
