"""Whether the intervals and the rank ranges of boards hold: how often they contain what they are about, by simulation.

What is estimated is the mean over independent forecasts like these, so that every row rests on forecasts of its own,
drawn anew. The truth is the mean over all forecasts that were drawn for the same forecaster, enough for a hundred rows
of the longest. Only rows that have the minimum count, as on a board; a row without an interval counts as missed.
"""

import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from math import ceil
from typing import Final

import numpy as np

from benchmarks.measuring import Row, Sample
from benchmarks.simulated import Early, draw
from benchmarks.simulated_scores import Setting, drawn
from tracker.scoring.arrays import Flags, Floats, Integers
from tracker.scoring.boards import (
    INTERVALS,
    MINIMUM_FORECASTS,
    UPSET,
    minimum_upsets,
    qualifies,
    rank_ranges,
    ranks,
    simultaneous,
)
from tracker.scoring.intervals import Interval
from tracker.scoring.moments import Moments

SEED: Final = 20_261_124
LOW, HIGH, JOINT = 0.92, 0.98, 0.95
MEASURES: Final = ("peer", "peer_rate", "baseline", "baseline_rate", "brier", "log_score")
TOTALS: Final = {"peer", "baseline"}
# 0 stands for the fewest with which half of all rows have the minimum.
SIZES: Final = (0, 40, 100, 300)
# So many give 2,000 rows and more of 300 forecasts in every setting.
DRAWS, FORECASTS = 10, 30_000
SETTINGS: Final = tuple(
    Setting(revisions, early, absent)
    for revisions, early in (
        (1, Early.NEVER),
        (40, Early.NEVER),
        (1, Early.EITHER),
        (40, Early.EITHER),
        (40, Early.YES),  # who says it once is not calibrated there
    )
    for absent in (False, True)
)
ON_BOARDS: Final = (Setting(1, Early.NEVER, people=30), Setting(40, Early.EITHER, absent=True, people=30))


@dataclass(frozen=True, slots=True)
class Share:
    """The share of intervals that held, and of how many rows."""

    held: float
    rows: int


def coverages(setting: Setting, *, draws: int, forecasts: int = FORECASTS) -> dict[tuple[str, int], Share]:
    """Return how often the intervals hold, by measure and number of forecasts."""
    found: dict[tuple[str, int], list[Flags]] = defaultdict(list)
    for number in range(draws * setting.people // setting.calibrated):
        made = drawn(setting, forecasts, np.random.default_rng([SEED, number]))
        for measure, size in product(MEASURES, SIZES):
            people = list(made.people(measure))
            least = _least(measure, np.concatenate([upsets for _, _, upsets in people]))
            # With fewer than the least only rows that happen to have many upsets would be seen.
            if size == 0 or size >= least:
                found[measure, size] += [held(measure, size or least, *person) for person in people]
    return {key: _share(flags) for key, flags in found.items()}


def _least(measure: str, upsets: Floats) -> int:
    return max(MINIMUM_FORECASTS, ceil(minimum_upsets(measure) / float(upsets.mean())))


def held(measure: str, size: int, c: Floats, a: Floats, upsets: Floats) -> Flags:
    """Cut the forecasts of a person into rows of `size` and say of each that has the minimum whether it holds."""
    place, cut = _rows_of(size, c)
    moments = Moments.of(place, c[cut], a[cut], place.size // size)
    truth = size * a.mean() if measure in TOTALS else a.sum() / c.sum()
    surprises = np.rint(upsets[cut].reshape(-1, size).sum(axis=1) * UPSET).astype(np.int64)
    enough = qualifies(moments.n, surprises, minimum=minimum_upsets(measure))
    return contains(INTERVALS[measure](moments), truth)[enough]


def contains(interval: Interval, truth: float) -> Flags:
    within: Flags = (interval.low <= truth) & (truth <= interval.high)
    return within


def mean_of_rows(setting: Setting, size: int, *, draws: int, forecasts: int = FORECASTS) -> Share:
    """Wrong: the interval of the plain mean of Brier scores, whatever the coverage of each."""
    found = []
    for number in range(draws):
        for c, a, _ in drawn(setting, forecasts, np.random.default_rng([SEED, number])).people("brier"):
            place, cut = _rows_of(size, c)
            moments = Moments.of(place, np.ones(place.size), a[cut] / c[cut], place.size // size)
            found.append(contains(INTERVALS["brier"](moments), a.sum() / c.sum()))
    return _share(found)


def revisions_as_trials(setting: Setting, size: int, *, draws: int, forecasts: int = FORECASTS) -> Share:
    """Wrong: the interval of the Brier score as if everything that somebody said were a forecast of its own."""
    found = []
    for number in range(draws):
        run = draw(setting.design(forecasts), np.random.default_rng([SEED, number]))
        loss = run.weight * (run.probability - run.outcome[:, None, None]) ** 2
        for c, a in zip(run.weight.swapaxes(0, 1), loss.swapaxes(0, 1), strict=True):
            place, cut = _rows_of(size, c[:, 0])
            forecast, said = np.nonzero(c[cut])
            moments = Moments.of(place[forecast], c[forecast, said], a[forecast, said], place.size // size)
            found.append(contains(INTERVALS["brier"](moments), a.sum() / c.sum()))
    return _share(found)


def _rows_of(size: int, forecasts: Floats) -> tuple[Integers, slice]:
    """Number consecutive rows of `size` forecasts; what is left over belongs to none."""
    whole = forecasts.size // size * size
    return np.arange(whole) // size, slice(whole)


def _share(flags: list[Flags]) -> Share:
    together = np.concatenate(flags)
    return Share(float(together.mean()), together.size)


@dataclass(frozen=True, slots=True)
class Joint:
    """The share of boards with all true ranks within their ranges, and with all ranks true; ranks in a range."""

    within: float
    exact: float
    width: float


def joint_ranks(setting: Setting, measure: str, size: int, *, draws: int, forecasts: int = 6000) -> Joint:
    """Look at all ranks at once on boards whose people answer the same `size` forecasts."""
    lower, people, count = measure not in TOTALS, setting.people, forecasts // size
    place = (np.arange(count * size) // size)[:, None] * people + np.arange(people)
    found = []
    for number in range(draws):
        c, a = drawn(setting, count * size, np.random.default_rng([SEED, number])).of(measure)
        moments = Moments.of(place[c > 0], c[c > 0], a[c > 0], count * people)
        made = INTERVALS[measure](moments, level=simultaneous(people))
        each = a.sum(axis=0) / (c > 0 if measure in TOTALS else c).sum(axis=0)
        truth = np.tile(each, count) * (moments.n if measure in TOTALS else 1)
        columns = (column.reshape(count, people) for column in (truth, made.score, made.low, made.high))
        for true, score, low, high in zip(*columns, strict=True):
            rank, shown = (ranks(column, lower_is_better=lower) for column in (true, score))
            best, worst = rank_ranges(low, high, lower_is_better=lower)
            found.append((np.all((best <= rank) & (rank <= worst)), np.all(rank == shown), np.mean(worst - best + 1)))
    return Joint(*map(float, np.mean(found, axis=0)))


def rows(scale: float) -> Iterator[Row]:
    """Yield each measure and size, the furthest of all settings; the ranks of whole boards; and what must not hold."""
    draws = max(1, round(DRAWS * scale))
    yield from _summary({setting: coverages(setting, draws=draws) for setting in SETTINGS}, draws)


def _summary(found: dict[Setting, dict[tuple[str, int], Share]], draws: int) -> Iterator[Row]:
    for key in product(MEASURES, SIZES):
        yield _furthest(*key, {setting: shares[key] for setting, shares in found.items() if key in shares})
    for measure, size in product(("peer", "brier"), (40, 300)):
        yield from _ranks(measure, size, draws)
    for method, setting in ((revisions_as_trials, SETTINGS[2]), (mean_of_rows, SETTINGS[-1])):
        share, name = method(setting, 300, draws=draws), method.__name__.replace("_", " ")
        yield Row(f"wrong: {name}, brier, 300 forecasts", share.held, "coverage", at_most=LOW, note=str(setting))


def _furthest(measure: str, size: int, found: dict[Setting, Share]) -> Row:
    setting, share = max(found.items(), key=lambda item: abs(item[1].held - (LOW + HIGH) / 2))
    spread = {"all settings": Sample(tuple(share.held for share in found.values()))}
    note = f"furthest: {setting} ({share.rows} rows)"
    return Row(f"{measure}, {_size(size)}", share.held, "coverage", LOW, HIGH, spread, note)


def _ranks(measure: str, size: int, draws: int) -> Iterator[Row]:
    found = [joint_ranks(setting, measure, size, draws=draws) for setting in ON_BOARDS]
    label = f"{measure}, 30 people, {size} forecasts"
    note = f"{np.mean([joint.width for joint in found]):.1f} ranks in a range on average"
    yield Row(f"rank ranges, {label}", min(joint.within for joint in found), "boards", JOINT, note=note)
    yield Row(f"wrong: bare ranks, {label}", max(joint.exact for joint in found), "boards", at_most=JOINT)


def _size(size: int) -> str:
    return f"{size or 'fewest'} forecasts"


def main() -> int:
    """Print every setting by itself, then the rows of `make bench`; status 1 where a goal is missed."""
    found = {}
    for setting in SETTINGS:
        found[setting] = coverages(setting, draws=DRAWS)
        for (measure, size), share in found[setting].items():
            print(f"{setting!s:<46} {measure:<14} {_size(size):<18} {share.held:.3f} of {share.rows}", flush=True)
    missed = False
    for row in _summary(found, DRAWS):
        missed |= row.verdict == "missed"
        print(f"{row.setting:<50} {row.figure:.3f}  {row.goal:<14} {row.verdict:<7} {row.note}", flush=True)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
