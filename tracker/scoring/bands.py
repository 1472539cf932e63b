"""Where the reliability curve of a calibrated forecaster would lie, and how large its miscalibration would look."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.optimize import isotonic_regression

from tracker.scoring.arrays import Floats, Integers, sums
from tracker.scoring.shares import GRID
from tracker.scoring.tally import Tally

DRAWS: Final = 999
POINTS: Final = 200
LEVEL: Final = 0.95
SEED: Final = 20_210_223
# How many probabilities may be drawn in all where they are not grouped, so that the time does not depend on the size.
_AT_MOST: Final = 600_000


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """[low, high] at each probability, ascending, for the recalibrated value there; both within [0, 1].

    Pointwise: a calibrated forecaster's curve leaves it at a given probability in at most one case of twenty, so
    somewhere it often does. miscalibration is the 95% quantile of the miscalibration (MCB) of a calibrated forecaster.
    """

    probability: Floats
    low: Floats
    high: Floats
    miscalibration: float

    def at(self, probability: Floats) -> tuple[Floats, Floats]:
        """Return the ends of the band at any probabilities, interpolated.

        >>> Band(np.array([0.2, 0.4]), np.array([0.0, 0.2]), np.array([0.4, 0.6]), 0.1).at(np.array([0.3]))
        (array([0.1]), array([0.5]))
        """
        return np.interp(probability, self.probability, self.low), np.interp(probability, self.probability, self.high)


@dataclass(frozen=True, slots=True, eq=False)
class _Draws:
    """Samples of calibrated forecasts: of draw d, `count` fell on a point and a share `frequency` of them came out yes.

    Flat and parallel, ascending by draw and point; `fitted` is the isotonic regression of each draw.
    """

    draw: Integers
    point: Integers
    count: Floats
    frequency: Floats
    fitted: Floats


def consistency_band(
    tally: Tally, size: float, *, draws: int = DRAWS, points: int = POINTS, level: float = LEVEL, seed: int = SEED
) -> Band:
    """Return the consistency band around the diagonal and the quantile of miscalibration, by resampling.

    Each draw takes `size` probabilities (the effective number of forecasts, `Clusters.size`, rounded) from the weights
    of the tally, an outcome for each with just that probability, and fits isotonic regression, which is interpolated
    between the probabilities drawn. Pointwise quantiles over the draws make the band, moved where need be to hold the
    diagonal. Revisions and other people's answers spread a forecast's weight over several probabilities, while a draw
    puts it on one: the band is then too wide, never too narrow.

    The time does not depend on the size. The band is given at up to `points` probabilities of about equal weight, and
    where sizes are large it is drawn from them too. The quantile is not, since it would come out up to a half too low:
    it is drawn from all probabilities, in fewer draws, of which each tells more.
    Raises ValueError where size is below 1/2. Source: Dimitriadis, Gneiting and Jordan, PNAS 2021.

    >>> band = consistency_band(Tally.of([0.5], [1]), 100)
    >>> band.low.round(1), band.high.round(1), round(band.miscalibration, 2)
    (array([0.4]), array([0.6]), 0.01)
    """
    if size < 0.5:
        raise ValueError("a band needs at least one forecast")
    forecasts, rng = max(1, round(size)), np.random.default_rng(seed)
    p, weight = _support(tally, GRID)
    at, grouped = _support(tally, points)
    few = p.size <= points
    affordable = draws if few else min(draws, _AT_MOST // min(forecasts, p.size))
    drawn = _resample(p, weight, forecasts, affordable, rng)
    if affordable == draws:
        curves = _curves(drawn, p, at)
    else:
        curves = _curves(_resample(at, grouped, forecasts, draws, rng), at, at)
    # Of 999 draws the 950th: one more, somebody calibrated, is above it in just 5% (the (n + 1) q-th of n).
    low, high = np.quantile(curves, [(1 - level) / 2, (1 + level) / 2], axis=0, method="weibull")
    miscalibration = np.quantile(_miscalibration(drawn, p), level, method="weibull")
    return Band(at, np.minimum(low, at), np.maximum(high, at), float(miscalibration))


def _support(tally: Tally, points: int) -> tuple[Floats, Floats]:
    """Return at most `points` probabilities with their shares of the weight; exactly those said, where they are few."""
    if tally.probability.size <= points:
        return tally.probability, tally.weight / tally.total
    middle = np.cumsum(tally.weight) - tally.weight / 2
    group = np.minimum((middle / tally.total * points).astype(np.int64), points - 1)
    first = np.flatnonzero(np.diff(group, prepend=-1))
    weight = np.add.reduceat(tally.weight, first)
    return np.add.reduceat(tally.weight * tally.probability, first) / weight, weight / tally.total


def _resample(p: Floats, weight: Floats, size: int, draws: int, rng: np.random.Generator) -> _Draws:
    """Draw and fit, all draws in one call: each is lifted above the one before, so that no block joins two of them.

    Probabilities are taken at equal steps of the weight from a random start, not one by one at random: nobody says the
    same twice for having been drawn twice, which would pool two outcomes and make miscalibration look smaller.
    """
    draw, point, count, yes = (_one_by_one if size < 2 * p.size else _by_counts)(p, weight, size, draws, rng)
    frequency, lift = yes / count, 2.0 * draw
    fitted = isotonic_regression(frequency + lift, weights=count).x - lift
    return _Draws(draw, point, count, frequency, fitted)


def _one_by_one(
    p: Floats, weight: Floats, size: int, draws: int, rng: np.random.Generator
) -> tuple[Integers, Integers, Floats, Floats]:
    """Return draw, point, count and yes, landing one by one: quicker where most points get none or one."""
    at = (np.arange(size) + rng.random((draws, 1))) / size
    landed = np.searchsorted(np.cumsum(weight)[:-1], at, side="right")
    key = (landed + p.size * np.arange(draws)[:, None]).ravel()
    first = np.flatnonzero(np.diff(key, prepend=-1))
    yes = np.add.reduceat((rng.random(key.size) < p[landed].ravel()).astype(np.float64), first)
    draw, point = np.divmod(key[first], p.size)
    return draw, point, np.diff(first, append=key.size).astype(np.float64), yes


def _by_counts(
    p: Floats, weight: Floats, size: int, draws: int, rng: np.random.Generator
) -> tuple[Integers, Integers, Floats, Floats]:
    """Return the same from the counts themselves, however large."""
    reached = np.append(np.cumsum(weight)[:-1], 1.0) * size
    everywhere = np.diff(np.floor(reached + rng.random((draws, 1))), prepend=0.0, axis=1)
    draw, point = np.nonzero(everywhere)
    count = everywhere[draw, point]
    return draw, point, count, rng.binomial(count.astype(np.int64), p[point]).astype(np.float64)


def _miscalibration(drawn: _Draws, p: Floats) -> Floats:
    """Return the MCB of each draw: by how much its own recalibration beats it."""
    gain = (drawn.frequency - p[drawn.point]) ** 2 - (drawn.frequency - drawn.fitted) ** 2
    draws = int(drawn.draw[-1]) + 1
    mean: Floats = sums(drawn.draw, drawn.count * gain, draws) / sums(drawn.draw, drawn.count, draws)
    return mean


def _curves(drawn: _Draws, p: Floats, at: Floats) -> Floats:
    """Return each draw's curve (draws, points), linear between the points that it has, and level beyond them."""
    first = np.flatnonzero(np.diff(drawn.draw, prepend=-1))
    last = np.append(first[1:], drawn.draw.size) - 1
    said, lift = p[drawn.point], 2.0 * np.arange(first.size)[:, None]
    asked = np.clip(at, said[first][:, None], said[last][:, None])
    return np.interp((asked + lift).ravel(), said + 2.0 * drawn.draw, drawn.fitted).reshape(asked.shape)
