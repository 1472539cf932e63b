"""A record with a row of every kind, and ways of writing to it that go past the services."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction

from forecasts.models import (
    Citation,
    Estimate,
    Evidence,
    Forecast,
    Forecaster,
    Note,
    Rating,
    Resolution,
    Withholding,
    Wording,
)
from forecasts.services import evidencing, noting
from tests import factories
from tests.factories import NOW

NUMBERS = ("NaN", "Infinity", "-Infinity")
_free_id = count(1_000_000)


@dataclass
class Record:
    """An open forecast with everything that hangs on one, and another that is resolved."""

    by: Forecaster
    forecast: Forecast
    wording: Wording
    evidence: Evidence
    estimate: Estimate
    citation: Citation
    rating: Rating
    note: Note
    withholding: Withholding
    other: Forecast
    resolution: Resolution

    @classmethod
    def filled(cls) -> "Record":
        by = factories.forecaster()
        forecast, other = factories.forecast(), factories.forecast()
        evidence = evidencing.add(forecast=forecast, by=by, at=NOW, title="A count", direction="raises")
        estimate = factories.estimate(forecast, by, 0.7, evidence=[evidence.pk])
        note = noting.write(forecast=forecast, by=by, at=NOW, text="Counted twice.", estimate=estimate.pk)
        return cls(
            by=by,
            forecast=forecast,
            wording=forecast.wordings.get(),
            evidence=evidence,
            estimate=estimate,
            citation=estimate.citations.get(),
            rating=evidencing.rate(evidence=evidence, by=by, at=NOW, useful=True),
            note=note,
            withholding=noting.withhold(note=note, by=by, at=NOW),
            other=other,
            resolution=factories.resolution(other, "yes"),
        )


def run(sql: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def put_by_sql(row: models.Model, **changes: Any) -> None:
    """Insert a copy of a stored row, with changes by column, in SQL alone."""
    table = row._meta.db_table
    changes = {"id": next(_free_id)} | changes
    run(
        f"INSERT INTO {table} SELECT (jsonb_populate_record(t, to_jsonb(t) || %s)).* FROM {table} t WHERE id = %s",
        json.dumps(changes, default=str),
        row.pk,
    )


def put_by_orm(row: models.Model, **changes: Any) -> None:
    """The same through the ORM."""
    copy = type(row)._default_manager.get(pk=row.pk)
    copy.pk = None
    changes = {name: float(value) if value in NUMBERS else value for name, value in changes.items()}
    for name, value in changes.items():
        setattr(copy, name, value)
    copy.save(force_insert=True)


Put = Callable[..., None]


def both_ways(test: Callable[..., None]) -> Any:
    return pytest.mark.parametrize("put", [put_by_orm, put_by_sql])(test)


@contextmanager
def refused(match: str) -> Iterator[None]:
    """What is within is refused by the database, in these words, and leaves the test's transaction usable."""
    with pytest.raises(IntegrityError, match=match), transaction.atomic():  # noqa: PT012  the caller's, and its commit
        yield
        # What is only looked at on commit is looked at now.
        run("SET CONSTRAINTS ALL IMMEDIATE")
    run("SET CONSTRAINTS ALL DEFERRED")
