"""Where scores and their intervals stand on a bar."""

import math
from dataclasses import dataclass

from tracker.queries.measures import Measure
from tracker.queries.rows import Row

# What somebody scores who always says one half, by the moments that a measure is made of; 0 where it is not here.
PAR = {"brier": 0.25, "log_score": math.log(2)}


@dataclass(frozen=True)
class Scale:
    """The values between which every bar is drawn; what lies outside is drawn at its end."""

    least: float
    most: float

    @classmethod
    def holding(cls, *values: float | None) -> "Scale":
        """From the least to the most of them; a scale of no width is widened."""
        seen = [value for value in values if value is not None]
        least, most = min(seen), max(seen)
        return cls(least, most if most > least else least + 1)

    def place(self, value: float | None) -> float | None:
        """Where a value stands, 0 to 1.

        >>> [Scale(-10, 30).place(value) for value in (0, 99, None)]
        [0.25, 1.0, None]
        """
        return None if value is None else min(max((value - self.least) / (self.most - self.least), 0.0), 1.0)


@dataclass(frozen=True)
class Drawn:
    """A row, and where its score and the ends of its interval stand on the bar."""

    row: Row
    place: float | None
    low: float | None
    high: float | None


def drawn(scale: Scale, rows: list[Row]) -> list[Drawn]:
    """Rows on a bar that they share."""
    return [Drawn(row, scale.place(row.score), scale.place(row.low), scale.place(row.high)) for row in rows]


@dataclass(frozen=True)
class Alone:
    """A score by one measure on a bar of its own, where par is what always one half or equality scores."""

    measure: Measure
    drawn: Drawn
    par: float | None

    @property
    def row(self) -> Row:
        return self.drawn.row

    @property
    def signed(self) -> bool:
        return self.measure.better == "higher"


def alone(measure: Measure, row: Row) -> Alone:
    par = PAR.get(measure.of, 0.0)
    far = max(abs(value - par) for value in (row.low, row.score, row.high, par) if value is not None) or 1.0
    scale = Scale(par - far, par + far)
    return Alone(measure, drawn(scale, [row])[0], scale.place(par))
