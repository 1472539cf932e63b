"""From the record of one forecast to its score rows: what is read, and what it is turned into."""

import hashlib
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from django.db import connection

from forecasts.columns import Columns, Points
from forecasts.crowd import METHODS
from forecasts.instants import microseconds
from forecasts.models import ANSWERED, Forecast, Outcome, Resolution
from tracker.models import Owner
from tracker.scoring.beside import crowd_brier
from tracker.scoring.record import HIGHEST, LOWEST, Estimates, Schedule, Steps
from tracker.scoring.scores import MEASURES, Scores, score_beside

NULL = r"\N"
COLUMNS = (
    *("run_id", "forecast_id", "owner", "forecaster_id", "method"),
    *(*MEASURES, "coverage", "contested", "crowd_brier", "attainable", "spot_early"),
    *("cells", "shares", "final_cell"),
)


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
        schedule=Schedule(
            opens_at=microseconds(forecast.opens_at),
            closes_at=microseconds(forecast.closes_at),
            spot_at=microseconds(forecast.spot_at) if forecast.spot_at else None,
            reveal_at=microseconds(forecast.reveal_at) if forecast.reveal_at else None,
        ),
        columns=columns,
        crowd=crowd,
        hedge=hedge,
    )


@dataclass(frozen=True, eq=False)
class Rows:
    """The scores of one forecast, and whose each of them is."""

    forecast: int
    owners: list[tuple[Owner, int | None, str]]
    parts: tuple[Scores, ...]
    crowd_brier: list[float]

    def __len__(self) -> int:
        return len(self.owners)

    def lines(self, run: int) -> Iterator[str]:
        """A line of COPY's text format for each, in the order of COLUMNS."""
        beside = self.crowd_brier, [math.nan] * (len(self) - len(self.crowd_brier))
        scores = (cells for part, crowd in zip(self.parts, beside, strict=False) for cells in _texts(part, crowd))
        for (owner, forecaster, method), texts in zip(self.owners, scores, strict=True):
            yield f"{run}\t{self.forecast}\t{owner}\t{NULL if forecaster is None else forecaster}\t{method}\t{texts}\n"


def rows(inputs: Inputs) -> Rows:
    """Everyone who stood, the crowd by each method, the author's translated hedge, and always one half."""
    if inputs.resolution.outcome not in ANSWERED:
        return Rows(inputs.forecast.pk, [], (), [])
    columns, beside = inputs.columns, _references(inputs)
    estimates = Estimates(columns.forecaster, columns.made_at, columns.probability, columns.expires_at)
    rule, known_at, yes = inputs.schedule, inputs.known_at, inputs.resolution.outcome == Outcome.YES
    everyones = [steps for _, _, steps in beside]
    people, references = score_beside(estimates, everyones, rule, known_at, outcome=yes)
    # The first reference is the crowd that pages show.
    crowd = crowd_brier(everyones[0], estimates, rule, known_at, outcome=yes)
    scored = np.isin(np.unique(estimates.forecaster), people.forecaster)
    owners: list[tuple[Owner, int | None, str]] = [(Owner.FORECASTER, id_, "") for id_ in people.forecaster.tolist()]
    owners += [(beside[place][0], None, beside[place][1]) for place in references.forecaster.tolist()]
    return Rows(inputs.forecast.pk, owners, (people, references), crowd[scored].tolist())


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


def _texts(scores: Scores, crowd: list[float]) -> Iterator[str]:
    """What COPY reads of each row after whose it is, column by column first: a number costs more than its place."""
    columns = [getattr(scores, name).tolist() for name in (*MEASURES, "coverage", "contested")]
    measures = [[NULL if math.isnan(value) else repr(value) for value in column] for column in [*columns, crowd]]
    shares = scores.shares
    cells, weights = (list(map(str, column.tolist())) for column in (shares.cells, shares.weights))
    same = f"{scores.attainable!r}\t{scores.spot_early}"
    for row, (first, last, final) in enumerate(
        zip(shares.offsets[:-1].tolist(), shares.offsets[1:].tolist(), shares.final.tolist(), strict=True)
    ):
        held = f"{{{','.join(cells[first:last])}}}\t{{{','.join(weights[first:last])}}}\t{final or NULL}"
        yield "\t".join([column[row] for column in measures] + [same, held])


def write(made: Iterable[tuple[int, Rows]]) -> None:
    """Store the rows of runs, by run, in one COPY."""
    statement = f"COPY tracker_score ({', '.join(COLUMNS)}) FROM STDIN"
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement) as copy:
        for run, mine in made:
            copy.write("".join(mine.lines(run)))
