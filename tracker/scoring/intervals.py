"""The intervals of scores on a board: the forecast is the trial, neither the revision nor the day."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.stats import t as student

from tracker.scoring.arrays import Floats, Integers
from tracker.scoring.moments import BILLIONTH, Moments, quotient
from tracker.scoring.shares import WHOLE

# Coverage is kept in millionths, so residuals below a millionth of the score are rounding and no spread.
_ROUNDING: Final = 1 / WHOLE


@dataclass(frozen=True, slots=True, eq=False)
class Interval:
    """Scores with the ends of their confidence intervals, low <= score <= high, each of length m; NaN where none is."""

    score: Floats
    low: Floats
    high: Floats


def student_total(moments: Moments, *, level: float = 0.95) -> Interval:
    """Return sum A with the interval of Student's t: sum A -+ t sqrt(n) s, s^2 = sum (A - A')^2 / (n - 1).

    What is estimated is n times the mean of A over forecasts like these, independent of each other; the unit is the
    score's. No interval below two forecasts, nor where A never varied: that is no evidence that it cannot.

    Source: Student (1908), The probable error of a mean, Biometrika 6.

    >>> total = student_total(Moments.of([0, 0, 0], [1, 1, 1], [10.0, 20.0, 0.0], 1))
    >>> total.score, total.low.round(1), total.high.round(1)
    (array([30.]), array([-44.5]), array([104.5]))
    """
    return _total(moments, level, skewed=False)


def student_rate(moments: Moments, *, level: float = 0.95) -> Interval:
    """Return r = sum A / sum c, the score in a unit of coverage, with r -+ t s / sqrt(n).

    s^2 = sum (A - r c)^2 / (n - 1) / c'^2, c' the mean of c: the linearised variance of a ratio (Cochran 1977, Sampling
    Techniques, chapter 6). What is estimated is mean A / mean c over forecasts like these. NaN where nothing is
    covered; no interval where `student_total` has none.

    >>> rate = student_rate(Moments.of([0, 0, 0], [1, 1, 0.5], [10.0, 20.0, 0.0], 1))
    >>> rate.score, rate.low.round(1), rate.high.round(1)
    (array([12.]), array([-9.5]), array([33.5]))
    """
    return _rate(moments, level, skewed=False)


def hall_total(moments: Moments, *, level: float = 0.95) -> Interval:
    """Return sum A with Hall's interval, for scores with one long tail: see `hall_rate`, with every c equal to 1.

    >>> total = hall_total(Moments.of([0, 0, 0], [1, 1, 1], [10.0, 20.0, 0.0], 1))
    >>> total.score, total.low.round(1), total.high.round(1)
    (array([30.]), array([-44.5]), array([104.5]))
    """
    return _total(moments, level, skewed=True)


def hall_rate(moments: Moments, *, level: float = 0.95, within: tuple[float, float] = (-np.inf, np.inf)) -> Interval:
    """Return r = sum A / sum c with Hall's transformed interval, which bends towards the long tail of the score.

    With s as in `student_rate` and g = sum (A - r c)^3 / n / (s c')^3 the ends are r - s h(t / sqrt n) and
    r - s h(-t / sqrt n), h(z) = (3 / g) ((1 + g (z - g / (6 n)))^(1/3) - 1), t the quantile of Student's distribution
    with n - 1 degrees; where g is 0 this is Student's interval. Ends are cut to `within`, the range that the score can
    have. NaN and no interval as in `student_rate`.

    Source: Hall (1992), whose monotone cubic takes the skewness out of the studentised mean: with W = (A' - mean A) / s
    the sum W + g W^2 / 3 + g^2 W^3 / 27 + g / (6 n) is symmetric up to order 1 / n; h is its inverse.

    >>> brier = hall_rate(Moments.of([0] * 4, [1] * 4, [0.01, 0.04, 0.01, 0.64], 1), within=(0.0, 1.0))
    >>> brier.score.round(3), brier.low.round(3), brier.high.round(3)
    (array([0.175]), array([0.]), array([1.]))
    """
    bent = _rate(moments, level, skewed=True)
    return Interval(bent.score, np.clip(bent.low, *within), np.clip(bent.high, *within))


def wider_total(moments: Moments, *, level: float = 0.95) -> Interval:
    """Return sum A with, at each end, the farther of Student's and Hall's: see `wider_rate`.

    >>> total = wider_total(Moments.of([0, 0, 0, 0], [1] * 4, [-1.0, -1.0, -1.0, 9.0], 1))
    >>> total.score, total.low.round(1), total.high.round(1)
    (array([6.]), array([-25.8]), array([134.1]))
    """
    return _wider(student_total(moments, level=level), hall_total(moments, level=level))


def wider_rate(moments: Moments, *, level: float = 0.95) -> Interval:
    """Return r = sum A / sum c with, at each end, the farther of `student_rate`'s and `hall_rate`'s.

    For differences between people, which may have two long tails or one, depending on whom they are compared with:
    Hall's alone falls short with two, Student's alone with one.

    >>> rate = wider_rate(Moments.of([0, 0, 0, 0], [1] * 4, [-1.0, -1.0, -1.0, 9.0], 1))
    >>> rate.score, rate.low.round(1), rate.high.round(1)
    (array([1.5]), array([-6.5]), array([33.5]))
    """
    return _wider(student_rate(moments, level=level), hall_rate(moments, level=level))


def _wider(one: Interval, other: Interval) -> Interval:
    return Interval(one.score, np.minimum(one.low, other.low), np.maximum(one.high, other.high))


def _total(moments: Moments, level: float, *, skewed: bool) -> Interval:
    n, mean = moments.n, quotient(moments.accrued, moments.n)
    below, above = _reach(n, mean, (moments.deviation2, moments.deviation3), level, skewed=skewed)
    return Interval(moments.accrued, moments.accrued - n * below, moments.accrued + n * above)


def _rate(moments: Moments, level: float, *, skewed: bool) -> Interval:
    rate, mean_c = quotient(moments.accrued, moments.covered), quotient(moments.covered, moments.n)
    below, above = _reach(moments.n, rate, (moments.residual2, moments.residual3), level, skewed=skewed)
    return Interval(rate, rate - quotient(below, mean_c), rate + quotient(above, mean_c))


def _reach(
    n: Integers, centre: Floats, powers: tuple[Floats, Floats], level: float, *, skewed: bool
) -> tuple[Floats, Floats]:
    """Return how far the mean of n residuals may lie above and below 0, given their sums of squares and cubes."""
    squares, cubes = powers
    varied = (n > 1) & (squares > n * (_ROUNDING * np.abs(centre) + 1 / BILLIONTH) ** 2)
    trials, squares, cubes = np.where(varied, [n, squares, cubes], [[2.0], [1.0], [0.0]])
    deviation = np.where(varied, np.sqrt(squares / (trials - 1)), np.nan)
    skewness = cubes / trials / deviation**3 if skewed else np.zeros_like(cubes)
    t = student.isf((1 - level) / 2, trials - 1) / np.sqrt(trials)
    return deviation * _straightened(t, skewness, trials), -deviation * _straightened(-t, skewness, trials)


def _straightened(z: Floats, skewness: Floats, n: Floats) -> Floats:
    """Return Hall's (3 / g) (root - 1), root = (1 + g (z - g / (6 n)))^(1/3), without dividing by g, which may be 0."""
    shifted = z - skewness / (6 * n)
    root = np.cbrt(1 + skewness * shifted)
    straightened: Floats = 3 * shifted / (root**2 + root + 1)
    return straightened
