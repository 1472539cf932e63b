"""An interval rests on forecasts as trials, is the same from rows and from totals, and claims nothing it cannot."""

from decimal import Decimal
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t as student
from scipy.stats import ttest_1samp

from tracker.scoring.intervals import (
    Interval,
    hall_rate,
    hall_total,
    student_rate,
    student_total,
    wider_rate,
    wider_total,
)
from tracker.scoring.moments import Moments

FORECASTS = st.lists(st.tuples(st.integers(1, 10**6), st.integers(-(10**12), 10**12)), min_size=2, max_size=30)
PRODUCTS = {"c" * i + "a" * j: (i, j) for i, j in product(range(4), repeat=2) if 0 < i + j <= 3}
TOTALS = (student_total, hall_total, wider_total)
ALL = (*TOTALS, student_rate, hall_rate, wider_rate)


def totals_of(*rows: list[tuple[int, int]]) -> dict[str, list[int]]:
    """The running totals of rows of (millionths, billionths)."""
    return {"n": [len(row) for row in rows]} | {
        name: [sum(c**i * a**j for c, a in row) for row in rows] for name, (i, j) in PRODUCTS.items()
    }


def moments_of(*rows: list[tuple[float, float]]) -> Moments:
    place = [number for number, row in enumerate(rows) for _ in row]
    flat = [pair for row in rows for pair in row]
    return Moments.of(place, [c for c, _ in flat], [a for _, a in flat], len(rows))


def ends(made: Interval) -> list[float]:
    return [made.low[0], made.score[0], made.high[0]]


def exactly(row: list[tuple[int, int]]) -> dict[str, float]:
    """The definition in fractions, in natural units."""
    c, a = [Fraction(c, 10**6) for c, _ in row], [Fraction(a, 10**9) for _, a in row]
    mean, rate = sum(a) / len(a), sum(a) / sum(c)
    residuals = [x - rate * weight for x, weight in zip(a, c, strict=True)]
    return {
        "covered": float(sum(c)),
        "accrued": float(sum(a)),
        "deviation2": float(sum((x - mean) ** 2 for x in a)),
        "deviation3": float(sum((x - mean) ** 3 for x in a)),
        "residual2": float(sum(e**2 for e in residuals)),
        "residual3": float(sum(e**3 for e in residuals)),
    }


@given(st.lists(FORECASTS, min_size=1, max_size=4))
def test_totals_give_the_very_numbers_of_the_definition(rows) -> None:
    made = Moments.of_totals(**totals_of(*rows))
    for place, row in enumerate(rows):
        assert {name: getattr(made, name)[place] for name in exactly(row)} == exactly(row)


@given(FORECASTS)
def test_rows_and_totals_give_one_interval(row) -> None:
    from_totals = Moments.of_totals(**totals_of(row))
    from_rows = moments_of([(c / 10**6, a / 10**9) for c, a in row])
    for name in ("covered", "accrued", "deviation2", "residual2"):
        assert getattr(from_rows, name) == pytest.approx(getattr(from_totals, name), rel=1e-6, abs=1e-6), name
    if from_totals.residual2[0] > 1e-3 and from_totals.deviation2[0] > 1e-3:
        for method in ALL:
            one, other = method(from_rows), method(from_totals)
            assert ends(one) == pytest.approx(ends(other), rel=1e-5, abs=1e-5, nan_ok=True)


def test_a_small_spread_about_a_large_mean_survives_a_million_forecasts() -> None:
    # Half the forecasts score 500, half 500 and a millionth; sums of squares in float64 would lose all of the spread.
    n, low, high = 10**6, 500 * 10**9, 500 * 10**9 + 1000
    row = {name: [n // 2 * (10**6) ** i * (low**j + high**j)] for name, (i, j) in PRODUCTS.items()}
    made = Moments.of_totals(n=[n], **row)
    assert made.deviation2[0] == made.residual2[0] == pytest.approx(n * 0.25e-12, rel=1e-12)
    assert made.deviation3[0] == made.residual3[0] == 0
    a, aa = float(row["a"][0]), float(row["aa"][0])
    assert (aa - a * a / n) / 1e18 != pytest.approx(n * 0.25e-12, rel=0.5)


@pytest.mark.parametrize("kind", [int, float, Decimal, np.int64])
def test_totals_may_be_whole_numbers_of_any_type(kind) -> None:
    totals = {name: [kind(number) for number in column] for name, column in totals_of([(1, 2), (3, 1)]).items()}
    assert Moments.of_totals(**totals).accrued.tolist() == [3e-9]


def test_rows_need_not_be_in_order() -> None:
    made = Moments.of([1, 0, 1], [0.5, 1.0, 1.0], [1.0, 7.0, 3.0], 3)
    assert made.n.tolist() == [1, 2, 0]
    assert made.accrued.tolist() == [7.0, 4.0, 0.0]
    assert made.covered.tolist() == [1.0, 1.5, 0.0]


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="one length"):
        Moments.of([0, 0], [1.0], [1.0, 2.0], 1)
    with pytest.raises(ValueError, match="one length"):
        Moments.of_totals(**totals_of([(1, 2), (3, 1)]) | {"aaa": []})


@pytest.mark.parametrize("method", ALL)
def test_a_board_without_rows_is_empty(method) -> None:
    for nobody in (Moments.of([], [], [], 0), Moments.of_totals(**{name: [] for name in ("n", *PRODUCTS)})):
        made = method(nobody)
        assert made.score.size == made.low.size == made.high.size == 0


@pytest.mark.parametrize("method", ALL)
@pytest.mark.parametrize("row", [[], [(1.0, 3.0)], [(1.0, 3.0)] * 30, [(0.5, 2.0), (0.25, 1.0), (1.0, 4.0)]])
def test_there_is_no_interval_without_two_forecasts_that_differ(method, row) -> None:
    made = method(moments_of(row, [(1.0, 0.0), (1.0, 4.0)]))
    differ = row[0] == (0.5, 2.0) and method in TOTALS if row else False
    assert np.isnan(made.low).tolist() == [not differ, False]
    assert np.isnan(made.high).tolist() == [not differ, False]


def test_rounding_of_the_coverage_is_no_spread() -> None:
    # Always one half: A is a quarter of the coverage, but the coverage is kept in whole millionths.
    thirds = [(round(10**6 * k / 37), round(10**9 * k / 37 / 4)) for k in range(1, 38)]
    made = hall_rate(Moments.of_totals(**totals_of(thirds)))
    assert made.score[0] == pytest.approx(0.25, abs=1e-6)
    assert np.isnan([made.low[0], made.high[0]]).all()


def test_a_total_of_nothing_is_0_and_a_rate_of_nothing_is_none() -> None:
    nothing = moments_of([])
    assert student_total(nothing).score.tolist() == [0.0]
    assert np.isnan(student_rate(nothing).score).tolist() == [True]


def test_with_nothing_covered_there_is_no_rate() -> None:
    made = hall_rate(moments_of([(0.0, 0.0), (0.0, 0.0)]))
    assert np.isnan([made.score, made.low, made.high]).all()


@given(st.lists(st.floats(-900, 100), min_size=3, max_size=40), st.sampled_from([0.5, 0.9, 0.95, 0.999]))
def test_at_full_coverage_the_interval_of_student_is_that_of_scipy(scores, level) -> None:
    if np.std(scores) < 1e-2:
        return
    moments, n = moments_of([(1.0, a) for a in scores]), len(scores)
    expected = ttest_1samp(scores, 0).confidence_interval(level)
    rate, total = student_rate(moments, level=level), student_total(moments, level=level)
    assert [rate.low[0], rate.high[0]] == pytest.approx([expected.low, expected.high], rel=1e-6, abs=1e-6)
    assert [total.low[0], total.high[0]] == pytest.approx([n * expected.low, n * expected.high], rel=1e-6, abs=1e-6)


@given(FORECASTS, st.sampled_from([0.9, 0.95, 0.9995]))
def test_every_score_lies_in_its_interval(row, level) -> None:
    moments = Moments.of_totals(**totals_of(row))
    for method in ALL:
        made = method(moments, level=level)
        assert np.isnan(made.low[0]) or made.low[0] <= made.score[0] <= made.high[0]


@given(FORECASTS)
def test_the_ends_of_hall_solve_his_cubic(row) -> None:
    """Put back into the cubic, each end gives the quantile from which it came."""
    moments = Moments.of_totals(**totals_of(row))
    made, n = hall_rate(moments), len(row)
    if np.isnan(made.low[0]):
        return
    mean_c = moments.covered[0] / n
    s = np.sqrt(moments.residual2[0] / (n - 1)) / mean_c
    g = moments.residual3[0] / n / (s * mean_c) ** 3
    plain = student_rate(moments)
    for end, t in ((made.low[0], plain.high[0]), (made.high[0], plain.low[0])):
        w = (made.score[0] - end) / s
        straight = w + g * w**2 / 3 + g**2 * w**3 / 27 + g / (6 * n)
        assert straight == pytest.approx((t - plain.score[0]) / s, rel=1e-5, abs=1e-7)


def test_without_skewness_the_interval_of_hall_is_that_of_student() -> None:
    symmetric = moments_of([(1.0, a) for a in (-3.0, -1.0, 1.0, 3.0)])
    assert ends(hall_total(symmetric)) == pytest.approx(ends(student_total(symmetric)))


def test_hall_agrees_with_the_printed_formula() -> None:
    """theta - s h(+-t / sqrt n), h(z) = (3 / g)((1 + g (z - g / (6 n)))^(1/3) - 1), worked in long hand."""
    scores = np.array([0.01, 0.04, 0.01, 0.64, 0.09, 0.01, 0.04, 0.25])
    n, s = 8, scores.std(ddof=1)
    g = ((scores - scores.mean()) ** 3).mean() / s**3

    def h(z: float) -> float:
        return 3 / g * (np.cbrt(1 + g * (z - g / (6 * n))) - 1)

    t = 2.364624  # the 97.5% point at 7 degrees, as in any printed table (2.365)
    made = hall_rate(moments_of([(1.0, a) for a in scores]))
    assert made.low[0] == pytest.approx(scores.mean() - s * h(t / np.sqrt(n)), abs=1e-6)
    assert made.high[0] == pytest.approx(scores.mean() - s * h(-t / np.sqrt(n)), abs=1e-6)


def test_the_interval_of_student_gives_his_own_result() -> None:
    """The additional hours of sleep of Student (1908); R documents t.test(extra ~ group, sleep, paired = TRUE)."""
    hours = [1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4]
    made = student_rate(moments_of([(1.0, a) for a in hours]))
    assert ends(made) == pytest.approx([0.7001142, 1.58, 2.4598858], abs=1e-7)


def test_the_error_of_a_rate_is_that_of_leaving_out_one_forecast_at_a_time() -> None:
    rng = np.random.default_rng(11)
    c = rng.uniform(0.1, 1.0, 2000)
    a = c * rng.exponential(0.2, 2000)
    left_out = (a.sum() - a) / (c.sum() - c)
    jackknife = np.sqrt(1999 / 2000 * ((left_out - left_out.mean()) ** 2).sum())
    made = student_rate(moments_of(list(zip(c, a, strict=True))))
    assert made.high[0] - made.score[0] == pytest.approx(student.ppf(0.975, 1999) * jackknife, rel=1e-3)


def test_the_interval_bends_towards_the_long_tail() -> None:
    surprised_once = moments_of([(1.0, 0.01)] * 19 + [(1.0, 0.81)])
    bent, straight = hall_rate(surprised_once), student_rate(surprised_once)
    assert bent.high[0] - bent.score[0] > 1.5 * (straight.high[0] - straight.score[0])
    assert bent.score[0] - bent.low[0] < straight.score[0] - straight.low[0]


def test_the_wider_interval_reaches_as_far_as_either() -> None:
    surprised_once = moments_of([(1.0, 1.0)] * 19 + [(1.0, -80.0)])
    bent, straight, wider = (method(surprised_once) for method in (hall_rate, student_rate, wider_rate))
    assert ends(wider) == [bent.low[0], straight.score[0], straight.high[0]]


def test_ends_are_cut_to_what_the_score_can_be() -> None:
    made = hall_rate(moments_of([(1.0, 0.0), (1.0, 0.0), (1.0, 1.0)]), within=(0.0, 1.0))
    assert (made.low[0], made.high[0]) == (0.0, 1.0)


@given(FORECASTS)
def test_a_higher_level_gives_a_wider_interval_within_which_the_other_lies(row) -> None:
    moments = Moments.of_totals(**totals_of(row))
    for method in ALL:
        narrow, wide = method(moments, level=0.8), method(moments, level=0.99)
        assert np.isnan(narrow.low[0]) or (wide.low[0] <= narrow.low[0] and narrow.high[0] <= wide.high[0])
