"""Scoring what has resolved: one run per resolution and rules version, the same however often it is made."""

import datetime as dt
import logging
from collections.abc import Iterable, Iterator

from django.conf import settings
from django.db import connection, transaction

from forecasts.columns import estimate_columns
from forecasts.models import ANSWERED, Forecast, Resolution
from forecasts.services import crowds, sweeps
from tracker.models import Score, ScoringRun

from .reading import read, rows

log = logging.getLogger(__name__)

# Raise it with every change of what a score means; every resolution is then due again.
RULES = 1
SWEEP = "scores"


def score_resolution(*, resolution_id: int, at: dt.datetime) -> bool:
    """Score one resolution if it is in force and nobody is at it; return whether anything was written."""
    return _score_batch([resolution_id], at=at) > 0


def score_pending(*, at: dt.datetime) -> int:
    """Score everything in force that has no current run, in batches, and return how many runs were written."""
    waiting = pending()
    written = sum(count for _, count in score_each(waiting, at=at))
    # What could not be scored must be found again: then this look has left something undone.
    if not waiting or not set(waiting) & set(pending()):
        sweeps.looked(SWEEP, began_at=at)
    return written


def score_each(resolution_ids: list[int], *, at: dt.datetime) -> Iterator[tuple[int, int]]:
    """Score in batches, leaving what is current; after each, yield how many are done and how many runs it wrote."""
    for first in range(0, len(resolution_ids), settings.SCORE_BATCH):
        batch = resolution_ids[first : first + settings.SCORE_BATCH]
        try:
            count = _score_batch(batch, at=at)
        except Exception:
            log.exception("a batch of %d could not be scored; trying its resolutions one by one", len(batch))
            count = sum(_score_alone(id_, at=at) for id_ in batch)
        yield first + len(batch), count


def pending() -> list[int]:
    """Resolutions in force without a current run: never scored, by older rules or words, or before late estimates."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT f.resolution_id FROM forecasts_forecast f
            LEFT JOIN tracker_scoringrun run ON run.resolution_id = f.resolution_id AND run.rules = %(rules)s
                AND run.current
            WHERE f.resolution_id IS NOT NULL AND (run.id IS NULL OR run.wording_version <> f.version)
            UNION
            SELECT f.resolution_id
            FROM (SELECT DISTINCT forecast_id FROM forecasts_estimate WHERE recorded_at > %(since)s) recent
            JOIN forecasts_forecast f ON f.id = recent.forecast_id
            JOIN tracker_scoringrun run ON run.resolution_id = f.resolution_id AND run.rules = %(rules)s
                AND run.current
            WHERE run.n_estimates <> (SELECT count(*) FROM forecasts_estimate e WHERE e.forecast_id = f.id)
            ORDER BY 1
            """,
            {"rules": RULES, "since": sweeps.since(SWEEP)},
        )
        return [row[0] for row in cursor.fetchall()]


def _score_alone(resolution_id: int, *, at: dt.datetime) -> int:
    try:
        return _score_batch([resolution_id], at=at)
    except Exception:
        # It stays pending and is tried again at the next beat; the others must not wait for it.
        log.exception("resolution %d could not be scored", resolution_id)
        return 0


@transaction.atomic
def _score_batch(resolution_ids: Iterable[int], *, at: dt.datetime) -> int:
    """Score those that nobody else is scoring. The claim is a row lock: it dies with this transaction."""
    claimed = (
        Resolution.objects.filter(pk__in=list(resolution_ids))
        .order_by("pk")
        .select_for_update(skip_locked=True, no_key=True, of=("self",))
    )
    # The forecast is read after the claim, or a correction made in between would be scored by what it replaced.
    ids = [resolution.pk for resolution in claimed]
    in_force = Forecast.objects.filter(resolution__in=ids).select_related("resolution", "claim").order_by("pk")
    earlier = ScoringRun.objects.filter(resolution__in=ids, rules=RULES, current=True)
    runs = {run.resolution_id: run for run in earlier}
    made = [_run(forecast, runs.get(forecast.resolution_id or 0), at=at) for forecast in in_force]
    fresh = [pair for pair in made if pair is not None]
    # What they replace stays until the totals have taken it back.
    earlier.filter(resolution__in=[run.resolution_id for run, _ in fresh]).update(current=False)
    ScoringRun.objects.bulk_create([run for run, _ in fresh])
    for run, scores in fresh:
        for score in scores:
            score.run_id = run.pk
    Score.objects.bulk_create([score for _, scores in fresh for score in scores], batch_size=2000)
    return len(fresh)


def _run(forecast: Forecast, earlier: ScoringRun | None, *, at: dt.datetime) -> tuple[ScoringRun, list[Score]] | None:
    """The run that is due, with its rows; none where the earlier one was made from the same inputs."""
    resolution = forecast.resolution
    if resolution is None:
        return None
    if resolution.outcome in ANSWERED:
        # No estimate that counts is later than the decision, whatever this machine's clock says.
        crowds.refresh(forecast_id=forecast.pk, at=max(at, resolution.decided_at))
    inputs = read(forecast, resolution, estimate_columns(forecast.pk))
    if earlier is not None and earlier.digest == inputs.digest(RULES):
        # A new wording of the same question and times changes no score.
        ScoringRun.objects.filter(pk=earlier.pk).update(wording_version=forecast.version)
        return None
    scores = rows(inputs)
    run = ScoringRun(
        resolution=resolution,
        forecast=forecast,
        rules=RULES,
        digest=inputs.digest(RULES),
        wording_version=forecast.version,
        n_estimates=inputs.columns.size,
        n_scores=len(scores),
        read_at=at,
        finished_at=at,
    )
    return run, scores
