"""Whether intervals, bands and the test keep their word, tried on forecasters who are calibrated by construction.

python -m benchmarks.calibration_coverage [SCALE]   prints a line for each setting and figure; 2,000 runs at scale 1.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from benchmarks.measuring import Row
from benchmarks.simulated import Design, Early, Run, simulate
from tracker.scoring.arrays import Floats, Integers, sums
from tracker.scoring.bands import consistency_band
from tracker.scoring.chance import LEVEL, chance
from tracker.scoring.clusters import Clusters
from tracker.scoring.reliability import decomposition, reliability_bins, reliability_curve
from tracker.scoring.shares import GRID, to_cells
from tracker.scoring.tally import Tally

RUNS: Final = 2_000
SEED: Final = 3
# A tenth of the service's draws per run: over thousands of runs their noise averages out.
DRAWS: Final = 99
# Bins over all runs from which a share of covered ones is worth judging.
ENOUGH: Final = 500
Rows = tuple[Integers, Floats, Floats, Floats]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of one setting beside the range that it must lie in."""

    setting: str
    figure: str
    value: float
    low: float
    high: float

    @property
    def holds(self) -> bool:
        return self.low <= self.value <= self.high

    def __str__(self) -> str:
        return (
            f"{self.setting:48} {self.figure:22} {self.value:7.1%}   {self.low:.0%} to {self.high:.0%}   "
            f"{'holds' if self.holds else 'FAILS'}"
        )


@dataclass(frozen=True, slots=True)
class Findings:
    """What became of one run: bins with enough trials, how many of them covered; rejected; shares outside the band."""

    bins: int
    covered: int
    rejected: bool
    outside: float
    above: bool


def settings() -> Iterator[Design]:
    """Yield the settings; who does not revise is not tried where only yes comes early, since silence outdates them."""
    for early in Early:
        for revisions in (1, 40):
            if early is Early.YES and revisions == 1:
                continue
            for forecasts in (40, 100, 300):
                for people in (1, 30):
                    yield Design(forecasts, revisions, people, early)


def named(design: Design, counted: str, view: str) -> str:
    """Return the setting in words."""
    people = "alone" if design.people == 1 else f"{design.people} pooled"
    early = "" if design.early is Early.NEVER else f", early {design.early.value}"
    how = "" if counted == "forecast" else f", counting {counted}s"
    return f"{view}: {design.forecasts} x {design.revisions}, {people}{early}{how}"


def figures(
    design: Design, runs: int = RUNS, *, seed: int = SEED, counted: str = "forecast", view: str = "time"
) -> list[Figure]:
    """Return the figures of one setting, with the forecast as the trial, or with every row ("row") as one."""
    found = [findings(run, counted=counted, view=view) for run in simulate(design, runs, seed)]
    setting, bins = named(design, counted, view), sum(one.bins for one in found)
    covered = sum(one.covered for one in found) / bins if bins else np.nan
    shares = {
        "band missed": float(np.mean([one.outside for one in found])),
        "test rejects": float(np.mean([one.rejected for one in found])),
        "MCB above quantile": float(np.mean([one.above for one in found])),
    }
    judged = [Figure(setting, name, share, 0.0, 0.07) for name, share in shares.items()]
    return [Figure(setting, "bins covered", covered, 0.93, 0.99), *judged] if bins >= min(ENOUGH, runs) else judged


def findings(run: Run, *, counted: str, view: str) -> Findings:
    """Return what the inference of the service makes of one run."""
    forecast, p, y, w = run.rows() if view == "time" else run.final_rows()
    if counted == "row":  # the fault of others: a revision, or one more person, is taken for a further trial
        forecast, w = np.arange(p.size), np.ones(p.size)
    else:
        forecast, p, y, w = pooled(forecast, p, run.outcome, w)
    tally, clusters = Tally.of(p, y, w), Clusters.of(forecast, p, y, w)
    bins = reliability_bins(tally, clusters.bin_sizes(tally))
    enough = ~bins.few
    inside = (bins.low <= bins.mean_probability) & (bins.mean_probability <= bins.high)
    band = consistency_band(tally, clusters.size, draws=DRAWS)
    low, high = band.at(tally.probability)
    curve = reliability_curve(tally)
    there = curve.recalibrated[np.searchsorted(curve.highest, tally.probability)]
    return Findings(
        bins=int(enough.sum()),
        covered=int((enough & inside).sum()),
        rejected=chance(tally, clusters).p_value < LEVEL,
        outside=float(tally.weight @ ((there < low) | (there > high)) / tally.total),
        above=decomposition(tally).miscalibration > band.miscalibration,
    )


def pooled(forecast: Integers, p: Floats, outcome: Floats, w: Floats) -> Rows:
    """Return one row for each forecast and cell of the grid, which saves sorting many rows later."""
    cells = GRID + 1
    weight = sums(forecast * cells + to_cells(p), w, outcome.size * cells)
    which, cell = np.divmod(np.flatnonzero(weight), cells)
    return which, cell / GRID, outcome[which], weight[weight > 0]


def coverage(runs: int = RUNS) -> Iterator[Figure]:
    """Yield every figure of every setting in both views."""
    for view in ("time", "final"):
        for design in settings():
            if view == "time" or design.early is not Early.YES:
                yield from figures(design, runs, view=view)


def rows(scale: float) -> Iterator[Row]:
    """Yield every figure with its range, then what counting rows as trials makes of it, which must miss that range."""
    runs = max(1, round(RUNS * scale))
    for each in coverage(runs):
        yield Row(f"{each.setting}, {each.figure}", each.value, "of all", each.low, each.high)
    for design in (Design(100, 40), Design(100, 1, 30), Design(100, 40, 30)):
        for each in figures(design, max(1, runs // 10), counted="row"):
            least, most = (each.high, None) if each.low == 0 else (None, each.low)
            yield Row(f"wrong: {each.setting}, {each.figure}", each.value, "of all", least, most)


if __name__ == "__main__":
    for row in rows(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0):
        print(f"{row.setting:64} {row.figure:7.2%}   {row.goal:14} {row.verdict}", flush=True)
