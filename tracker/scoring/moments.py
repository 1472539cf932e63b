"""Sums over the forecasts of each row of a board: all that its scores and their intervals are made from."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tracker.scoring.arrays import Flags, Floats, Integers, require_parallel, sums
from tracker.scoring.shares import WHOLE

# Scores are kept in whole numbers of a billionth.
BILLIONTH: Final = 1_000_000_000


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
        deviation = a - quotient(total_a, n)[where]
        residual = a - quotient(total_a, total_c)[where] * c
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
    return quotient(squares, (c * BILLIONTH) ** 2), quotient(cubes, (c * BILLIONTH) ** 3)


def quotient(top: Any, bottom: Any) -> Floats:
    """Return top / bottom, NaN where bottom is 0; whole numbers of any size are divided as such and rounded once.

    >>> quotient(np.array([10**40, 1], dtype=object), np.array([4 * 10**40, 0], dtype=object))
    array([0.25,  nan])
    """
    safe = np.where(bottom == 0, 1, bottom)
    divided: Floats = np.where(bottom == 0, np.nan, (top / safe).astype(np.float64))
    return divided
