"""Scoring one forecast, beside the plain way that looks through all estimates at every change of anybody's.

The plain way is the shape of the best-known open-source peer: at every change it finds who stands among all estimates,
and for every estimate it goes through all changes. Where that takes hours a part of its loops is timed, which are all
alike, and the whole is worked out from the part; the row says so.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.measuring import Row, Sample, seconds, timed, times_as_long, times_faster
from tracker.scoring.record import NEVER, Estimates, Schedule
from tracker.scoring.scores import score

LENGTH = 180 * 86_400 * 10**6
SCHEDULE = Schedule(0, LENGTH)
FASTER = 1000.0
GROWTH = 12.0


def rows(scale: float) -> Iterator[Row]:
    """Two sizes beside the plain way, and how the time grows from n estimates to 10 n."""
    for people, each in ((200, 20), (1000, 100)):
        n_people, n_each = max(3, int(people * scale)), max(2, int(each * scale))
        estimates = Columns.drawn(n_people, n_each, seed=n_people)
        ours = timed(estimates.score, 21)
        most = 4000  # estimates that the plain way gets through in seconds
        yield times_faster(
            f"baseline and peer, {n_people:,} x {n_each} estimates",
            ours=ours,
            reference=plain_time(estimates, most),
            at_least=FASTER if people == 200 else None,
            note="" if estimates.size <= most else f"reference worked out from {most // 100} of its changes",
        )
    for people, each in ((200, 20), (1000, 10), (1000, 100)):
        n_people, n_each = max(3, int(people * scale)), max(2, int(each * scale))
        small, large = (Columns.drawn(n_people * more, n_each, seed=7) for more in (1, 10))
        yield times_as_long(
            f"10 times {n_people:,} x {n_each} estimates",
            ours=timed(large.score, 11),
            reference=timed(small.score, 31),
            at_most=GROWTH,
        )


@dataclass(frozen=True)
class Columns:
    """What the database gives: forecasters, instants (ascending) and probabilities."""

    forecaster: list[int]
    made_at: list[int]
    probability: list[float]
    arrays: tuple[np.ndarray, np.ndarray, np.ndarray]

    @classmethod
    def drawn(cls, people: int, each: int, seed: int) -> "Columns":
        rng = np.random.default_rng(seed)
        who = rng.permutation(np.repeat(np.arange(1, people + 1), each))
        at = np.sort(rng.choice(LENGTH // 1000, who.size, replace=False)) * 1000
        p = np.clip(rng.beta(2, 2, who.size), 0.0001, 0.9999)
        return cls(who.tolist(), at.tolist(), p.tolist(), (who, at, p))

    @property
    def size(self) -> int:
        return len(self.made_at)

    def score(self) -> None:
        """Every measure, coverage and the contributions to calibration: baseline and peer are not to be had alone."""
        score(Estimates.of(*self.arrays), SCHEDULE, LENGTH, outcome=True)

    def held(self) -> list["Held"]:
        following: dict[int, int] = {}
        made = []
        for who, start, p in reversed(list(zip(self.forecaster, self.made_at, self.probability, strict=True))):
            made.append(Held(who, start, min(following.get(who, NEVER), LENGTH), p))
            following[who] = start
        return made[::-1]


@dataclass(frozen=True, slots=True)
class Held:
    who: int
    start: int
    end: int
    probability: float


def plain_time(columns: Columns, most: int) -> Sample:
    """Time all changes and all estimates, or of many a hundredth of `most`, and say how long all would take."""
    held = columns.held()
    part = held if len(held) <= most else held[:: len(held) // (most // 100)]
    whole = len(held) / len(part)
    repeats = 3 if len(held) <= most else 2
    return Sample(tuple(whole * seconds(lambda: plain_scores(held, part)) for _ in range(repeats)))


def plain_scores(held: Sequence[Held], part: Sequence[Held]) -> dict[int, tuple[float, float]]:
    """Baseline and peer of everybody; with a part of the estimates, the same work at their starts and for them only."""
    instants = [each.start for each in part]
    field = [standing_at(held, instant) for instant in instants]
    baseline, peer = dict.fromkeys((each.who for each in held), 0.0), dict.fromkeys((each.who for each in held), 0.0)
    # As many gaps for each estimate of the part as the whole has, though the part has but few of its own.
    rounds = len(held) // len(part)
    for each in part:
        log_q = math.log(each.probability)
        baseline[each.who] += (each.end - each.start) / LENGTH * 100 * (1 + log_q / math.log(2))
        for _ in range(rounds):
            peer[each.who] += lead_over_time(each, log_q, instants, field)
    return {who: (baseline[who], peer[who]) for who in baseline}


def standing_at(held: Sequence[Held], instant: int) -> tuple[int, float]:
    """How many stand, and the mean of their ln q."""
    log_q = [math.log(each.probability) for each in held if each.start <= instant < each.end]
    return len(log_q), sum(log_q) / len(log_q)


def lead_over_time(each: Held, log_q: float, instants: Sequence[int], field: Sequence[tuple[int, float]]) -> float:
    total = 0.0
    for place, (instant, (count, mean)) in enumerate(zip(instants, field, strict=True)):
        if each.start <= instant < each.end and count > 1:
            until = instants[place + 1] if place + 1 < len(instants) else LENGTH
            total += 100 * count / (count - 1) * (log_q - mean) * (until - instant) / LENGTH
    return total
