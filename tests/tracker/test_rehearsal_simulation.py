"""The simulation does what the table of characters says: in large samples, without a database."""

import datetime as dt
import doctest
import importlib
from collections import defaultdict
from functools import cache

import numpy as np
import pytest
from scipy.special import logit

from tracker.rehearsal.characters import CAST, CHARACTERS, Character, character_of
from tracker.rehearsal.parts import DAY
from tracker.rehearsal.script import scenes
from tracker.rehearsal.simulation import STEPS, Kind, Path, Statement, level_for, statements, walk_past
from tracker.scoring.recalibration import recalibration
from tracker.scoring.record import HIGHEST, LOWEST
from tracker.scoring.tally import Tally

ANCHOR = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
SAMPLE = 3000
BY_NAME = {character.name: character for character in CHARACTERS}


@cache
def sample() -> tuple[list[Path], dict[str, list[list[Statement]]]]:
    """Many walks, one in eight of them asked whether it reaches its level, and what each character says on each."""
    rng = np.random.default_rng(20261120)
    paths = [
        walk_past(kind := Kind.STANDS if n % 8 else Kind.REACHES, level_for(kind, rng.uniform(0.15, 0.85)), rng)
        for n in range(SAMPLE)
    ]
    return paths, {c.name: [statements(c, path, rng) for path in paths] for c in CHARACTERS}


def held(name: str) -> list[tuple[float, bool, float]]:
    """Probability, outcome and share of the time, for everything that character said."""
    paths, said = sample()
    rows = []
    for path, theirs in zip(paths, said[name], strict=True):
        ends = [*(statement.step for statement in theirs[1:]), path.known]
        rows += [
            (statement.probability, path.yes, (end - statement.step) / STEPS)
            for statement, end in zip(theirs, ends, strict=False)  # one end too many where nothing was said
            if statement.probability is not None
        ]
    return rows


def slope(name: str) -> float:
    probability, outcome, weight = np.array(held(name)).T
    fit = recalibration(Tally.of(probability, outcome, weight))
    assert fit is not None
    return fit.slope


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("step", [0, STEPS // 3, STEPS * 9 // 10])
def test_the_true_probability_is_right_at_every_time_at_which_the_answer_is_not_known(kind: Kind, step: int) -> None:
    rng = np.random.default_rng([step, 3])
    drawn = [walk_past(kind, level_for(kind, rng.uniform(0.1, 0.9)), rng) for _ in range(SAMPLE)]
    alive = [path for path in drawn if path.known > step]
    p = np.array([path.probability[step] for path in alive])
    y = np.array([path.yes for path in alive])
    assert len(alive) > SAMPLE / 3
    for low, high in ((0.0, 1.0), (0.0, 0.4), (0.4, 0.6), (0.6, 1.0)):
        within = (p >= low) & (p <= high)
        error = np.sqrt((p * (1 - p))[within].sum()) / within.sum()
        assert abs((y - p)[within].mean()) < 4 * error + 1e-3, (low, high)


def test_a_walk_that_reaches_its_level_makes_the_answer_known_before_the_end_and_no_other_does() -> None:
    rng = np.random.default_rng(5)
    level = level_for(Kind.REACHES, 0.5)
    reached = [walk_past(Kind.REACHES, level, rng) for _ in range(400)]
    assert 0.4 < np.mean([path.yes for path in reached]) < 0.6
    assert all(path.known < STEPS for path in reached if path.walk[:-1].max() > level)
    assert all(path.known == STEPS for path in reached if not path.yes)
    assert all(walk_past(Kind.STANDS, 0.0, rng).known == STEPS for _ in range(20))


@pytest.mark.parametrize(
    ("name", "expected", "within"),
    [
        ("calibrated", 1.0, 0.12),
        ("overconfident", 0.5, 0.06),
        ("underconfident", 2.0, 0.24),
        ("late", 1.0, 0.4),
        ("withdrawing", 1.0, 0.15),
    ],
)
def test_recalibration_undoes_what_a_character_does_to_log_odds(name: str, expected: float, within: float) -> None:
    assert slope(name) == pytest.approx(expected, abs=within)


@pytest.mark.parametrize("name", BY_NAME)
def test_slope_and_coverage_fall_in_the_range_that_the_table_gives(name: str) -> None:
    low, high = BY_NAME[name].slope
    assert low < slope(name) < high
    paths, _ = sample()
    low, high = BY_NAME[name].coverage
    assert low < sum(share for _, _, share in held(name)) / len(paths) < high


def test_noise_alone_separates_the_noisy_from_the_truth_and_averages_out() -> None:
    paths, said = sample()
    errors = [
        logit(s.probability) - logit(path.probability[s.step])
        for path, theirs in zip(paths, said["noisy"], strict=True)
        for s in theirs
        if s.probability is not None and 0.02 < path.probability[s.step] < 0.98
    ]
    assert np.mean(errors) == pytest.approx(0, abs=0.05)
    assert np.std(errors) == pytest.approx(BY_NAME["noisy"].noise, abs=0.05)


def test_the_overconfident_double_and_the_underconfident_halve_the_log_odds_exactly() -> None:
    paths, said = sample()
    for name, stretch in (("overconfident", 2.0), ("underconfident", 0.5)):
        first = [(path, theirs[0]) for path, theirs in zip(paths, said[name], strict=True) if theirs]
        true = np.array([path.probability[s.step] for path, s in first])
        stated = np.array([s.probability for _, s in first])
        inner = (true > 0.1) & (true < 0.9)
        assert logit(stated[inner]) == pytest.approx(stretch * logit(true[inner]), abs=0.01)


def test_the_late_come_in_the_last_tenth_only_and_in_time_for_the_spot() -> None:
    _, said = sample()
    first = [theirs[0].step for theirs in said["late"] if theirs]
    assert min(first) >= 0.9 * STEPS
    assert max(first) < 0.95 * STEPS


def test_the_withdrawing_withdraw_midway_and_half_come_back() -> None:
    paths, said = sample()
    lasting = [theirs for path, theirs in zip(paths, said["withdrawing"], strict=True) if path.known == STEPS]
    gaps = [[s.step for s in theirs if s.probability is None] for theirs in lasting]
    assert all(len(gap) == 1 and 0.39 * STEPS < gap[0] <= 0.6 * STEPS for gap in gaps)
    back = np.mean([theirs[-1].probability is not None for theirs in lasting])
    assert back == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("character", CHARACTERS, ids=lambda character: character.name)
def test_what_is_said_can_be_recorded(character: Character) -> None:
    """In order, once per instant, before the answer is known, within the bounds, and no withdrawal from nothing."""
    paths, said = sample()
    for path, theirs in zip(paths, said[character.name], strict=True):
        steps = [s.step for s in theirs]
        assert steps == sorted(set(steps))
        assert all(0 <= step < path.known for step in steps)
        assert all(s.probability is None or LOWEST <= s.probability <= HIGHEST for s in theirs)
        assert not theirs or theirs[0].probability is not None


def test_a_seed_gives_the_same_rehearsal_again_and_another_seed_another() -> None:
    def told(seed: int, forecasts: int = 4) -> list[tuple[str, float, bool, dict[str, list[Statement]]]]:
        script = scenes(seed=seed, forecasts=forecasts, anchor=ANCHOR)
        return [(part.slug, part.level, part.path.yes, part.said()) for scene in script for part in scene]

    assert told(7) == told(7)
    assert told(7)[:4] == told(7, forecasts=6)[:4], "more forecasts leave the first ones as they are"
    ours, others = told(7), told(8)
    assert all(one[1] != other[1] or one[3] != other[3] for one, other in zip(ours, others, strict=True))


def test_a_later_anchor_moves_the_times_and_nothing_else() -> None:
    early = [part for scene in scenes(seed=7, forecasts=3, anchor=ANCHOR) for part in scene]
    late = [part for scene in scenes(seed=7, forecasts=3, anchor=ANCHOR + 30 * DAY) for part in scene]
    for before, after in zip(early, late, strict=True):
        assert (before.level, before.path.yes, before.said()) == (after.level, after.path.yes, after.said())
        assert after.closes_at - before.closes_at == 30 * DAY


def test_what_settles_has_settled_before_the_anchor_and_what_is_for_practice_has_not() -> None:
    parts = [part for scene in scenes(seed=7, forecasts=200, anchor=ANCHOR) for part in scene]
    assert all(max(part.resolve_by, part.decided_at) < ANCHOR for part in parts if part.settles)
    open_ones = [part for part in parts if part.closes_at > ANCHOR]
    assert len(open_ones) == 8
    assert all(part.until <= ANCHOR for part in open_ones)
    assert [part.slug for part in parts if not part.settles and part.closes_at <= ANCHOR] == ["rehearsal-due"]
    assert all(part.closes_at - part.opens_at >= 30 * DAY for part in parts)


def test_there_are_two_of_each_character_and_names_say_which() -> None:
    counts: dict[Character, int] = defaultdict(int)
    for name, character in CAST.items():
        assert character.name in name
        assert character_of(name) is character
        counts[character] += 1
    assert dict(counts) == dict.fromkeys(CHARACTERS, 2)
    assert character_of("somebody") is None


@pytest.mark.parametrize("module", ["characters", "parts", "simulation"])
def test_examples_come_true(module: str) -> None:
    result = doctest.testmod(importlib.import_module(f"tracker.rehearsal.{module}"))
    assert result.attempted > 0
    assert result.failed == 0
