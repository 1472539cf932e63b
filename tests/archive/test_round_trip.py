"""Out and in again without loss: whatever the record holds, a second export has the same bytes."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forecasts.models import Forecast, Forecaster
from forecasts.services.archiving import import_archive
from tests.archive.conftest import Heard
from tests.archive.records import END, records
from tests.factories import DAY, NOW
from tracker.rehearsal.staging import rehearse
from tracker.services import archiving, scoring

pytestmark = pytest.mark.django_db


@contextmanager
def undone() -> Iterator[None]:
    """What is done within is gone afterwards, so that the database is empty again."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def export(folder: Path) -> dict[str, bytes]:
    """Every file; of the manifest all but its time."""
    archiving.export(folder, at=NOW, progress=lambda *_: None)
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    manifest = json.loads(files.pop("manifest.json"))
    assert manifest.pop("exported_at") == "2027-06-01T12:00:00Z"
    return files | {"manifest.json": json.dumps(manifest).encode()}


def assert_same(before: dict[str, bytes], after: dict[str, bytes]) -> None:
    assert set(before) == set(after)
    for name, text in before.items():
        assert text.decode() == after[name].decode(), name


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_record_comes_back_byte_for_byte(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as place:
        first, second, third = (Path(place, name) for name in ("first", "second", "third"))
        with undone():
            data.draw(records())
            before = export(first)
        assert not Forecaster.objects.exists()
        with undone():
            heard = Heard()
            report = import_archive(first, by="nobody", at=END + 10 * DAY, listener=heard)
            assert not heard.refusals
            assert_same(before, export(second))
            again = import_archive(first, by="nobody", at=END + 11 * DAY, listener=heard)
            assert (again.brought, again.known) == ({}, report.brought)
            assert_same(before, export(third))


def test_a_rehearsal_comes_back_with_its_scores_to_the_last_bit(tmp_path: Path) -> None:
    with undone():
        rehearse(seed=5, forecasts=4, at=NOW)
        scoring.score_pending(at=NOW)
        before = export(tmp_path / "first")
    assert not Forecast.objects.exists()
    archiving.bring(tmp_path / "first", by="nobody", at=NOW, listener=Heard(), score=True)
    assert_same(before, export(tmp_path / "second"))
    assert Forecaster.objects.filter(simulated=True).count() > 3
    assert not Forecast.objects.filter(simulated=False).exists()
