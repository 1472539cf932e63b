"""From sums over forecasts to a score with its interval: the forecast is the trial, not the revision."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import t as student

from tracker.scoring.arrays import Flags, Floats, Integers, require_parallel, sums
from tracker.scoring.shares import WHOLE

# Scores are kept in whole numbers of a billionth.
BILLIONTH: Final = 1_000_000_000
# Coverage is kept in millionths, so residuals below a millionth of the score are rounding and no spread.
_ROUNDING: Final = 1 / WHOLE


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """What the intervals of a board need, one element for each of its rows, all arrays of one length m.

    Each of a row's n forecasts has a coverage c (0 to 1: time standing over the scheduled length; for peer scores
    contested coverage; for spot scores 1) and an accrued score A (coverage x brier, coverage x log score; peer,
    baseline and spot scores as they are). With the mean A' = accrued / n and the rate r = accrued / covered:

    - n, covered, accrued: the number of forecasts, sum c, sum A
    - deviation2, deviation3: sum (A - A')^2, sum (A - A')^3
    - residual2, residual3: sum (A - r c)^2, sum (A - r c)^3, NaN where covered is 0

    n is int64, the rest float64 in the units of the score.
    """

    n: Integers
    covered: Floats
    accrued: Floats
    deviation2: Floats
    deviation3: Floats
    residual2: Floats
    residual3: Floats

    def __post_init__(self) -> None:
        require_parallel(**{name: getattr(self, name) for name in self.__slots__})

    def where(self, kept: Flags) -> Self:
        """Return the rows for which kept is true."""
        return type(self)(*(getattr(self, name)[kept] for name in self.__slots__))

    @classmethod
    def of(cls, place: ArrayLike, covered: ArrayLike, accrued: ArrayLike, size: int) -> Self:
        """Sum up single forecasts, parallel arrays in any order; place says whose row it is, 0 to size - 1.

        >>> Moments.of(place=[0, 0], covered=[1.0, 0.5], accrued=[0.3, 0.0], size=1).residual2.round(3)
        array([0.02])
        """
        where = np.asarray(place, dtype=np.int64)
        c, a = np.asarray(covered, dtype=np.float64), np.asarray(accrued, dtype=np.float64)
        require_parallel(place=where, covered=c, accrued=a)
        n = np.bincount(where, minlength=size)
        total_c, total_a = sums(where, c, size), sums(where, a, size)
        deviation = a - _quotient(total_a, n)[where]
        residual = a - _quotient(total_a, total_c)[where] * c
        powers = [sums(where, amount**power, size) for amount in (deviation, residual) for power in (2, 3)]
        return cls(n, total_c, total_a, *powers)

    @classmethod
    def of_totals(
        cls,
        *,
        n: Iterable[Any],
        c: Iterable[Any],
        a: Iterable[Any],
        cc: Iterable[Any],
        ca: Iterable[Any],
        aa: Iterable[Any],
        ccc: Iterable[Any],
        cca: Iterable[Any],
        caa: Iterable[Any],
        aaa: Iterable[Any],
    ) -> Self:
        """Take running totals: n, and the sums of the products of c in millionths and A in billionths.

        Whole numbers of any type (int, Decimal, a float that is whole), any size, one of each for each row. The sums
        about the mean and about the rate are differences of huge numbers that are nearly equal; they are formed in
        whole numbers of unlimited size, so that nothing is lost before the one rounding to float64.

        >>> half = {"c": [1500000], "cc": [1250000000000], "ccc": [1125000000000000000]}
        >>> scores = {"a": [300000000], "aa": [9 * 10**16], "aaa": [27 * 10**24]}
        >>> both = {"ca": [3 * 10**14], "cca": [3 * 10**20], "caa": [9 * 10**22]}
        >>> Moments.of_totals(n=[2], **half, **scores, **both).residual2.round(3)
        array([0.02])
        """
        n, c, a, cc, ca, aa, ccc, cca, caa, aaa = map(_exact, (n, c, a, cc, ca, aa, ccc, cca, caa, aaa))
        deviations, residuals = _about(n, a, n, a, aa, n, a, aa, aaa), _about(c, a, cc, ca, aa, ccc, cca, caa, aaa)
        covered, accrued = (c / WHOLE).astype(np.float64), (a / BILLIONTH).astype(np.float64)
        return cls(n.astype(np.int64), covered, accrued, *deviations, *residuals)


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


def _total(moments: Moments, level: float, *, skewed: bool) -> Interval:
    n, mean = moments.n, _quotient(moments.accrued, moments.n)
    below, above = _reach(n, mean, (moments.deviation2, moments.deviation3), level, skewed=skewed)
    return Interval(moments.accrued, moments.accrued - n * below, moments.accrued + n * above)


def _rate(moments: Moments, level: float, *, skewed: bool) -> Interval:
    rate, mean_c = _quotient(moments.accrued, moments.covered), _quotient(moments.covered, moments.n)
    below, above = _reach(moments.n, rate, (moments.residual2, moments.residual3), level, skewed=skewed)
    return Interval(rate, rate - _quotient(below, mean_c), rate + _quotient(above, mean_c))


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


def _exact(column: Iterable[Any]) -> NDArray[np.object_]:
    numbers = [int(number) for number in column]
    exact = np.empty(len(numbers), dtype=object)
    exact[:] = numbers
    return exact


def _about(*sums_of_products: NDArray[np.object_]) -> tuple[Floats, Floats]:
    """Return sum (A - r c)^2 and sum (A - r c)^3 at r = sum A / sum c, of A in billionths and c in any unit."""
    c, a, cc, ca, aa, ccc, cca, caa, aaa = sums_of_products
    squares = c**2 * aa - 2 * c * a * ca + a**2 * cc
    cubes = c**3 * aaa - 3 * c**2 * a * caa + 3 * c * a**2 * cca - a**3 * ccc
    return _quotient(squares, (c * BILLIONTH) ** 2), _quotient(cubes, (c * BILLIONTH) ** 3)


def _quotient(top: Any, bottom: Any) -> Floats:
    """Return top / bottom rounded once, NaN where bottom is 0; whole numbers of any size come through as objects."""
    safe = np.where(bottom == 0, 1, bottom)
    quotient: Floats = np.where(bottom == 0, np.nan, (top / safe).astype(np.float64))
    return quotient
