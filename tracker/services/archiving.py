"""Archives with scores: written along on the way out, made anew on the way in."""

import datetime as dt
from pathlib import Path

from forecasts.archive.files import RECORD
from forecasts.archive.kinds import MEASURE, TEXT
from forecasts.archive.tables import Column, Table
from forecasts.archive.writing import Progress, Sink, Written, write, write_zip
from forecasts.services.archiving import Listener, Report, import_archive
from tracker.scoring.scores import MEASURES

from . import folding, scoring

COLUMNS = tuple(Column(name, MEASURE) for name in (*MEASURES, "coverage"))

# What counts: rows of the current run, by the rules in force, of the resolution in force.
SCORES = Table(
    name="scores",
    key=("forecast", "forecaster"),
    columns=(Column("forecast", TEXT), Column("forecaster", TEXT), *COLUMNS),
    query="""
        SELECT f.slug AS forecast, u.username AS forecaster, s.brier, s.log_score, s.baseline, s.peer,
               s.spot_baseline, s.spot_peer, s.coverage, s.forecast_id, s.forecaster_id
        FROM tracker_score s
        JOIN tracker_scoringrun run ON run.id = s.run_id AND run.current
        JOIN forecasts_forecast f ON f.id = s.forecast_id AND f.resolution_id = run.resolution_id
        JOIN forecasts_forecaster u ON u.id = s.forecaster_id
        WHERE s.owner = 'forecaster' AND run.rules = (SELECT max(rules) FROM tracker_scoringrun)""",
    order="forecast_id, forecaster_id",
)
CROWD_SCORES = Table(
    name="crowd_scores",
    key=("forecast", "method"),
    columns=(Column("forecast", TEXT), Column("method", TEXT), *COLUMNS),
    query="""
        SELECT f.slug AS forecast, s.method, s.brier, s.log_score, s.baseline, s.peer, s.spot_baseline, s.spot_peer,
               s.coverage, s.forecast_id
        FROM tracker_score s
        JOIN tracker_scoringrun run ON run.id = s.run_id AND run.current
        JOIN forecasts_forecast f ON f.id = s.forecast_id AND f.resolution_id = run.resolution_id
        WHERE s.owner = 'crowd' AND run.rules = (SELECT max(rules) FROM tracker_scoringrun)""",
    order='forecast_id, method COLLATE "C"',
)

FILES = (*RECORD, SCORES, CROWD_SCORES)


def export(folder: Path, *, at: dt.datetime, progress: Progress) -> dict[str, Written]:
    """Write the whole record and its scores to a folder that is empty or not there yet."""
    return write(folder, FILES, at=at, progress=progress)


def pack(into: Sink, *, at: dt.datetime, progress: Progress) -> None:
    """The same as a ZIP of that folder, written from its beginning to its end."""
    write_zip(into, FILES, folder=f"forecast-tracker-{at:%Y-%m-%d}", at=at, progress=progress)


def bring(
    folder: Path, *, by: str, at: dt.datetime, listener: Listener, skip_bad: bool = False, score: bool = False
) -> Report:
    """Import an archive and, if asked to, score whatever then waits for it and bring the totals up to that."""
    report = import_archive(folder, by=by, at=at, listener=listener, skip_bad=skip_bad)
    if score:
        for done, _ in scoring.score_each(scoring.pending(), at=at):
            listener.progress("resolutions scored", done)
        folding.fold(at=at)
    return report
