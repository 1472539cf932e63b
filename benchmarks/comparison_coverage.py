"""Whether a comparison's intervals hold at every time at once, and tell two forecasters apart; by simulation."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from benchmarks.measuring import Row
from tracker.scoring.comparison import rounds
from tracker.scoring.confidence import confidence_sequence

Floats = NDArray[np.float64]
SEED: Final = 20_270_601
RUNS: Final = 2000
CLAIMS: Final = 300
DUPLICATES: Final = 10
# Where a mean difference is looked for, and where nobody could call an interval from so few rounds an honest one.
LAST_ROUND: Final = 1000
FIRST_LOOK: Final = 5


@dataclass(frozen=True)
class Simulated:
    """Differences, and what was expected of each given all earlier claims: runs by claims by forecasts of a claim."""

    difference: Floats
    expected: Floats


def _differences(first: Floats, second: Floats, chance: Floats, yes: NDArray[np.bool_]) -> Simulated:
    """(first - yes)^2 - (second - yes)^2 and its expectation, where yes comes with that chance."""
    gap, both = first - second, first + second
    return Simulated(gap * (both - 2 * yes), gap * (both - 2 * chance))


def _said(rng: np.random.Generator, chance: Floats, noise: float) -> Floats:
    return np.clip(chance + rng.normal(0, noise, chance.shape), 0.0001, 0.9999)


def alike(rng: np.random.Generator, runs: int) -> Simulated:
    """Two who are as good as each other, one forecast to a claim."""
    chance = rng.uniform(0.05, 0.95, (runs, CLAIMS, 1))
    return _differences(
        _said(rng, chance, 0.2), _said(rng, chance, 0.2), chance, rng.uniform(size=chance.shape) < chance
    )


def rare(rng: np.random.Generator, runs: int) -> Simulated:
    """Seldom yes, so that the differences are small but for a few large ones: one who says 1%, one who says 15%."""
    chance = rng.beta(1, 25, (runs, CLAIMS, 1))
    yes = rng.uniform(size=chance.shape) < chance
    return _differences(np.full(chance.shape, 0.01), np.full(chance.shape, 0.15), chance, yes)


def stung(rng: np.random.Generator, runs: int) -> Simulated:
    """One who overreacts to the last answer, so that what is expected of a round depends on the rounds before."""
    chance = rng.uniform(0.05, 0.95, (runs, CLAIMS, 1))
    yes = rng.uniform(size=chance.shape) < chance
    last = np.concatenate([np.full((runs, 1, 1), 0.5), yes[:, :-1]], axis=1)
    return _differences(np.clip(0.5 * chance + 0.5 * last, 0.0001, 0.9999), _said(rng, chance, 0.2), chance, yes)


def opposite(rng: np.random.Generator, runs: int) -> Simulated:
    """Two who are always sure of opposite things, while chances are even: differences as large as they can be."""
    chance = np.full((runs, CLAIMS, 1), 0.5)
    yes = rng.uniform(size=chance.shape) < chance
    return _differences(np.full(chance.shape, 0.9999), np.full(chance.shape, 0.0001), chance, yes)


def repeated(rng: np.random.Generator, runs: int) -> Simulated:
    """Claims asked in ten near-duplicates that nearly always come out as one."""
    claim = rng.uniform(0.05, 0.95, (runs, CLAIMS, 1))
    first, second = _said(rng, claim, 0.2), _said(rng, claim, 0.2)
    chance = np.repeat(claim, DUPLICATES, axis=2)
    together = rng.uniform(size=claim.shape) < claim
    apart = rng.uniform(size=chance.shape) < chance
    yes = np.where(rng.uniform(size=chance.shape) < 0.95, together, apart)
    spread = 0.02
    return _differences(
        _said(rng, np.repeat(first, DUPLICATES, axis=2), spread),
        _said(rng, np.repeat(second, DUPLICATES, axis=2), spread),
        chance,
        yes,
    )


def apart(rng: np.random.Generator, runs: int) -> Simulated:
    """Chances are even; one says 76.5% and the other 51.5%: a mean difference of 0.07 with a deviation of 0.25."""
    chance = np.full((runs, LAST_ROUND, 1), 0.5)
    yes = rng.uniform(size=chance.shape) < chance
    return _differences(np.full(chance.shape, 0.765), np.full(chance.shape, 0.515), chance, yes)


Simulate = Callable[[np.random.Generator, int], Simulated]
Measure = Callable[[Simulated], float]
Interval = Callable[[Floats], tuple[Floats, Floats]]


def anytime(difference: Floats) -> tuple[Floats, Floats]:
    path = confidence_sequence(difference)
    return path.low, path.high


def fixed_time(difference: Floats) -> tuple[Floats, Floats]:
    """Student's 95% interval for a number of rounds fixed beforehand, looked at after every round from the fifth on."""
    number = np.arange(1, difference.size + 1)
    mean = np.cumsum(difference) / number
    spread = np.cumsum(difference**2) - number * mean**2
    with np.errstate(invalid="ignore", divide="ignore"):
        half = student.ppf(0.975, number - 1) * np.sqrt(np.maximum(spread, 0) / (number - 1) / number)
    half[: FIRST_LOOK - 1] = np.inf
    return mean - half, mean + half


def _by_claim(simulated: Simulated) -> Iterator[tuple[Floats, Floats]]:
    """Yield each run's rounds, one to a claim, and what was expected of them."""
    _, claims, forecasts = simulated.difference.shape
    claim = np.repeat(np.arange(claims), forecasts)
    for difference, expected in zip(simulated.difference, simulated.expected, strict=True):
        yield rounds(difference.ravel(), claim, claim).difference, expected.mean(axis=1)


def _by_forecast(simulated: Simulated) -> Iterator[tuple[Floats, Floats]]:
    """Yield each run's forecasts as if each were a round of its own."""
    for difference, expected in zip(simulated.difference, simulated.expected, strict=True):
        yield difference.ravel(), expected.ravel()


def _ever_outside(runs: Iterator[tuple[Floats, Floats]], interval: Interval) -> float:
    """The share of runs in which the running mean of what was expected lies outside the interval at any time."""
    missed = []
    for difference, expected in runs:
        low, high = interval(difference)
        mean = np.cumsum(expected) / np.arange(1, expected.size + 1)
        missed.append(bool(np.any((mean < low) | (mean > high))))
    return float(np.mean(missed))


def outside_by_claim(simulated: Simulated) -> float:
    return _ever_outside(_by_claim(simulated), anytime)


def outside_by_forecast(simulated: Simulated) -> float:
    return _ever_outside(_by_forecast(simulated), anytime)


def outside_at_a_fixed_time(simulated: Simulated) -> float:
    return _ever_outside(_by_claim(simulated), fixed_time)


def told_apart(simulated: Simulated) -> float:
    """The share of runs in which 0 lies below the interval at the last round or before."""
    return float(np.mean([bool(np.any(anytime(difference)[0] > 0)) for difference, _ in _by_claim(simulated)]))


ERRS: Final = 0.05
# The last two must fail the test that the first five pass, or it would be no test.
SETTINGS: Final[tuple[tuple[str, Simulate, Measure, float | None, float | None], ...]] = (
    ("ever outside: two alike", alike, outside_by_claim, None, ERRS),
    ("ever outside: seldom yes", rare, outside_by_claim, None, ERRS),
    ("ever outside: one overreacts", stung, outside_by_claim, None, ERRS),
    ("ever outside: sure of opposite things", opposite, outside_by_claim, None, ERRS),
    ("ever outside: ten near-duplicates to a claim", repeated, outside_by_claim, None, ERRS),
    ("told apart: 0.07, deviation 0.25, 1,000 rounds", apart, told_apart, 0.95, None),
    ("wrong: near-duplicates taken for rounds", repeated, outside_by_forecast, 2 * ERRS, None),
    ("wrong: fixed-time intervals looked at daily", alike, outside_at_a_fixed_time, 2 * ERRS, None),
)


def rows(scale: float) -> Iterator[Row]:
    """Yield every setting, each from a stream of its own of the seed: the share of runs."""
    streams = np.random.default_rng(SEED).spawn(len(SETTINGS))
    for stream, (setting, simulate, measure, at_least, at_most) in zip(streams, SETTINGS, strict=True):
        yield Row(setting, measure(simulate(stream, max(1, round(RUNS * scale)))), "of runs", at_least, at_most)


if __name__ == "__main__":
    for row in rows(1.0):
        print(f"{row.setting:48} {row.figure:7.2%}   {row.goal:14} {row.verdict}", flush=True)
