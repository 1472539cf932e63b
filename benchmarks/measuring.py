"""What a benchmark yields: a figure with what was expected of it, and how a figure comes about from two timings."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Sample:
    """Repeated measurements of one thing: seconds, unless a row says otherwise."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    def as_json(self) -> dict[str, float | int]:
        spread = {"least": min(self.values), "greatest": max(self.values)}
        return {"median": self.median, **spread, "repeats": len(self.values)}


@dataclass(frozen=True, slots=True)
class Row:
    """One line: a figure at a setting, the range expected of it, and the samples that it rests on, by name.

    >>> row = Row("40 forecasts", figure=0.96, unit="coverage", at_least=0.93, at_most=0.99)
    >>> row.goal, row.verdict
    ('0.93 to 0.99', 'met')
    """

    setting: str
    figure: float
    unit: str = ""
    at_least: float | None = None
    at_most: float | None = None
    samples: dict[str, Sample] = field(default_factory=dict)
    note: str = ""

    @property
    def goal(self) -> str:
        match self.at_least, self.at_most:
            case None, None:
                return ""
            case low, None:
                return f"at least {low:,.6g}"
            case None, high:
                return f"at most {high:,.6g}"
            case low, high:
                return f"{low:,.6g} to {high:,.6g}"

    @property
    def verdict(self) -> str:
        """Whether the goal is met; empty where there is none."""
        if not self.goal:
            return ""
        above = self.at_least is None or self.figure >= self.at_least
        below = self.at_most is None or self.figure <= self.at_most
        return "met" if above and below else "missed"

    def as_json(self) -> dict[str, Any]:
        return {
            "setting": self.setting,
            "figure": self.figure,
            "unit": self.unit,
            "at_least": self.at_least,
            "at_most": self.at_most,
            "verdict": self.verdict,
            "samples": {name: sample.as_json() for name, sample in self.samples.items()},
            "note": self.note,
        }


def timed(action: Callable[[], object], repeats: int) -> Sample:
    """Time an action, after one run that is not counted: what is measured is not the first import or page fault."""
    action()
    return Sample(tuple(seconds(action) for _ in range(repeats)))


def seconds(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def times_faster(
    setting: str, *, ours: Sample, reference: Sample, at_least: float | None = None, note: str = ""
) -> Row:
    """How many times as long the reference takes."""
    samples = {"ours": ours, "reference": reference}
    return Row(setting, reference.median / ours.median, "times faster", at_least, samples=samples, note=note)


def times_as_long(
    setting: str, *, ours: Sample, reference: Sample, at_most: float | None = None, note: str = ""
) -> Row:
    """How many times as long as the reference ours takes."""
    samples = {"ours": ours, "reference": reference}
    return Row(setting, ours.median / reference.median, "times as long", at_most=at_most, samples=samples, note=note)
