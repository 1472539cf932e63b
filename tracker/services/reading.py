"""From the record of one forecast to its score rows: what is read, and what it is turned into."""

import hashlib
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecasts.columns import Columns
from forecasts.crowd import METHODS
from forecasts.instants import microseconds
from forecasts.models import ANSWERED, CrowdPoint, Forecast, Outcome, Resolution
from tracker.models import Owner, Score
from tracker.scoring.record import HIGHEST, LOWEST, Estimates, Schedule, Steps
from tracker.scoring.scores import Scores, score, score_reference

MEASURES = ("brier", "log_score", "baseline", "peer", "spot_baseline", "spot_peer")


@dataclass(frozen=True, eq=False)
class Points:
    """The stored points of a crowd: instants, and a column of probabilities per method, NaN while nobody stands."""

    at: NDArray[np.int64]
    values: NDArray[np.float64]


def _points(forecast: Forecast) -> Points:
    rows = list(CrowdPoint.objects.filter(forecast=forecast).order_by("at").values_list("at", *METHODS))
    values = np.array([row[1:] for row in rows], dtype=np.float64).reshape(-1, len(METHODS))
    return Points(np.array([microseconds(row[0]) for row in rows], dtype=np.int64), values)


@dataclass(frozen=True)
class Inputs:
    """Everything that the scores of a resolution depend on."""

    forecast: Forecast
    outcome: str
    known_at: int
    schedule: Schedule
    columns: Columns
    crowd: Points
    hedge: float | None

    def digest(self, rules: int) -> str:
        """SHA-256 of rules, outcome, times and estimates, the estimates in an order of their own."""
        named = (rules, self.outcome, self.known_at, self.schedule, self.hedge)
        order = np.lexsort((self.columns.made_at, self.columns.forecaster))
        digest = hashlib.sha256(repr(named).encode())
        for column in (
            self.columns.forecaster,
            self.columns.made_at,
            self.columns.probability,
            self.columns.expires_at,
        ):
            digest.update(column[order].tobytes())
        counting = self.crowd.at < self.known_at
        digest.update(self.crowd.at[counting].tobytes() + self.crowd.values[counting].tobytes())
        return digest.hexdigest()


def read(forecast: Forecast, resolution: Resolution, columns: Columns) -> Inputs:
    hedge = min(max(sum(forecast.hedge) / 2, LOWEST), HIGHEST) if forecast.hedge else None
    return Inputs(
        forecast=forecast,
        outcome=resolution.outcome,
        known_at=microseconds(resolution.known_at),
        schedule=Schedule(
            opens_at=microseconds(forecast.opens_at),
            closes_at=microseconds(forecast.closes_at),
            spot_at=microseconds(forecast.spot_at) if forecast.spot_at else None,
            reveal_at=microseconds(forecast.reveal_at) if forecast.reveal_at else None,
        ),
        columns=columns,
        crowd=_points(forecast),
        hedge=hedge,
    )


def rows(inputs: Inputs) -> list[Score]:
    """Everyone who stood, the crowd by each method, the author's translated hedge, and always one half."""
    if inputs.outcome not in ANSWERED:
        return []
    columns, yes = inputs.columns, inputs.outcome == Outcome.YES
    estimates = Estimates(columns.forecaster, columns.made_at, columns.probability, columns.expires_at)
    people = score(estimates, inputs.schedule, inputs.known_at, outcome=yes)
    made = _rows(inputs.forecast, people, Owner.FORECASTER)
    for owner, method, steps in _references(inputs):
        scores = score_reference(steps, estimates, inputs.schedule, inputs.known_at, outcome=yes)
        made += _rows(inputs.forecast, scores, owner, method)
    return made


def _references(inputs: Inputs) -> list[tuple[Owner, str, Steps]]:
    crowds = [
        (Owner.CROWD, method, Steps(inputs.crowd.at, inputs.crowd.values[:, place]))
        for place, method in enumerate(METHODS)
    ]
    opening = [inputs.schedule.opens_at]
    constants = [(Owner.CONSTANT, "one_half", Steps.of(opening, [0.5]))]
    if inputs.hedge is not None:
        constants.append((Owner.AUTHOR, "hedge_midpoint", Steps.of(opening, [inputs.hedge])))
    return crowds + constants


def _rows(forecast: Forecast, scores: Scores, owner: Owner, method: str = "") -> list[Score]:
    columns = {name: getattr(scores, name).tolist() for name in (*MEASURES, "coverage", "contested")}
    final = scores.shares.final.tolist()
    made = []
    for row, forecaster in enumerate(scores.forecaster.tolist()):
        cells, shares = scores.shares.of(row)
        made.append(
            Score(
                forecast_id=forecast.pk,
                owner=owner,
                forecaster_id=forecaster if owner == Owner.FORECASTER else None,
                method=method,
                attainable=scores.attainable,
                spot_early=scores.spot_early,
                cells=cells.tolist(),
                shares=shares.tolist(),
                final_cell=final[row] or None,
                **{name: None if math.isnan(column[row]) else column[row] for name, column in columns.items()},
            )
        )
    return made
