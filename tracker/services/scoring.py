"""Scoring what has resolved: one run per resolution and rules version, the same however often it is made."""

import datetime as dt
import logging
from collections.abc import Iterable, Iterator

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max

from forecasts.columns import columns_of, points_of
from forecasts.models import ANSWERED, Forecast, Resolution
from forecasts.services import crowds, sweeps
from tracker.models import Failure, ScoringRun

from . import progress
from .packing import store
from .reading import Inputs, read, rows

log = logging.getLogger(__name__)

# Raise it with every change of what a score means; every resolution is then due again.
RULES = 2
SWEEP = "scores"


def score_resolution(*, resolution_id: int, at: dt.datetime) -> bool:
    """Score one resolution if it is in force and nobody is at it; return whether anything was written."""
    return _score_batch([resolution_id], begun=None, at=at) > 0


def score_pending(*, at: dt.datetime) -> int:
    """Score everything in force that has no current run, in batches, and return how many runs were written."""
    waiting, written = pending(), 0
    for done, count in score_each(waiting, at=at):
        written += count
        progress.looked(waiting=waiting[done:])
    # What could not be scored must be found again: then this look has left something undone.
    undone = set(waiting).intersection(pending() if waiting else ())
    if not undone:
        sweeps.looked(SWEEP, began_at=at)
    progress.looked(waiting=sorted(undone))
    return written


def score_each(resolution_ids: list[int], *, at: dt.datetime) -> Iterator[tuple[int, int]]:
    """Score in batches, leaving what is current; after each, yield how many are done and how many runs it wrote.

    Several workers may do this at once, with the same list: each takes what no other has taken.
    """
    begun = ScoringRun.objects.aggregate(latest=Max("pk"))["latest"] or 0
    for first in range(0, len(resolution_ids), settings.SCORE_BATCH):
        batch = resolution_ids[first : first + settings.SCORE_BATCH]
        try:
            count = _score_batch(batch, begun=begun, at=at)
        except Exception:
            log.exception("a batch of %d could not be scored; trying its resolutions one by one", len(batch))
            count = sum(_score_alone(id_, begun=begun, at=at) for id_ in batch)
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


def _score_alone(resolution_id: int, *, begun: int, at: dt.datetime) -> int:
    try:
        return _score_batch([resolution_id], begun=begun, at=at)
    except Exception as error:
        # It stays pending and is tried again at the next beat; the others must not wait for it.
        log.exception("resolution %d could not be scored", resolution_id)
        progress.failed(Failure.Stage.SCORING, Resolution.objects.get(pk=resolution_id).forecast_id, error)
        return 0


@transaction.atomic
def _score_batch(resolution_ids: Iterable[int], *, begun: int | None, at: dt.datetime) -> int:
    """Score those that nobody else is scoring. The claim is a row lock: it dies with this transaction.

    A run later than `begun` is another worker's, who came before us.
    """
    claimed = (
        Resolution.objects.filter(pk__in=list(resolution_ids))
        .order_by("pk")
        .select_for_update(skip_locked=True, no_key=True, of=("self",))
    )
    ids = list(claimed.values_list("pk", flat=True))
    earlier = ScoringRun.objects.filter(resolution__in=ids, rules=RULES, current=True)
    runs = {run.resolution_id: run for run in earlier}
    if begun is not None:
        ids = [id_ for id_ in ids if id_ not in runs or runs[id_].pk <= begun]
    # The forecast is read after the claim, or a correction made in between would be scored by what it replaced.
    in_force = Forecast.objects.filter(resolution__in=ids).select_related("resolution", "claim").order_by("pk")
    fresh = [(inputs, rows(inputs)) for inputs in _due(_read(in_force, at=at), runs)]
    # What they replace stays until the totals have taken it back.
    earlier.filter(resolution__in=[inputs.resolution.pk for inputs, _ in fresh]).update(current=False)
    made = ScoringRun.objects.bulk_create([_run(inputs, len(mine), at=at) for inputs, mine in fresh])
    store((run.pk, mine) for run, (_, mine) in zip(made, fresh, strict=True))
    progress.succeeded(Failure.Stage.SCORING, [run.forecast_id for run in made])
    return len(fresh)


def _read(forecasts: Iterable[Forecast], *, at: dt.datetime) -> list[Inputs]:
    """What the scores of these depend on, their crowds brought up to it first."""
    resolved = [(forecast, forecast.resolution) for forecast in forecasts if forecast.resolution]
    columns = columns_of([forecast.pk for forecast, _ in resolved])
    # No estimate that counts is later than the decision, whatever this machine's clock says.
    until = {
        forecast.pk: max(at, resolution.decided_at)
        for forecast, resolution in resolved
        if resolution.outcome in ANSWERED
    }
    behind = crowds.behind({id_: columns[id_].size for id_ in until}, at=until)
    for id_ in behind:
        crowds.refresh(forecast_id=id_, at=until[id_])
    columns |= columns_of(behind)
    points = points_of(list(columns))
    return [read(forecast, resolution, columns[forecast.pk], points[forecast.pk]) for forecast, resolution in resolved]


def _due(read: list[Inputs], runs: dict[int, ScoringRun]) -> Iterator[Inputs]:
    """Those of which the earlier run, if there is one, was made from other inputs."""
    for inputs in read:
        earlier = runs.get(inputs.resolution.pk)
        if earlier is None or earlier.digest != inputs.digest(RULES):
            yield inputs
        elif earlier.wording_version != inputs.forecast.version:
            # A new wording of the same question and times changes no score.
            ScoringRun.objects.filter(pk=earlier.pk).update(wording_version=inputs.forecast.version)


def _run(inputs: Inputs, n_scores: int, *, at: dt.datetime) -> ScoringRun:
    return ScoringRun(
        resolution=inputs.resolution,
        forecast=inputs.forecast,
        rules=RULES,
        digest=inputs.digest(RULES),
        wording_version=inputs.forecast.version,
        n_estimates=inputs.columns.size,
        n_scores=n_scores,
        read_at=at,
        finished_at=at,
    )
