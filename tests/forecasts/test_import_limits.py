"""What one person's files from elsewhere may take: memory, time, reports, and a record's length."""

import time
from dataclasses import replace

import pytest
from django.db import connection

from forecasts.importing.formats import FORMATS
from forecasts.importing.records import Reading
from forecasts.models import Forecaster, Import, ImportedForecast
from forecasts.refusals import Busy
from forecasts.services import bringing, imports
from tests import factories
from tests.factories import DAY, NOW

from .elsewhere import table
from .test_imports import ann, asked, carried_out, looked

__all__ = ["ann"]
pytestmark = pytest.mark.django_db


def test_of_many_reports_the_oldest_give_way(ann: Forecaster, monkeypatch: pytest.MonkeyPatch) -> None:
    """A report may be larger than the file, so that what one person fills must have an end."""
    monkeypatch.setattr(imports, "REPORTS", 2)
    rows = [carried_out(asked(ann, at=NOW + number * DAY / 100)) for number in range(4)]
    other = carried_out(asked(factories.forecaster("bob")))
    assert set(Import.objects.all()) == {*rows[1:], other}
    looked(ann)
    assert set(Import.objects.exclude(state="previewed")) == {*rows[2:], other}


def test_a_record_has_an_end(ann: Forecaster, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is scored whenever somebody looks at it."""
    monkeypatch.setattr(bringing, "MOST", 4)
    carried_out(asked(ann))
    more = asked(ann, table(2, 1))
    assert carried_out(more).state == "refused"
    assert Import.objects.get(pk=more.pk).faults == [
        "Your record from there has 3 estimates and would have 5; 4 are the most."
    ]
    assert ImportedForecast.objects.count() == 2
    assert carried_out(asked(ann)).state == "made"


@pytest.mark.django_db(transaction=True)
def test_reading_takes_longer_than_a_transaction_may_be_idle(ann: Forecaster, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(content: bytes, *, whose: str = "") -> Reading:
        time.sleep(0.5)
        return FORMATS["plain"].read(content, whose=whose)

    monkeypatch.setattr(imports, "FORMATS", {"plain": replace(FORMATS["plain"], read=slow)})
    with connection.cursor() as cursor:
        cursor.execute("SET idle_in_transaction_session_timeout = '200ms'")
    try:
        row = imports.look_again(import_id=looked(ann).pk, by=ann, whose="ann", at=NOW)
        imports.confirm(import_id=row.pk, by=ann, at=NOW)
        assert carried_out(row).state == "made"
    finally:
        connection.close()


def test_a_process_reads_one_file_at_a_time(ann: Forecaster, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small ZIP file may take most of a gigabyte while it is read."""
    monkeypatch.setattr(imports, "PATIENCE", 0.01)

    def busy(content: bytes, *, whose: str = "") -> Reading:
        with pytest.raises(Busy, match="Another file is being read") as refusal:
            looked(ann)
        assert refusal.value.status == 503
        return FORMATS["plain"].read(content, whose=whose)

    monkeypatch.setattr(imports, "FORMATS", {"plain": replace(FORMATS["plain"], read=busy)})
    looked(ann)
    monkeypatch.undo()
    looked(ann)
