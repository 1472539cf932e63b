"""Putting what somebody brought along from elsewhere beside the record: what is new is added, nothing is changed."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import islice, starmap
from typing import Any, Final

from django.db import transaction

from forecasts.importing.records import BroughtForecast, Reading
from forecasts.importing.reports import Report
from forecasts.models import Forecaster, ImportedEstimate, ImportedForecast, ImportedOutcome, ImportedRecord
from forecasts.refusals import Invalid

from .sifting import CHUNK, FACTS, Additions, Known, sifted

# Questions of which a preview says more.
FIRST: Final = 8
# Estimates of one record: all of them are read whenever somebody looks at it.
MOST: Final = 500_000
LONGEST_REMARK: Final = 500


def preview(reading: Reading, *, owner: Forecaster, origin: str, at: dt.datetime) -> Report:
    """What `bring` would do, without doing it."""
    record = ImportedRecord.objects.filter(owner=owner, origin=origin).first()
    report = Report.of(reading)
    for n, (additions, known) in enumerate(sifted(reading, record, at, report)):
        if len(report.first) < FIRST:
            part = reading.forecasts[n * CHUNK : (n + 1) * CHUNK]
            report.first += starmap(_shown, islice(_as_taken(part, additions, known), FIRST - len(report.first)))
    return report


@transaction.atomic
def bring(
    reading: Reading, *, owner: Forecaster, origin: str, at: dt.datetime, tell: Callable[[int], None] = lambda _: None
) -> Report:
    """Add what is new, one file at a time for each record. The same file again adds nothing."""
    report = Report.of(reading)
    if not reading.forecasts:
        return report
    ImportedRecord.objects.get_or_create(owner=owner, origin=origin, defaults={"begun_at": at})
    record = ImportedRecord.objects.select_for_update(no_key=True).get(owner=owner, origin=origin)
    for done, (additions, known) in enumerate(sifted(reading, record, at, report), start=1):
        _put(additions, known, record, at)
        tell(min(done * CHUNK, len(reading.forecasts)))
    _refuse_too_many(record, report)
    if not record.forecasts.exists():
        record.delete()
    return report


def _refuse_too_many(record: ImportedRecord, report: Report) -> None:
    """What has been put is taken back with it."""
    n = ImportedEstimate.objects.filter(forecast__record=record).count()
    if n > MOST:
        raise Invalid(
            f"Your record from there has {n - report.new.estimates:,} estimates and would have {n:,}; {MOST:,} are "
            "the most.",
            field="file",
        )


def _put(additions: Additions, known: Known, record: ImportedRecord, at: dt.datetime) -> None:
    made = ImportedForecast.objects.bulk_create(
        ImportedForecast(
            record=record,
            key=each.key,
            remark=each.remark[:LONGEST_REMARK],
            brought_at=at,
            **{name: getattr(each, name) for name in FACTS},
        )
        for each in additions.forecasts
    )
    ids = {row.key: row.pk for row in (*made, *known.forecasts.values())}
    ImportedEstimate.objects.bulk_create(
        (
            ImportedEstimate(
                forecast_id=ids[key],
                made_at=each.made_at,
                probability=each.probability,
                rationale=each.rationale,
                remark=each.remark[:LONGEST_REMARK],
                brought_at=at,
            )
            for key, each in additions.estimates
        ),
        batch_size=2000,
    )
    ImportedOutcome.objects.bulk_create(
        ImportedOutcome(forecast_id=ids[key], revision=revision, outcome=outcome, known_at=known_at, brought_at=at)
        for key, revision, outcome, known_at in additions.outcomes
    )


def _as_taken(
    part: Iterable[BroughtForecast], additions: Additions, known: Known
) -> Iterator[tuple[BroughtForecast, str]]:
    """The questions that are taken or here, without what of each is left out, and their outcomes."""
    keys = known.forecasts.keys() | {each.key for each in additions.forecasts}
    moments = known.estimates.keys() | {(key, each.made_at) for key, each in additions.estimates}
    outcomes = {key: row.outcome for key, row in known.outcomes.items()}
    outcomes |= {key: outcome for key, _, outcome, _ in additions.outcomes}
    for each in part:
        if each.key in keys:
            estimates = tuple(said for said in each.estimates if (each.key, said.made_at) in moments)
            yield replace(each, estimates=estimates), outcomes.get(each.key, "")


def _shown(brought: BroughtForecast, outcome: str) -> dict[str, Any]:
    """A question for somebody to recognise."""
    last = brought.estimates[-1] if brought.estimates else None
    return {
        "question": brought.question[:300],
        "place": brought.place,
        "n_estimates": len(brought.estimates),
        "last": last and last.probability,
        "last_at": last and last.made_at.isoformat(),
        "outcome": outcome,
    }
