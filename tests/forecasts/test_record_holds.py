"""History cannot be rewritten: not by the ORM, not by SQL, not by whoever runs it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError, models, transaction

from forecasts.models import Citation, Estimate, Evidence, Forecast, Note, Rating, Resolution, Withholding, Wording
from forecasts.services import registering
from tests import factories
from tests.factories import DAY, NOW

from .record import Put, Record, both_ways, put_by_orm, put_by_sql, refused, run

pytestmark = pytest.mark.django_db

APPEND_ONLY: dict[str, tuple[str, Any]] = {
    "wording": ("criteria", "Yes, whatever happens."),
    "estimate": ("probability", 0.99),
    "citation": ("evidence_id", 1),
    "evidence": ("title", "Another count"),
    "rating": ("useful", False),
    "resolution": ("outcome", "no"),
    "note": ("text", "Counted once."),
    "withholding": ("reason", "Another."),
}
MODELS: dict[str, type[models.Model]] = {
    model._meta.model_name or "": model
    for model in (Wording, Estimate, Citation, Evidence, Rating, Resolution, Note, Withholding)
}
every_kind = pytest.mark.parametrize("kind", APPEND_ONLY)


@pytest.fixture
def unchanged(record: Record) -> Iterator[None]:
    """Every append-only row is afterwards what it was."""

    def rows() -> list[list[dict[str, Any]]]:
        return [list(model._default_manager.order_by("pk").values()) for model in MODELS.values()]

    before = rows()
    yield
    assert rows() == before


@every_kind
@pytest.mark.usefixtures("unchanged")
def test_the_orm_cannot_change_a_row(record: Record, kind: str) -> None:
    name, value = APPEND_ONLY[kind]
    row, rows = getattr(record, kind), MODELS[kind]._default_manager
    setattr(row, name, value)
    with refused(f"{kind} is append-only: UPDATE"):
        row.save()
    with refused(f"{kind} is append-only: UPDATE"):
        row.save(update_fields=[name])
    with refused(f"{kind} is append-only: UPDATE"):
        rows.filter(pk=row.pk).update(**{name: value})
    with refused(f"{kind} is append-only: UPDATE"):
        rows.bulk_update([row], [name.removesuffix("_id")])
    with refused(f"{kind} is append-only: UPDATE"):
        rows.bulk_create([row], update_conflicts=True, update_fields=[name], unique_fields=["id"])
    with refused(f"{kind} is append-only: UPDATE"):
        rows.update_or_create(pk=row.pk, defaults={name: value})


@every_kind
@pytest.mark.usefixtures("unchanged")
def test_the_orm_cannot_delete_a_row(record: Record, kind: str) -> None:
    row, rows = getattr(record, kind), MODELS[kind]._default_manager
    # What others refer to, Django refuses before it asks; asked past that, the database refuses.
    with refused("append-only: DELETE|protected foreign keys"):
        row.delete()
    with refused("append-only: DELETE|protected foreign keys"):
        rows.all().delete()
    with refused(f"{kind} is append-only: DELETE"):
        rows.filter(pk=row.pk)._raw_delete("default")


@every_kind
@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE {table} SET {column} = {column}",
        "UPDATE {table} SET id = id + 1000",
        "UPDATE ONLY {table} SET {column} = {column} WHERE id = {id}",
        "INSERT INTO {table} SELECT * FROM {table} ON CONFLICT (id) DO UPDATE SET {column} = EXCLUDED.{column}",
        "MERGE INTO {table} t USING {table} s ON t.id = s.id WHEN MATCHED THEN UPDATE SET {column} = s.{column}",
        "DELETE FROM {table}",
        "WITH gone AS (DELETE FROM {table} WHERE id = {id} RETURNING id) SELECT * FROM gone",
        "MERGE INTO {table} t USING {table} s ON t.id = s.id WHEN MATCHED THEN DELETE",
    ],
)
def test_sql_cannot_change_or_delete_a_row(record: Record, kind: str, sql: str) -> None:
    written = sql.format(table=f"forecasts_{kind}", column=APPEND_ONLY[kind][0], id=getattr(record, kind).pk)
    with refused(f"{kind} is append-only: (UPDATE|DELETE)"):
        run(written)


@pytest.mark.parametrize("kind", [*APPEND_ONLY, "forecast"])
@pytest.mark.parametrize("sql", ["TRUNCATE forecasts_{kind} CASCADE", "TRUNCATE forecasts_forecaster CASCADE"])
def test_no_table_can_be_emptied_at_once(kind: str, sql: str) -> None:
    run(f"ALTER TABLE forecasts_{kind} ENABLE TRIGGER refuse_truncate")
    with refused(f"{kind} is append-only: TRUNCATE"):
        run(sql.format(kind=kind))


def test_a_forecast_cannot_be_deleted(record: Record) -> None:
    lonely = factories.forecast()
    with refused("protected foreign keys"):
        lonely.delete()
    for forecast in (lonely, record.forecast, record.other):
        with refused("forecast is append-only: DELETE"):
            Forecast.objects.filter(pk=forecast.pk)._raw_delete("default")
        with refused("forecast is append-only: DELETE"):
            run("DELETE FROM forecasts_forecast WHERE id = %s", forecast.pk)
    assert Forecast.objects.count() == 3


@pytest.mark.usefixtures("unchanged")
def test_a_forecaster_with_estimates_cannot_be_deleted(record: Record) -> None:
    with refused("protected foreign keys"):
        record.by.delete()
    with refused("forecasts_estimate_forecaster_id"):
        run("SET CONSTRAINTS ALL IMMEDIATE")
        run("DELETE FROM forecasts_forecaster WHERE id = %s", record.by.pk)


@pytest.mark.parametrize(
    "change",
    [
        {"slug": "another"},
        {"condition_id": None, "condition_outcome": ""},
        {"condition_outcome": "no"},
        {"pair_id": None},
        {"id": 77},
    ],
)
def test_slug_condition_and_pair_are_set_at_creation(change: dict[str, Any]) -> None:
    condition = factories.forecast()
    pair = registering.make_pair(slug="pair", title="Both", condition=condition, by=factories.curator())
    branch = factories.forecast(condition=condition, condition_outcome="yes", pair=pair)
    with refused("are set at creation"):
        Forecast.objects.filter(pk=branch.pk).update(**change)
    with refused("are set at creation"):
        sets = ", ".join(f"{column} = %s" for column in change)
        run(f"UPDATE forecasts_forecast SET {sets} WHERE id = %s", *change.values(), branch.pk)


def test_a_condition_cannot_be_added_later(record: Record) -> None:
    record.other.condition, record.other.condition_outcome = record.forecast, "yes"
    with refused("are set at creation"):
        record.other.save()


def test_the_resolution_in_force_is_the_highest_revision_whatever_one_sets(record: Record) -> None:
    second = factories.resolution(record.other, "no", at=NOW + DAY, revision=1)
    strange = factories.resolution(record.forecast, "yes")
    for wrong in (record.resolution.pk, strange.pk, None):
        with refused("is its highest revision"):
            Forecast.objects.filter(pk=record.other.pk).update(resolution_id=wrong)
        with refused("is its highest revision"):
            run("UPDATE forecasts_forecast SET resolution_id = %s WHERE id = %s", wrong, record.other.pk)
    record.other.refresh_from_db()
    assert record.other.resolution == second


def test_a_stale_copy_of_a_forecast_cannot_bring_an_old_resolution_back(record: Record) -> None:
    stale = Forecast.objects.get(pk=record.other.pk)
    factories.resolution(record.other, "no", at=NOW + DAY, revision=1)
    with refused("is its highest revision"):
        stale.save()


DRIFTS: list[dict[str, Any]] = [
    {"question": "Will fewer than 3 things happen?"},
    {"version": 2},
    {"opens_at": NOW - 200 * DAY},
    {"closes_at": NOW + 101 * DAY},
    {"resolve_by": NOW + 500 * DAY},
    {"spot_at": NOW},
]


@pytest.mark.parametrize("drift", DRIFTS)
def test_the_copies_on_a_forecast_cannot_drift_from_its_wording(record: Record, drift: dict[str, Any]) -> None:
    with refused("question and times of its latest wording"):
        Forecast.objects.filter(pk=record.forecast.pk).update(**drift)
    with refused("question and times of its latest wording"):
        sets = ", ".join(f"{column} = %s" for column in drift)
        run(f"UPDATE forecasts_forecast SET {sets} WHERE id = %s", *drift.values(), record.forecast.pk)


def test_a_new_wording_must_reach_its_forecast(record: Record) -> None:
    reworded = {"question": "Will more than 4 things happen before 2028?", "version": 2, "reason": "Clearer."}
    with refused("question and times of its latest wording"):
        put_by_orm(record.wording, **reworded)
    with refused("question and times of its latest wording"):
        put_by_sql(record.wording, **reworded)


@both_ways
def test_a_forecast_must_have_a_wording(record: Record, put: Put) -> None:
    with refused("question and times of its latest wording"):
        put(record.forecast, slug="wordless")


@pytest.mark.django_db(transaction=True)
def test_a_commit_in_which_copies_and_wording_differ_is_refused() -> None:
    forecast = factories.forecast()
    with pytest.raises(IntegrityError, match="latest wording"), transaction.atomic():
        assert Forecast.objects.filter(pk=forecast.pk).update(question="Will fewer than 3 things happen?") == 1
    with pytest.raises(IntegrityError, match="latest wording"):
        run("UPDATE forecasts_forecast SET closes_at = closes_at + interval '1 day' WHERE id = %s", forecast.pk)
    forecast.refresh_from_db()
    wording = forecast.wordings.get()
    assert (forecast.question, forecast.closes_at) == (wording.question, wording.closes_at)
