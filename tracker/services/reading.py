"""From the record of one forecast to its score rows: what is read, and what it is turned into."""

import hashlib
from dataclasses import dataclass

import numpy as np

from forecasts.columns import Columns, Points
from forecasts.crowd import METHODS
from forecasts.instants import microseconds
from forecasts.models import ANSWERED, Forecast, Outcome, Resolution
from tracker.models import Owner
from tracker.scoring.beside import crowd_brier
from tracker.scoring.record import HIGHEST, LOWEST, Estimates, Schedule, Steps
from tracker.scoring.scores import score_beside

from .packing import Part, Rows


@dataclass(frozen=True)
class Inputs:
    """Everything that the scores of a resolution depend on."""

    forecast: Forecast
    resolution: Resolution
    known_at: int
    schedule: Schedule
    columns: Columns
    crowd: Points
    hedge: float | None

    def digest(self, rules: int) -> str:
        """SHA-256 of rules, outcome, times and estimates, the estimates in an order of their own."""
        named = (rules, self.resolution.outcome, self.known_at, self.schedule, self.hedge)
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


def read(forecast: Forecast, resolution: Resolution, columns: Columns, crowd: Points) -> Inputs:
    hedge = min(max(sum(forecast.hedge) / 2, LOWEST), HIGHEST) if forecast.hedge else None
    return Inputs(
        forecast=forecast,
        resolution=resolution,
        known_at=microseconds(resolution.known_at),
        schedule=schedule_of(forecast),
        columns=columns,
        crowd=crowd,
        hedge=hedge,
    )


def schedule_of(forecast: Forecast) -> Schedule:
    return Schedule(
        opens_at=microseconds(forecast.opens_at),
        closes_at=microseconds(forecast.closes_at),
        spot_at=microseconds(forecast.spot_at) if forecast.spot_at else None,
        reveal_at=microseconds(forecast.reveal_at) if forecast.reveal_at else None,
    )


def rows(inputs: Inputs) -> Rows:
    """Everyone who stood, the crowd by each method, the author's translated hedge, and always one half."""
    if inputs.resolution.outcome not in ANSWERED:
        return Rows(inputs.forecast.pk, ())
    columns, beside = inputs.columns, _references(inputs)
    estimates = Estimates(columns.forecaster, columns.made_at, columns.probability, columns.expires_at)
    rule, known_at, yes = inputs.schedule, inputs.known_at, inputs.resolution.outcome == Outcome.YES
    everyones = [steps for _, _, steps in beside]
    people, references = score_beside(estimates, everyones, rule, known_at, outcome=yes)
    # The first reference is the crowd that pages show.
    crowd = crowd_brier(everyones[0], estimates, rule, known_at, outcome=yes)
    scored = np.isin(np.unique(estimates.forecaster), people.forecaster)
    names = [(owner, method, None) for owner, method, _ in beside]
    return Rows(
        inputs.forecast.pk,
        (
            Part([(Owner.FORECASTER, "", id_) for id_ in people.forecaster.tolist()], people, crowd[scored]),
            Part(
                [names[place] for place in references.forecaster.tolist()],
                references,
                np.full(references.forecaster.size, np.nan),
            ),
        ),
    )


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
