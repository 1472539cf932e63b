"""The simulated forecasters are what they are said to be: calibrated, except those who hold on while silence speaks."""

import numpy as np
import pytest

from benchmarks.simulated import STEPS, Design, Early, draw, simulate

DESIGNS = [
    Design(100, revisions, people, early) for early in Early for revisions, people in ((1, 1), (40, 1), (1, 5), (4, 5))
]
HOLDS_ON = [design for design in DESIGNS if design.early is Early.YES and design.revisions < STEPS]


def excess(design: Design) -> np.ndarray:
    """How much more happened than was said, per run, as z values of the mean: weighted by time, and times p."""
    runs = []
    for run in simulate(design, runs=200, seed=5):
        _, p, y, w = run.rows()
        runs.append([w @ (y - p), (w * (y - p)) @ p])
    means = np.array(runs)
    return means.mean(axis=0) / means.std(axis=0) * np.sqrt(len(means))


@pytest.mark.parametrize("design", [design for design in DESIGNS if design not in HOLDS_ON], ids=str)
def test_as_much_happens_as_was_said(design: Design) -> None:
    assert np.all(np.abs(excess(design)) < 4)


@pytest.mark.parametrize("design", HOLDS_ON, ids=str)
def test_who_does_not_revise_while_only_yes_comes_early_says_too_much(design: Design) -> None:
    assert excess(design)[0] < -8


@pytest.mark.parametrize("design", DESIGNS, ids=str)
def test_nobody_stands_for_longer_than_the_forecast_is_open(design: Design) -> None:
    run = draw(design, np.random.default_rng(1))
    assert np.all(run.weight >= 0)
    assert np.all(run.coverage <= run.known[:, None] / STEPS + 1e-12)
    assert np.all((run.known == STEPS) | (design.early is not Early.NEVER))
    assert np.all((run.outcome == 1) | (run.known == STEPS) | (design.early is Early.EITHER))


@pytest.mark.parametrize("design", DESIGNS, ids=str)
def test_step_by_step_and_row_by_row_say_the_same(design: Design) -> None:
    run = draw(design, np.random.default_rng(2))
    loss = (run.by_step() - run.outcome[:, None, None]) ** 2
    np.testing.assert_allclose(np.nansum(loss, axis=2) / STEPS, run.accrued_brier)
    _, p, y, w = run.rows()
    assert w @ (p - y) ** 2 == pytest.approx(run.accrued_brier.sum())
    assert w.sum() == pytest.approx(run.coverage.sum())


def test_an_early_answer_has_no_final_row() -> None:
    run = draw(Design(50, 4, 3, Early.YES), np.random.default_rng(3))
    forecast, p, y, w = run.final_rows()
    assert set(forecast) == set(np.flatnonzero(run.known == STEPS))
    assert np.all(w == 1)
    assert np.all(y == run.outcome[forecast])
    np.testing.assert_array_equal(p, run.by_step()[run.known == STEPS, :, -1].ravel())


def test_the_same_seed_draws_the_same_runs() -> None:
    first, second = ([run.probability for run in simulate(Design(10, 40), 3, seed=8)] for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert not np.array_equal(first[0], first[1])


def test_revisions_that_do_not_divide_the_steps_are_refused() -> None:
    with pytest.raises(ValueError, match="divide"):
        Design(10, revisions=7)
