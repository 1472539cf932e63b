"""Intervals, bands and the test keep their word on calibrated forecasters; counting rows as trials breaks it.

A quick and seeded look; `python -m benchmarks.calibration_coverage` is the long one.
"""

import pytest

from benchmarks.calibration_coverage import Figure, coverage, figures, settings
from benchmarks.simulated import Design, Early

HONEST = [
    (Design(100, 1), 250),
    (Design(100, 40, early=Early.EITHER), 150),
    (Design(100, 40, early=Early.YES), 150),
    (Design(40, 1, 30), 120),
    (Design(100, 40, 30), 60),
]


@pytest.mark.parametrize(("design", "runs"), HONEST, ids=str)
def test_with_forecasts_as_trials_every_figure_holds(design: Design, runs: int) -> None:
    found = figures(design, runs)
    assert len(found) == 4
    assert [str(figure) for figure in found if not figure.holds] == []


def test_with_weight_one_on_what_stood_at_the_close_every_figure_holds() -> None:
    assert [str(figure) for figure in figures(Design(100, 40), 250, view="final") if not figure.holds] == []


@pytest.mark.parametrize("design", [Design(100, 40), Design(100, 1, 30)], ids=["revisions", "people"])
def test_with_revisions_or_people_as_trials_every_figure_fails(design: Design) -> None:
    found = figures(design, 20, counted="row")
    assert len(found) == 4
    assert [str(figure) for figure in found if figure.holds] == []


def test_who_holds_on_while_silence_speaks_is_found_out() -> None:
    found = {figure.figure: figure for figure in figures(Design(300, 1, early=Early.YES), 20)}
    assert found["test rejects"].value > 0.9


def test_the_long_version_tries_every_setting() -> None:
    tried = {(design.forecasts, design.revisions, design.people) for design in settings()}
    assert tried == {(n, revisions, people) for n in (40, 100, 300) for revisions in (1, 40) for people in (1, 30)}
    assert next(coverage(1)).setting == "time: 40 x 1, alone"


def test_a_figure_outside_its_range_fails_in_words() -> None:
    assert str(Figure("time", "test rejects", 0.08, 0.0, 0.07)).endswith("FAILS")
