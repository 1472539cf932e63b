"""What every score of a forecast must be, whatever the history."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.scoring.slow import Row, SlowScores, slow_scores
from tests.scoring.strategies import INSTANTS, PROBABILITIES, estimates_of, histories, schedules, steps_of
from tracker.scoring.record import NEVER, Estimates, Schedule
from tracker.scoring.scores import MEASURES, Scores, score, score_beside, score_reference

COLUMNS = ("coverage", "contested", "brier", "log_score", "baseline", "peer", "spot_baseline", "spot_peer")
MOVES = st.tuples(st.integers(1, 10**12), st.integers(-(10**15), 2 * 10**15))
DECADE = Schedule(opens_at=0, closes_at=10)


def assert_same(left: Scores, right: Scores) -> None:
    np.testing.assert_array_equal(left.forecaster, right.forecaster)
    for column in COLUMNS:
        np.testing.assert_allclose(getattr(left, column), getattr(right, column), rtol=0, atol=1e-9, err_msg=column)
    assert left.attainable == pytest.approx(right.attainable)
    assert left.spot_early == right.spot_early
    for column in ("offsets", "cells", "weights", "final"):
        np.testing.assert_array_equal(getattr(left.shares, column), getattr(right.shares, column), err_msg=column)


def assert_agrees(scores: Scores, slow: dict[int, SlowScores]) -> None:
    assert scores.forecaster.tolist() == sorted(slow)
    for column in COLUMNS:
        expected = [float(getattr(slow[who], column)) for who in sorted(slow)]
        np.testing.assert_allclose(getattr(scores, column), expected, rtol=0, atol=1e-9, err_msg=column)


@settings(max_examples=300)
@given(histories(), schedules, INSTANTS, st.booleans())
def test_scores_equal_the_sums_over_every_gap(rows, schedule, known_at, outcome) -> None:
    scores = score(estimates_of(rows), schedule, known_at, outcome=outcome)
    assert_agrees(scores, slow_scores(rows, rows, schedule, known_at, outcome=outcome))


@settings(max_examples=200)
@given(histories(people=1), histories(), schedules, INSTANTS, st.booleans())
def test_a_reference_row_is_scored_against_all_who_stand(row, rivals, schedule, known_at, outcome) -> None:
    steps = [(0, made_at, p, NEVER) for _, made_at, p, _ in row]
    scores = score_reference(steps_of(steps), estimates_of(rivals), schedule, known_at, outcome=outcome)
    assert_agrees(scores, slow_scores(steps, rivals, schedule, known_at, outcome=outcome))


@given(histories(), schedules, INSTANTS, st.booleans(), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(rows, schedule, known_at, outcome, random) -> None:
    shuffled = random.sample(rows, len(rows))
    assert_same(
        score(estimates_of(rows), schedule, known_at, outcome=outcome),
        score(estimates_of(shuffled), schedule, known_at, outcome=outcome),
    )


@given(histories(), schedules, INSTANTS, st.booleans(), MOVES)
def test_shifting_and_stretching_time_changes_nothing(rows, schedule, known_at, outcome, move) -> None:
    factor, shift = move

    def moved(instant: int | None) -> int | None:
        return instant if instant in {None, NEVER} else instant * factor + shift

    moved_rows = [(who, moved(made_at), p, moved(expires_at)) for who, made_at, p, expires_at in rows]
    moved_schedule = Schedule(*map(moved, (100, 200, schedule.spot_at, schedule.reveal_at)))
    assert_same(
        score(estimates_of(rows), schedule, known_at, outcome=outcome),
        score(estimates_of(moved_rows), moved_schedule, moved(known_at), outcome=outcome),
    )


@given(histories(), schedules, INSTANTS, st.booleans(), st.randoms(use_true_random=False))
def test_cutting_an_estimate_in_two_equal_ones_changes_nothing(rows, schedule, known_at, outcome, random) -> None:
    taken = {(who, made_at) for who, made_at, _, _ in rows}
    cuts = []
    for who, made_at, p, expires_at in rows:
        later = [other for whose, other, _, _ in rows if whose == who and other > made_at]
        last = min([*later, expires_at, made_at + 40])
        if last > made_at + 1:
            cut = random.randrange(made_at + 1, last)
            if (who, cut) not in taken:
                cuts.append((who, cut, p, expires_at))
    assert_same(
        score(estimates_of(rows), schedule, known_at, outcome=outcome),
        score(estimates_of(rows + cuts), schedule, known_at, outcome=outcome),
    )


@given(
    st.lists(st.lists(st.tuples(st.integers(100, 199), PROBABILITIES), max_size=5), min_size=1, max_size=8),
    st.data(),
    INSTANTS,
    st.booleans(),
)
def test_peer_scores_of_people_who_all_stand_throughout_sum_to_nothing(revisions, data, known_at, outcome) -> None:
    rows = {(who, 99): data.draw(PROBABILITIES) for who in range(len(revisions))}
    rows |= {(who, at): p for who, revised in enumerate(revisions) for at, p in revised}
    estimates = Estimates.of([who for who, _ in rows], [at for _, at in rows], list(rows.values()))
    scores = score(estimates, Schedule(100, 200), known_at, outcome=outcome)
    assert math.fsum(np.nan_to_num(scores.peer)) == pytest.approx(0, abs=1e-9)
    assert math.fsum(scores.spot_peer) == pytest.approx(0, abs=1e-9)


@given(histories(), schedules, INSTANTS, st.booleans())
def test_contested_coverage_attainable_and_one_come_in_that_order(rows, schedule, known_at, outcome) -> None:
    scores = score(estimates_of(rows), schedule, known_at, outcome=outcome)
    assert np.all((scores.contested >= 0) & (scores.contested <= scores.coverage))
    assert np.all(scores.coverage <= scores.attainable)
    assert 0 <= scores.attainable <= 1


def test_many_people_who_come_revise_and_leave_are_scored_as_exactly_as_a_few() -> None:
    rng = np.random.default_rng(20250101)
    rows = [
        (int(who), int(at), float(p) if stay else math.nan, NEVER)
        for who, at, p, stay in zip(
            rng.integers(0, 40, 400),
            rng.permutation(1000)[:400],
            rng.uniform(0.0001, 0.9999, 400),
            rng.random(400) < 0.7,
            strict=True,
        )
    ]
    schedule = Schedule(0, 1000)
    scores = score(estimates_of(rows), schedule, 900, outcome=True)
    assert_agrees(scores, slow_scores(rows, rows, schedule, 900, outcome=True))


def test_equal_estimates_earn_nothing_against_each_other() -> None:
    same = Estimates.of([1, 2, 3], [0, 0, 0], [0.63, 0.63, 0.63])
    scores = score(same, DECADE, 10, outcome=True)
    assert scores.peer == pytest.approx([0, 0, 0], abs=1e-12)
    assert scores.spot_peer == pytest.approx([0, 0, 0], abs=1e-12)


def test_a_reference_row_where_nobody_else_stands_earns_no_peer_score() -> None:
    nobody = Estimates.of([], [], [])
    scores = score_reference(steps_of([(0, 0, 0.8, NEVER)]), nobody, DECADE, 10, outcome=True)
    assert (scores.peer[0], scores.spot_peer[0], scores.contested[0]) == (0, 0, 0)
    assert scores.coverage[0] == 1


def test_nobody_at_all_gives_no_rows() -> None:
    scores = score(Estimates.of([], [], []), DECADE, 10, outcome=True)
    assert scores.forecaster.size == 0
    assert scores.shares.offsets.tolist() == [0]


def test_who_withdraws_and_is_alone_covers_nothing_until_the_return() -> None:
    scores = score(Estimates.of([1, 1, 1], [0, 3, 6], [0.8, math.nan, 0.9]), DECADE, 10, outcome=True)
    assert scores.coverage[0] == pytest.approx(0.7)
    assert scores.peer[0] == 0


def test_an_expiry_ends_the_standing_and_does_not_bring_back_what_came_before() -> None:
    scores = score(Estimates.of([1, 1], [0, 2], [0.8, 0.6], [NEVER, 5]), DECADE, 10, outcome=True)
    assert scores.coverage[0] == 0.5
    assert np.isnan(scores.spot_baseline[0])


def test_an_expiry_after_the_next_estimate_is_without_effect() -> None:
    scores = score(Estimates.of([1, 1], [0, 2], [0.8, 0.6], [5, NEVER]), DECADE, 10, outcome=True)
    assert scores.coverage[0] == 1


@pytest.mark.parametrize("made_at", [10, 11])
def test_an_estimate_from_the_close_on_covers_nothing(made_at: int) -> None:
    scores = score(Estimates.of([1], [made_at], [0.8]), DECADE, 20, outcome=True)
    assert scores.coverage.tolist() == ([0] if made_at == 10 else [])  # at the very close there is a spot score


def test_a_row_without_coverage_has_a_spot_score_and_no_other() -> None:
    scores = score(Estimates.of([1], [10], [0.5]), DECADE, 20, outcome=True)
    assert scores.spot_baseline.tolist() == [0]
    assert np.isnan([scores.brier, scores.log_score, scores.baseline, scores.peer]).all()
    assert scores.shares.of(0)[0].size == 0


def test_an_estimate_made_when_the_forecast_opens_stands_throughout() -> None:
    assert score(Estimates.of([1], [0], [0.8]), DECADE, 10, outcome=True).coverage.tolist() == [1]


def test_an_estimate_made_after_the_answer_was_known_does_not_count() -> None:
    assert score(Estimates.of([1], [7], [0.8]), DECADE, 6, outcome=True).forecaster.size == 0


def test_an_answer_before_the_opening_leaves_only_an_early_spot_score() -> None:
    scores = score(Estimates.of([1, 2], [-9, 3], [0.8, 0.8]), DECADE, -5, outcome=True)
    assert scores.forecaster.tolist() == [1]
    assert scores.spot_baseline[0] == pytest.approx(100 * (1 + math.log2(0.8)))
    assert np.isnan(scores.baseline[0])
    assert (scores.spot_early, scores.attainable) == (True, 0)


@pytest.mark.parametrize(
    ("spot_at", "known_at", "early"),
    [(5, 10, False), (5, 5, False), (5, 4, True), (None, 10, False), (None, 9, True), (-3, -1, True), (12, 11, False)],
)
def test_a_spot_row_is_early_when_the_answer_came_before_the_spot_time(spot_at, known_at, early) -> None:
    scores = score(Estimates.of([1], [-4], [0.8]), Schedule(0, 10, spot_at=spot_at), known_at, outcome=True)
    assert scores.spot_early is early
    assert scores.shares.final.tolist() == [0 if early else 8000]


def test_an_answer_that_comes_early_divides_by_the_scheduled_length_all_the_same() -> None:
    scores = score(Estimates.of([1], [0], [0.8]), DECADE, 5, outcome=True)
    assert scores.baseline[0] == pytest.approx(50 * (1 + math.log2(0.8)))
    assert scores.brier[0] == pytest.approx(0.04)
    assert scores.attainable == 0.5


@given(histories(), st.lists(histories(people=1), max_size=3), schedules, INSTANTS, st.booleans())
def test_several_references_in_one_sweep_are_scored_as_each_is_alone(
    rows: list[Row], references: list[list[Row]], schedule: Schedule, known_at: int, outcome: bool
) -> None:
    everybody, steps = estimates_of(rows), [steps_of(reference) for reference in references]
    people, beside = score_beside(everybody, steps, schedule, known_at, outcome=outcome)
    alone = score(everybody, schedule, known_at, outcome=outcome)
    assert people.forecaster.tolist() == alone.forecaster.tolist()
    np.testing.assert_allclose(people.peer, alone.peer, atol=1e-9)
    for place, one in enumerate(steps):
        mine = score_reference(one, everybody, schedule, known_at, outcome=outcome)
        there = beside.rows(np.flatnonzero(beside.forecaster == place))
        for name in (*MEASURES, "coverage", "contested"):
            np.testing.assert_allclose(getattr(there, name), getattr(mine, name), atol=1e-9)
        for name in ("offsets", "cells", "weights", "final"):
            assert getattr(there.shares, name).tolist() == getattr(mine.shares, name).tolist()
