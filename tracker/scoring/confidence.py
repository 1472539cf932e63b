"""A confidence sequence for the mean of differences: intervals that hold at every time at once."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammainc, gammaln

from tracker.scoring.arrays import Floats, require_parallel

ALPHA: Final = 0.05
# Differences lie in [-1, 1], which is 2 wide; the boundary is tightest at this much accumulated variance.
WIDTH: Final = 2.0
TUNED_AT: Final = 10.0

_RHO: Final = TUNED_AT / (2 * math.log(1 / ALPHA) + math.log1p(2 * math.log(1 / ALPHA)))
_R: Final = _RHO / WIDTH**2
_START: Final = _R * math.log(_R) - _R - math.lgamma(_R) - math.log(float(gammainc(_R, _R)))
_STEPS: Final = 60


@dataclass(frozen=True, slots=True, eq=False)
class Sequence:
    """After each round: the mean so far, and the ends of its interval, which lie in [-1, 1]."""

    mean: Floats
    low: Floats
    high: Floats


def confidence_sequence(difference: ArrayLike) -> Sequence:
    """Return the running mean of round differences with 95% intervals that hold at all times together.

    What is covered, with probability at least 0.95 at every round at once, is the mean so far of the differences
    expected given all earlier rounds: nothing is said of coming rounds, and nothing is assumed of how rounds depend on
    each other. mean -+ u(V_t) / t, with V_t = max(1, sum (d_i - mean before i)^2), the first centre being 0. The mean
    that is covered moves, so earlier intervals do not narrow later ones. One row for each round, [-1, 1].

    Raises ValueError for differences outside [-1, 1].

    Source: Choe and Ramdas, "Comparing sequential forecasters", Operations Research 72(4), 2024, 1368-1387: its
    empirical Bernstein sequence with the mixture boundary and the constants of its authors' code.

    >>> path = confidence_sequence([-0.1] * 100)
    >>> path.mean[-1].round(3), path.low[-1].round(3), path.high[-1].round(3)
    (np.float64(-0.1), np.float64(-0.201), np.float64(0.001))
    """
    d = np.asarray(difference, dtype=np.float64)
    require_parallel(difference=d)
    if not np.all(np.abs(d) <= 1):
        raise ValueError("a difference of Brier scores lies in [-1, 1]")
    number = np.arange(1, d.size + 1)
    mean = np.cumsum(d) / number
    before = np.append(0.0, mean)[:-1]
    radius = boundary(np.maximum(1.0, np.cumsum((d - before) ** 2))) / number
    return Sequence(mean, np.maximum(mean - radius, -1.0), np.minimum(mean + radius, 1.0))


def boundary(variance: ArrayLike) -> Floats:
    """Return u(v), which a sum of differences less what was expected crosses, at any time, with probability 0.025.

    u solves m(u, v) = 2 / alpha with alpha = 0.05, c = 2 and v_opt = 10: with rho = v_opt / (2 ln(1/alpha) +
    ln(1 + 2 ln(1/alpha))), r = rho / c^2, k = (v + rho) / c^2, z = (c u + v + rho) / c^2 and P the regularised lower
    incomplete gamma function, m = r^r Gamma(k) P(k, z) exp((c u + v) / c^2) / (Gamma(r) P(r, r) z^k). v is an array of
    any shape, finite and not below 0, tried up to 1e12; u is above 0 and grows with v.

    Source: the gamma-exponential mixture of Howard, Ramdas, McAuliffe and Sekhon, "Time-uniform, nonparametric,
    nonasymptotic confidence sequences", Annals of Statistics 49(2), 2021, 1055-1080.

    >>> boundary([1.0, 10.0, 100.0]).round(4)
    array([10.0863, 17.1946, 42.3217])
    """
    v = np.asarray(variance, dtype=np.float64)
    if not np.all(np.isfinite(v) & (v >= 0)):
        raise ValueError("a variance is finite and not below 0")
    k = (v + _RHO) / WIDTH**2
    target = math.log(2 / ALPHA)
    # Newton's method. ln m, of a mixture of exponentials in u, is convex and increasing: a step from below lands above
    # the root, and from there each lands between the root and the one before.
    x = np.sqrt(2 * k * (target + np.log1p(v / _RHO))) + target
    for _ in range(_STEPS):
        value, slope = _log_mixture(x, k)
        step = (value - target) / slope
        x = x - step
        if np.all(np.abs(step) <= 1e-9 * x):
            break
    return WIDTH * x


def _log_mixture(x: Floats, k: Floats) -> tuple[Floats, Floats]:
    """Return ln m at x = u / c, and its slope. Large terms are cancelled on paper: a large v costs no digits."""
    z = k + x
    below = gammainc(k, z)
    exponent = _stirling(k) + x - k * np.log1p(x / k)
    density = np.exp(-exponent) / z
    return _START + exponent + np.log(below), x / z + density / below


def _stirling(k: Floats) -> Floats:
    """Return ln Gamma(k) - k ln k + k, by its series where the difference would lose digits."""
    large = np.maximum(k, 100.0)
    series = 0.5 * np.log(2 * np.pi / large) + 1 / (12 * large) - 1 / (360 * large**3)
    return np.where(k > 100, series, gammaln(k) - k * np.log(k) + k)


def half_width(number: ArrayLike, deviation: float) -> Floats:
    """Return about how wide, each way, the interval is after so many rounds whose differences deviate so much.

    u(max(1, t s^2)) / t for t rounds of standard deviation s; 1 at most, since a mean difference lies in [-1, 1].

    >>> half_width([25, 100, 300, 1000], 0.25).round(2)
    array([0.43, 0.15, 0.07, 0.03])
    """
    t = np.asarray(number, dtype=np.float64)
    return np.minimum(1.0, boundary(np.maximum(1.0, t * deviation**2)) / t)
