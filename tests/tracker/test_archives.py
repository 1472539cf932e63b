"""Archives made by a job: whole, once, whatever becomes of messages and workers, and swept in the end."""

import datetime as dt
import hashlib
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, transaction

from forecasts.models import Estimate
from forecasts.refusals import NotAllowed
from tests import factories
from tests.factories import DAY, NOW
from tracker.models import Archive, ArchivePart
from tracker.queries.archives import QUIET, lately
from tracker.services import archives, archiving

SECOND = dt.timedelta(seconds=1)


def clock() -> dt.datetime:
    return NOW + DAY


def asked() -> Archive:
    return archives.ask(by=factories.forecaster(is_superuser=True), at=NOW)


def carried_out(row: Archive) -> Archive:
    assert archives.carry_out(archive_id=row.pk, clock=clock)
    return Archive.objects.get(pk=row.pk)


def packed(row: Archive) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(b"".join(archives.content(row))))


@pytest.mark.django_db(transaction=True)
def test_it_holds_what_the_command_writes_and_what_pages_hide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "PART", 700)
    forecast = factories.forecast("asked")
    factories.estimate(forecast, factories.forecaster("ann"), 0.3456)
    made = carried_out(asked())
    whole = b"".join(archives.content(made))
    assert (made.state, made.size, made.sha256) == ("made", len(whole), hashlib.sha256(whole).hexdigest())
    assert [len(part.content) for part in made.parts.order_by("number")[:2]] == [700, 700]
    assert (made.tries, made.n_files) == (1, len(archiving.FILES) - 1)
    archiving.export(tmp_path / "out", at=clock(), progress=lambda *_: None)
    with packed(made) as archive:
        assert archive.testzip() is None
        held = {name: archive.read(name) for name in archive.namelist()}
    assert held == {
        f"forecast-tracker-2027-06-02/{path.name}": path.read_bytes() for path in (tmp_path / "out").iterdir()
    }
    assert b"0.3456" in held["forecast-tracker-2027-06-02/estimates.csv"]


@pytest.mark.django_db(transaction=True)
def test_a_second_time_nothing_happens() -> None:
    made = carried_out(asked())
    assert not archives.carry_out(archive_id=made.pk, clock=clock)
    assert not archives.carry_out(archive_id=made.pk + 1, clock=clock)
    assert Archive.objects.get() == made
    assert asked() != made


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_make_it_once(monkeypatch: pytest.MonkeyPatch) -> None:
    row = asked()
    plain = archiving.pack

    def while_it_is_made(*args: Any, **kwargs: Any) -> None:
        (look,) = lately(1)
        assert (look.step, look.archive.tries) == ("making", 1)
        assert not archives.carry_out(archive_id=row.pk, clock=clock)
        plain(*args, **kwargs)

    monkeypatch.setattr(archiving, "pack", while_it_is_made)
    assert carried_out(row).tries == 1
    assert [look.step for look in lately(1)] == ["made"]


@pytest.mark.django_db(transaction=True)
def test_what_fails_is_tried_again_later_but_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    row = asked()

    def fails(into: archives.Parts, **_: object) -> None:
        into.write(bytes(archives.PART + 1))
        raise OperationalError("the disk is full")

    monkeypatch.setattr(archiving, "pack", fails)
    assert not archives.carry_out(archive_id=row.pk, clock=clock)
    row.refresh_from_db()
    assert (row.state, row.said) == ("waiting", "OperationalError: the disk is full")
    assert ArchivePart.objects.count() == 1
    for seconds, tries in ((59, 1), (60, 2), (100, 2), (300, 3), (540, 4)):
        archives.carry_out_waiting(clock=lambda seconds=seconds: clock() + seconds * SECOND)
        row.refresh_from_db()
        assert (row.tries, row.state) == (tries, "waiting" if tries <= archives.TRIES else "failed")
    assert not ArchivePart.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_a_dead_worker_left_is_begun_anew() -> None:
    row = asked()
    ArchivePart.objects.create(archive=row, number=0, content=b"half of it")
    Archive.objects.update(tries=1, told_at=NOW, n_files=3, n_rows=7)
    assert [(look.step, look.quiet(NOW + QUIET + SECOND)) for look in lately(1)] == [("waiting", True)]
    archives.carry_out_waiting(clock=clock)
    row.refresh_from_db()
    assert (row.state, row.tries) == ("made", 2)
    with packed(row) as archive:
        assert archive.testzip() is None


@pytest.mark.django_db(transaction=True)
def test_after_a_day_its_bytes_are_swept_and_that_it_was_made_stays() -> None:
    made = carried_out(asked())
    assert archives.sweep(at=clock() + archives.KEPT - SECOND) == 0
    assert archives.sweep(at=clock() + archives.KEPT) == 1
    made.refresh_from_db()
    assert (made.state, bool(made.size)) == ("gone", True)
    assert not ArchivePart.objects.exists()
    assert not Estimate.objects.exists()


@pytest.mark.django_db
def test_only_administrators_ask_and_while_one_waits_it_is_that_one(cast: factories.Cast) -> None:
    for nobody in (cast.ann, cast.curator, cast.resolver):
        with pytest.raises(NotAllowed):
            archives.ask(by=nobody, at=NOW)
    first = archives.ask(by=cast.admin, at=NOW)
    assert archives.ask(by=cast.admin, at=NOW + DAY) == first
    assert Archive.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changed", "constraint"),
    [
        ({"state": "lost", "ended_at": NOW}, "archive_says_what_it_came_to"),
        ({"ended_at": NOW}, "archive_ends_after_it_was_asked_for"),
        ({"state": "failed"}, "archive_ends_after_it_was_asked_for"),
        ({"state": "failed", "ended_at": NOW - DAY}, "archive_ends_after_it_was_asked_for"),
        ({"state": "made", "ended_at": NOW}, "archive_says_what_it_came_to"),
        ({"size": 3}, "archive_says_what_it_came_to"),
    ],
)
def test_an_archive_is_in_a_state_that_there_is(cast: factories.Cast, changed: dict[str, Any], constraint: str) -> None:
    row = archives.ask(by=cast.admin, at=NOW)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Archive.objects.filter(pk=row.pk).update(**changed)


@pytest.mark.django_db
def test_a_part_has_one_place_and_no_second_archive_waits(cast: factories.Cast) -> None:
    row = archives.ask(by=cast.admin, at=NOW)
    ArchivePart.objects.create(archive=row, number=0, content=b"a")
    with pytest.raises(IntegrityError, match="archive_part_once"), transaction.atomic():
        ArchivePart.objects.create(archive=row, number=0, content=b"b")
    with pytest.raises(IntegrityError, match="archive_waits_alone"), transaction.atomic():
        Archive.objects.create(by=cast.admin, asked_at=NOW)
