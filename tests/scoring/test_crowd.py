"""The crowd at every instant is what its definitions say, whatever the history."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasts.crowd import METHODS, NEVER, Points, points
from tests.scoring.slow import Row
from tests.scoring.strategies import INSTANTS, histories

NAN = math.nan


def points_of(rows: list[Row], **bounds: int) -> Points:
    columns = ([row[column] for row in rows] for column in range(4))
    return points(*columns, **bounds)


def slow_median(values: list[float], weights: list[float]) -> float:
    """The weighted median as it is defined, one value after another."""
    running, at_half, past_half = 0.0, NAN, NAN
    for value, weight in sorted(zip(values, weights, strict=True), key=lambda pair: pair[0]):
        running += weight / math.fsum(weights)
        if math.isnan(at_half) and running >= 0.5:
            at_half = value
        if math.isnan(past_half) and running > 0.5:
            past_half = value
    return (at_half + past_half) / 2


def slow_crowd(rows: list[Row], instant: int) -> tuple[int, float, float, float]:
    latest: dict[int, Row] = {}
    for row in sorted(rows, key=lambda row: row[1]):
        if row[1] <= instant:
            latest[row[0]] = row
    by_age = sorted(latest.values(), key=lambda row: (row[1], row[0]))
    values = [p for _, _, p, expires_at in by_age if not math.isnan(p) and instant < expires_at]
    n = len(values)
    if n == 0:
        return 0, NAN, NAN, NAN
    recent = [1.0 if n <= 2 else math.exp(math.sqrt(i) - math.sqrt(n)) for i in range(1, n + 1)]
    log_odds = math.fsum(math.log(p / (1 - p)) for p in values) / n
    return n, slow_median(values, recent), float(np.median(values)), 1 / (1 + math.exp(-log_odds))


def assert_identical(left: Points, right: Points) -> None:
    for column in ("at", "n", *METHODS):
        np.testing.assert_array_equal(getattr(left, column), getattr(right, column), err_msg=column)


@settings(max_examples=300)
@given(histories(people=9))
def test_every_point_is_what_the_definitions_say(rows) -> None:
    made = points_of(rows)
    for row, at in enumerate(made.at):
        ours = [made.n[row], made.recency_weighted[row], made.median[row], made.mean_log_odds[row]]
        np.testing.assert_allclose(ours, slow_crowd(rows, int(at)), rtol=0, atol=1e-12)


@given(histories(people=9))
def test_between_two_points_nothing_changes(rows) -> None:
    made = points_of(rows)
    before_all = (0, NAN, NAN, NAN)
    told = {int(at): slow_crowd(rows, int(at)) for at in made.at}
    current = before_all
    for instant in range(90, 225):
        current = told.get(instant, current)
        np.testing.assert_allclose(slow_crowd(rows, instant), current, rtol=0, atol=1e-12)


@given(histories(people=9))
def test_every_point_differs_from_the_one_before(rows) -> None:
    made = points_of(rows)
    columns = np.nan_to_num([made.n, made.recency_weighted, made.median, made.mean_log_odds], nan=-1)
    assert np.all(np.diff(columns, axis=1).any(axis=0))
    assert np.all(np.diff(made.at) > 0)


@given(histories(most=200, people=30), INSTANTS)
def test_the_points_after_an_instant_are_the_same_rows_as_in_the_whole(rows, since) -> None:
    whole, later = points_of(rows), points_of(rows, since=since)
    after = whole.at > since
    assert_identical(later, Points(*(getattr(whole, column)[after] for column in ("at", "n", *METHODS))))


@given(histories(), INSTANTS)
def test_the_points_up_to_an_instant_are_the_same_rows_as_in_the_whole(rows, until) -> None:
    whole, earlier = points_of(rows), points_of(rows, until=until)
    up_to = whole.at <= until
    assert_identical(earlier, Points(*(getattr(whole, column)[up_to] for column in ("at", "n", *METHODS))))


@given(histories(), INSTANTS)
def test_what_was_estimated_later_leaves_earlier_points_alone(rows, until) -> None:
    known = [row for row in rows if row[1] <= until]
    assert_identical(points_of(rows, until=until), points_of(known, until=until))


@given(histories(), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(rows, random) -> None:
    assert_identical(points_of(rows), points_of(random.sample(rows, len(rows))))


@given(histories(people=9))
def test_the_crowd_stays_among_those_who_stand(rows) -> None:
    made = points_of(rows)
    given_ones = [p for _, _, p, _ in rows if not math.isnan(p)]
    for method in METHODS:
        values = getattr(made, method)[made.n > 0]
        assert np.all((values >= min(given_ones, default=0)) & (values <= max(given_ones, default=1)))
        assert np.isnan(getattr(made, method)[made.n == 0]).all()


def test_nobody_makes_no_points() -> None:
    made = points([], [], [])
    assert [getattr(made, column).size for column in ("at", "n", *METHODS)] == [0] * 5


def test_of_estimates_made_at_one_instant_the_higher_id_counts_as_the_newer() -> None:
    # The newest of three has more than half of the weight of the younger two, and not of all three.
    low_last = points([1, 2, 3], [0, 0, 0], [0.9, 0.5, 0.1])
    high_last = points([1, 2, 3], [0, 0, 0], [0.1, 0.5, 0.9])
    weights = np.exp(np.sqrt([1, 2, 3]) - np.sqrt(3))
    assert weights[2] < weights[:2].sum()
    assert low_last.recency_weighted.tolist() == high_last.recency_weighted.tolist() == [0.5]
    skewed = points([1, 2, 3, 4], [0, 0, 0, 0], [0.1, 0.1, 0.8, 0.9])
    assert skewed.recency_weighted.tolist() == [0.8]
    assert points([4, 3, 2, 1], [0, 0, 0, 0], [0.1, 0.1, 0.8, 0.9]).recency_weighted.tolist() == [0.1]


def test_a_revision_makes_an_estimate_new_again() -> None:
    made = points([1, 2, 3, 4, 1], [0, 1, 2, 3, 4], [0.9, 0.1, 0.1, 0.8, 0.9])
    assert made.recency_weighted[-1] == 0.8
    assert made.median[-1] == pytest.approx(0.45)


def test_an_unchanged_estimate_that_moves_nothing_makes_no_point() -> None:
    assert points([1, 1], [0, 5], [0.7, 0.7]).at.tolist() == [0]


def test_a_withdrawal_by_somebody_who_never_stood_makes_no_point() -> None:
    assert points([1, 2], [0, 5], [0.7, NAN]).at.tolist() == [0]


def test_an_expiry_makes_a_point_when_it_comes_and_not_before() -> None:
    rows = ([1, 2], [0, 0], [0.2, 0.8], [NEVER, 7])
    assert points(*rows).at.tolist() == [0, 7]
    assert points(*rows).n.tolist() == [2, 1]
    assert points(*rows, until=6).at.tolist() == [0]


def test_when_all_withdraw_the_crowd_stands_no_more_and_says_nothing() -> None:
    made = points([1, 1, 2], [0, 4, 9], [0.7, NAN, 0.3])
    assert made.n.tolist() == [1, 0, 1]
    assert np.isnan(made.median).tolist() == [False, True, False]
