"""What a score is made from: a schedule, the estimates of a forecast, and the steps of a reference row."""

from dataclasses import dataclass, field
from typing import Final, Self

import numpy as np
from numpy.typing import ArrayLike

from tracker.scoring.arrays import Floats, Integers, require_parallel

# Instants are whole microseconds since 1970-01-01 in UTC.
NEVER: Final = int(np.iinfo(np.int64).max)
LOWEST: Final = 0.0001
HIGHEST: Final = 0.9999


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a forecast is open, [opens_at, closes_at), and when its spot scores are taken.

    Raises ValueError unless it closes after it opens.

    >>> Schedule(opens_at=0, closes_at=10, reveal_at=4).spot_time
    4
    """

    opens_at: int
    closes_at: int
    spot_at: int | None = None
    reveal_at: int | None = None

    def __post_init__(self) -> None:
        if self.closes_at <= self.opens_at:
            raise ValueError("a forecast must close after it opens")

    @property
    def length(self) -> int:
        """Microseconds from opening to closing: the denominator that keeps scores proper when the answer is early."""
        return self.closes_at - self.opens_at

    @property
    def spot_time(self) -> int:
        """The scheduled spot time: spot_at, else reveal_at if that is after the opening, else the close.

        Never after the close, since nothing is asked there.
        """
        if self.spot_at is not None:
            return min(self.spot_at, self.closes_at)
        if self.reveal_at is not None and self.reveal_at > self.opens_at:
            return min(self.reveal_at, self.closes_at)
        return self.closes_at

    def accrual_end(self, known_at: int) -> int:
        """The end of what is scored: the close, or known_at if the answer came first."""
        return min(self.closes_at, known_at)

    def is_early(self, known_at: int) -> bool:
        """Whether the answer came before the scheduled spot time, or before the forecast had been open at all."""
        end = self.accrual_end(known_at)
        return end < self.spot_time or end <= self.opens_at


@dataclass(frozen=True, slots=True, eq=False)
class Estimates:
    """The estimates of one forecast as parallel arrays, in any order.

    forecaster and made_at are int64; probability is float64 in [0.0001, 0.9999], NaN for a withdrawal; expires_at is
    int64, NEVER where the estimate does not expire. An estimate holds from made_at up to the same forecaster's next row
    or its own expiry, whichever is first. by_forecaster are the places of the rows by forecaster, then made_at.

    Raises ValueError for shapes that differ, another probability, an expiry that is not after made_at, and two rows of
    one forecaster at one instant.

    >>> Estimates.of(forecaster=[7, 7], made_at=[0, 5], probability=[0.8, float("nan")]).expires_at == NEVER
    array([ True,  True])
    """

    forecaster: Integers
    made_at: Integers
    probability: Floats
    expires_at: Integers
    by_forecaster: Integers = field(init=False, repr=False)

    @classmethod
    def of(
        cls, forecaster: ArrayLike, made_at: ArrayLike, probability: ArrayLike, expires_at: ArrayLike | None = None
    ) -> Self:
        """Build from anything array-like; without expires_at nothing expires."""
        made = np.asarray(made_at, dtype=np.int64)
        expires = np.full(made.shape, NEVER) if expires_at is None else np.asarray(expires_at, dtype=np.int64)
        return cls(np.asarray(forecaster, dtype=np.int64), made, np.asarray(probability, dtype=np.float64), expires)

    def __post_init__(self) -> None:
        require_parallel(
            forecaster=self.forecaster,
            made_at=self.made_at,
            probability=self.probability,
            expires_at=self.expires_at,
        )
        _require_given(self.probability)
        if not np.all(self.expires_at > self.made_at):
            raise ValueError("an estimate must expire after it was made")
        order = np.lexsort((self.made_at, self.forecaster))
        object.__setattr__(self, "by_forecaster", order)
        if np.any((np.diff(self.forecaster[order]) == 0) & (np.diff(self.made_at[order]) == 0)):
            raise ValueError("a forecaster has at most one estimate at an instant")


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """A probability that is constant between instants: a crowd method, an author's translated hedge, always one half.

    at is int64 and increases; probability[i] holds on [at[i], at[i + 1]), the last one for ever; NaN is not standing.

    Raises ValueError for shapes that differ, instants that do not increase, or a probability outside [0.0001, 0.9999].

    >>> Steps.of(at=[0], probability=[0.5]).as_estimates().forecaster
    array([0])
    """

    at: Integers
    probability: Floats

    @classmethod
    def of(cls, at: ArrayLike, probability: ArrayLike) -> Self:
        """Build from anything array-like."""
        return cls(np.asarray(at, dtype=np.int64), np.asarray(probability, dtype=np.float64))

    def __post_init__(self) -> None:
        require_parallel(at=self.at, probability=self.probability)
        if not np.all(np.diff(self.at) > 0):
            raise ValueError("the instants of steps must increase")
        _require_given(self.probability)

    def as_estimates(self) -> Estimates:
        """Return the same as estimates of a single forecaster, numbered 0."""
        return Estimates.of(np.zeros_like(self.at), self.at, self.probability)


def _require_given(probability: Floats) -> None:
    # Written so that NaN passes: it compares as neither.
    if np.any((probability < LOWEST) | (probability > HIGHEST)):
        raise ValueError(f"a probability must lie in [{LOWEST}, {HIGHEST}], or be NaN for a withdrawal")
