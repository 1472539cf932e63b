"""The record as parallel arrays, for many forecasts in one query each: estimates, and the points of their crowds.

PostgreSQL packs what belongs to a forecast into one value, each column as it would send it, eight bytes wide, and an
array is laid over it: no Python object is made per row.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from forecasts.crowd import METHODS, NEVER
from forecasts.instants import microseconds

# PostgreSQL sends instants as microseconds since 2000, and infinity as the highest number there is, which is NEVER.
_EPOCH: Final = microseconds(dt.datetime(2000, 1, 1, tzinfo=dt.UTC))


@dataclass(frozen=True, eq=False)
class Columns:
    """Ids, instants in microseconds, probabilities with NaN for a withdrawal, expiries with NEVER for none."""

    forecaster: NDArray[np.int64]
    made_at: NDArray[np.int64]
    probability: NDArray[np.float64]
    expires_at: NDArray[np.int64]

    @property
    def size(self) -> int:
        return self.made_at.size

    def where(self, taken: NDArray[np.bool_]) -> Self:
        return type(self)(*(column[taken] for column in vars(self).values()))


@dataclass(frozen=True, eq=False)
class Points:
    """The stored points of a crowd: instants, and a column of probabilities per method, NaN while nobody stands."""

    at: NDArray[np.int64]
    values: NDArray[np.float64]


def estimate_columns(forecast_id: int) -> Columns:
    return columns_of([forecast_id])[forecast_id]


def columns_of(forecast_ids: Sequence[int]) -> dict[int, Columns]:
    """The estimates of each of these forecasts, in no order; read by the covering index alone."""
    expressions = {
        "forecaster": "int8send(forecaster_id)",
        "made_at": "timestamptz_send(made_at)",
        "probability": "float8send(coalesce(probability, 'NaN'))",
        "expires_at": "timestamptz_send(coalesce(expires_at, 'infinity'))",
    }
    packed = _packed("forecasts_estimate", expressions, forecast_ids)
    return {
        forecast_id: Columns(
            forecaster=_whole(rows["forecaster"]),
            made_at=_instants(rows["made_at"]),
            probability=_broken(rows["probability"]),
            expires_at=_instants(rows["expires_at"]),
        )
        for forecast_id, rows in packed.items()
    }


def imported_columns_of(forecast_ids: Sequence[int]) -> Columns:
    """The estimates that were brought along on each of these imported forecasts, in no order.

    In the place of the forecaster stands the number of the forecast among those given, from 0.
    """
    expressions = {
        "made_at": "timestamptz_send(made_at)",
        "probability": "float8send(coalesce(probability, 'NaN'))",
    }
    if not forecast_ids:
        nothing = np.zeros(0, dtype=np.int64)
        return Columns(nothing, nothing, nothing.astype(np.float64), nothing)
    packed = _packed("forecasts_importedestimate", expressions, forecast_ids)
    sizes = [packed[forecast_id].size for forecast_id in forecast_ids]
    rows = np.concatenate([packed[forecast_id] for forecast_id in forecast_ids])
    number = np.repeat(np.arange(len(forecast_ids)), sizes)
    return Columns(number, _instants(rows["made_at"]), _broken(rows["probability"]), np.full(rows.size, NEVER))


def points_of(forecast_ids: Sequence[int]) -> dict[int, Points]:
    """The points of the crowd of each of these forecasts, by time."""
    expressions = {"at": "timestamptz_send(at)"} | {
        method: f"float8send(coalesce({method}, 'NaN'))" for method in METHODS
    }
    made = {}
    for forecast_id, rows in _packed("forecasts_crowdpoint", expressions, forecast_ids).items():
        ordered = rows[np.argsort(rows["at"])]
        values = np.array([_broken(ordered[method]) for method in METHODS]).T
        made[forecast_id] = Points(_instants(ordered["at"]), values)
    return made


def _packed(table: str, expressions: dict[str, str], forecast_ids: Sequence[int]) -> dict[int, NDArray[np.void]]:
    """A structured array for each of the forecasts, of the eight bytes that each column was sent in."""
    sent = np.dtype([(name, ">i8") for name in expressions])
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT forecast_id, string_agg({' || '.join(expressions.values())}, ''::bytea) FROM {table}"  # noqa: S608  # both are written above
            " WHERE forecast_id = ANY(%s) GROUP BY forecast_id",
            [list(forecast_ids)],
        )
        found = dict(cursor.fetchall())
    return {forecast_id: np.frombuffer(found.get(forecast_id, b""), dtype=sent) for forecast_id in forecast_ids}


def _whole(sent: NDArray[np.int64]) -> NDArray[np.int64]:
    return sent.astype(np.int64)


def _broken(sent: NDArray[np.int64]) -> NDArray[np.float64]:
    return _whole(sent).view(np.float64)


def _instants(sent: NDArray[np.int64]) -> NDArray[np.int64]:
    count = _whole(sent)
    return np.where(count == NEVER, NEVER, count + _EPOCH)
