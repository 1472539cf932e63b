"""Small reliability diagrams, drawn on the server: where a chart that answers to the pointer would be too much."""

from functools import cache
from typing import Any

import numpy as np
from django import template

from tracker.queries.calibration import Calibration
from tracker.scoring.bands import consistency_band
from tracker.scoring.reliability import BINS, Bins, reliability_bins
from tracker.scoring.shares import GRID
from tracker.scoring.tally import Tally

register = template.Library()

# The square of the diagram in the units of its drawing, and where it lies.
SIDE, LEFT, TOP = 200.0, 34.0, 8.0
# How often something happens to those who say p: as they say, or half way back to even chances.
EXAMPLES = {"calibrated": 1.0, "overconfident": 0.5}
# Forecasts in each bin of the examples.
EACH = 30


@register.inclusion_tag("tracker/parts/diagram.html")
def reliability(read: Calibration, label: str) -> dict[str, Any]:
    """The bins and the band of a calibration."""
    dots = [
        _dot(bin_.mean_probability, bin_.observed_frequency, bin_.low or 0.0, bin_.high or 1.0, few=bin_.few)
        for bin_ in read.bins
        if bin_.mean_probability is not None and bin_.observed_frequency is not None
    ]
    band = [(point.probability, point.low, point.high) for point in read.band]
    return {"dots": dots, "band": _outline(band), "label": label}


@register.inclusion_tag("tracker/parts/diagram.html")
def example_diagram(kind: str, label: str) -> dict[str, Any]:
    """What one of EXAMPLES would look like, by the functions that draw everybody's."""
    return {**_example(kind), "label": label}


@cache
def example_bins(kind: str) -> Bins:
    """What one of EXAMPLES said, in the middle of each bin, and how often it came true."""
    return reliability_bins(_tally(kind))


def _tally(kind: str) -> Tally:
    said = np.arange(0.05, 1.0, 0.1)
    came_true = np.rint(EACH * (0.5 + EXAMPLES[kind] * (said - 0.5)))
    return Tally.of_cells(np.rint(said * GRID), np.full(said.size, EACH), came_true)


@cache
def _example(kind: str) -> dict[str, Any]:
    bins, band = example_bins(kind), consistency_band(_tally(kind), EACH * BINS)
    columns = (bins.mean_probability, bins.observed_frequency, bins.low, bins.high)
    dots = [_dot(*numbers, few=False) for numbers in zip(*(column.tolist() for column in columns), strict=True)]
    outline = zip(band.probability.tolist(), band.low.tolist(), band.high.tolist(), strict=True)
    return {"dots": dots, "band": _outline(list(outline))}


def _dot(said: float, came_true: float, low: float, high: float, *, few: bool) -> dict[str, Any]:
    return {"x": _x(said), "y": _y(came_true), "low": _y(low), "high": _y(high), "few": few}


def _outline(band: list[tuple[float, float, float]]) -> str:
    """The band as the corners of a polygon: along its lower edge, and back along the upper one."""
    there = [f"{_x(p)},{_y(low)}" for p, low, _ in band]
    back = [f"{_x(p)},{_y(high)}" for p, _, high in reversed(band)]
    return " ".join(there + back)


def _x(p: float) -> str:
    return f"{LEFT + SIDE * p:.1f}"


def _y(p: float) -> str:
    return f"{TOP + SIDE * (1 - p):.1f}"
