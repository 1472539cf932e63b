"""Files from elsewhere: looked at, confirmed, brought by a job, once, whatever becomes of messages and workers."""

import json
from dataclasses import replace
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from forecasts import tasks
from forecasts.importing.formats import FORMATS
from forecasts.importing.people import chosen
from forecasts.importing.records import Reading
from forecasts.models import Forecaster, Import, ImportedForecast, ImportedRecord, ImportProgress
from forecasts.refusals import Conflict, Invalid, NotAllowed
from forecasts.services import accounts, bringing, carrying, imported, imports
from tests import factories
from tests.factories import DAY, NOW

from .elsewhere import FILE, estimate, question, reading, table
from .test_at_once import at_once, meanwhile

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann(db: None) -> Forecaster:
    return factories.forecaster("ann")


def clock() -> Any:
    return NOW + DAY


def looked(by: Forecaster, content: str | bytes = FILE, **given: Any) -> Import:
    content = content if isinstance(content, bytes) else content.encode()
    return imports.look(**{"by": by, "origin": "plain", "content": content, "file_name": "mine.csv", "at": NOW} | given)


def asked(by: Forecaster, content: str | bytes = FILE, *, shows: bool | None = None, **given: Any) -> Import:
    return imports.confirm(import_id=looked(by, content, **given).pk, by=by, shows=shows, at=NOW)


def carried_out(row: Import) -> Import:
    assert imports.carry_out(import_id=row.pk, clock=clock)
    return Import.objects.get(pk=row.pk)


def test_a_file_is_looked_at_then_confirmed_then_brought(ann: Forecaster) -> None:
    row = looked(ann)
    assert (row.state, row.file_name, row.size, row.n_estimates) == ("previewed", "mine.csv", len(FILE), 3)
    assert row.report is not None
    assert row.report["new"] == {"forecasts": 2, "estimates": 3, "outcomes": 1}
    assert [each["place"] for each in row.report["not_taken"]] == ["line 5"]
    assert not imports.carry_out(import_id=row.pk, clock=clock)
    assert imports.confirm(import_id=row.pk, by=ann, at=NOW).state == "waiting"
    assert not ImportedForecast.objects.exists()
    made = carried_out(row)
    assert (made.state, made.ended_at, made.faults, bytes(made.content)) == ("made", clock(), [], b"")
    assert made.report is not None
    assert made.report | {"first": row.report["first"]} == row.report
    assert ImportedForecast.objects.count() == 2


def test_only_a_large_one_is_announced_to_a_worker(
    ann: Forecaster, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    """A small one is brought by whoever confirms it, and a worker that is quicker would have them wait."""
    with django_capture_on_commit_callbacks() as announced:
        small = asked(ann)
    assert announced == []
    carried_out(small)
    monkeypatch.setattr(imports, "AT_ONCE", 2)
    with django_capture_on_commit_callbacks() as announced:
        asked(ann)
    assert len(announced) == 1


def test_a_second_time_nothing_happens(ann: Forecaster) -> None:
    row = asked(ann)
    carried_out(row)
    assert not imports.carry_out(import_id=row.pk, clock=clock)
    assert imports.confirm(import_id=row.pk, by=ann, at=NOW).state == "made"
    again = carried_out(asked(ann))
    assert again.report is not None
    assert again.report["here"] == {"forecasts": 2, "estimates": 3, "outcomes": 1}


def test_it_is_shown_to_others_only_when_its_owner_says_so(ann: Forecaster) -> None:
    carried_out(asked(ann))
    assert not ImportedRecord.objects.get().is_public
    carried_out(asked(ann, shows=True))
    assert ImportedRecord.objects.get().is_public
    carried_out(asked(ann))
    assert ImportedRecord.objects.get().is_public
    assert imported.show(owner=ann, origin="plain", is_public=False)
    assert not ImportedRecord.objects.get().is_public
    assert not imported.show(owner=ann, origin="fatebook", is_public=True)


def test_a_dry_run_keeps_nothing(ann: Forecaster) -> None:
    row = imports.foresee(by=ann, origin="plain", content=FILE.encode(), at=NOW)
    assert row.report is not None
    assert row.report["new"]["estimates"] == 3
    assert not Import.objects.exists()
    assert not ImportedRecord.objects.exists()


def several(content: bytes, *, whose: str = "") -> Reading:
    mine = (question("q1", estimate(days=-500)),) if chosen(("Ada", "Grace"), whose) else ()
    return reading(*mine, names=("Ada", "Grace"))


def test_of_several_people_somebody_says_whose_record_it_is(ann: Forecaster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "FORMATS", {"plain": replace(FORMATS["plain"], read=several)})
    row = looked(ann)
    with pytest.raises(Invalid, match="names several people") as refusal:
        imports.confirm(import_id=row.pk, by=ann, at=NOW)
    assert refusal.value.field == "whose"
    assert carried_out(asked(ann, whose="Ada")).state == "made"


def test_a_name_may_be_written_in_small_letters(ann: Forecaster) -> None:
    document = {"predictions": [{"id": 1, "description": "Rain?", "responses": [answer("Ada"), answer("Bo")]}]}
    row = asked(ann, json.dumps(document), origin="predictionbook", whose="ada")
    assert carried_out(row).state == "made"
    with pytest.raises(Invalid, match=r"no estimates by “Alan”; it has those of “Ada”, “Bo”") as refusal:
        looked(ann, json.dumps(document), origin="predictionbook", whose="Alan")
    assert refusal.value.field == "whose"


def answer(name: str) -> dict[str, object]:
    return {"user_label": name, "confidence": 70, "created_at": "2026-01-01T12:00:00Z"}


UNREADABLE = [
    (b"", "The file is empty"),
    (b"a,b\n1,2\n", "question"),
    (b"x" * 301, "The file has 301 bytes; at most 300"),
    (table(3, 1), "The file has 3 estimates; at most 2"),
]


@pytest.mark.parametrize(("content", "said"), UNREADABLE)
def test_what_cannot_be_read_is_refused_at_once(
    ann: Forecaster, monkeypatch: pytest.MonkeyPatch, content: bytes, said: str
) -> None:
    monkeypatch.setattr(imports, "LARGEST", 300)
    monkeypatch.setattr(imports, "MOST", 2)
    with pytest.raises(Invalid, match=said) as refusal:
        looked(ann, content)
    assert refusal.value.field == "file"
    assert not Import.objects.exists()


def test_a_format_that_there_is_not_is_refused(ann: Forecaster) -> None:
    with pytest.raises(Invalid, match="Choose one of") as refusal:
        looked(ann, origin="elsewhere")
    assert refusal.value.field == "format"


def test_a_closed_account_brings_nothing(ann: Forecaster) -> None:
    row = looked(ann)
    Forecaster.objects.filter(pk=ann.pk).update(is_active=False)
    ann.refresh_from_db()
    for write in (lambda: looked(ann), lambda: imports.confirm(import_id=row.pk, by=ann, at=NOW)):
        with pytest.raises(NotAllowed):
            write()


def test_nobody_confirms_or_drops_what_another_sent(ann: Forecaster) -> None:
    row, bob = looked(ann), factories.forecaster("bob")
    with pytest.raises(Conflict, match="no longer here"):
        imports.confirm(import_id=row.pk, by=bob, at=NOW)
    assert not imports.drop(import_id=row.pk, by=bob)
    assert imports.drop(import_id=row.pk, by=ann)
    assert not imports.drop(import_id=row.pk, by=ann)
    with pytest.raises(Conflict, match="no longer here"):
        imports.confirm(import_id=row.pk, by=ann, at=NOW)


def test_few_files_are_kept_unconfirmed_and_for_a_day(ann: Forecaster) -> None:
    rows = [looked(ann, at=NOW + number * DAY / 100) for number in range(imports.KEPT + 2)]
    other = looked(factories.forecaster("bob"))
    left = set(Import.objects.values_list("pk", flat=True))
    assert left == {row.pk for row in rows[-imports.KEPT :]} | {other.pk}
    imports.drop_stale(at=NOW + DAY)
    assert Import.objects.count() == imports.KEPT + 1
    waiting = imports.confirm(import_id=other.pk, by=other.by, at=NOW)
    imports.drop_stale(at=NOW + 2 * DAY)
    assert list(Import.objects.all()) == [waiting]
    assert ImportProgress.objects.count() == 1


def test_reports_are_kept_for_a_quarter_of_a_year(ann: Forecaster) -> None:
    row = carried_out(asked(ann))
    imports.drop_stale(at=NOW + 90 * DAY)
    assert Import.objects.filter(pk=row.pk).exists()
    imports.drop_stale(at=NOW + 92 * DAY)
    assert not Import.objects.exists()
    assert ImportedForecast.objects.count() == 2


def test_one_file_of_a_person_waits_at_a_time(ann: Forecaster) -> None:
    first = asked(ann)
    with pytest.raises(Conflict, match="Another file of yours waits"):
        asked(ann)
    with pytest.raises(Conflict, match="A file from there waits"):
        imported.take_away(owner=ann, origin="plain")
    asked(factories.forecaster("bob"))
    carried_out(first)
    assert imported.take_away(owner=ann, origin="plain") == 2
    assert not Import.objects.filter(by=ann, ended_at__isnull=False).exists()


def test_the_beat_finds_what_no_message_brought(ann: Forecaster) -> None:
    row, stale = asked(ann), looked(factories.forecaster("bob"), at=timezone.now() - 2 * DAY)
    tasks.bring_imports()
    assert Import.objects.get(pk=row.pk).state == "made"
    assert not Import.objects.filter(pk=stale.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_what_fails_is_tried_again_but_not_for_ever(ann: Forecaster, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise OperationalError("the disk is full")

    row = asked(ann)
    with monkeypatch.context() as patched:
        patched.setattr(bringing, "bring", fails)
        assert not imports.carry_out(import_id=row.pk, clock=clock)
    assert ImportProgress.objects.get().said == "OperationalError: the disk is full"
    assert carried_out(row).state == "made"
    other = asked(ann)
    monkeypatch.setattr(bringing, "bring", fails)
    for _ in range(carrying.TRIES):
        assert not imports.carry_out(import_id=other.pk, clock=clock)
    failed = carried_out(other)
    assert (failed.state, failed.faults, bytes(failed.content)) == (
        "failed",
        ["OperationalError: the disk is full"],
        b"",
    )


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_bring_it_once(ann: Forecaster) -> None:
    row = asked(ann, table(300, 2))
    ended = at_once(*[lambda: imports.carry_out(import_id=row.pk, clock=clock)] * 3)
    assert sorted(ended) == [False, False, True]
    assert ImportedForecast.objects.count() == 300
    assert (ImportProgress.objects.get().tries, ImportProgress.objects.get().done) == (1, 300)


@pytest.mark.django_db(transaction=True)
def test_of_two_files_confirmed_at_once_one_waits(ann: Forecaster) -> None:
    rows = [looked(ann), looked(ann)]
    ended = at_once(*(lambda row=row: imports.confirm(import_id=row.pk, by=ann, at=NOW) for row in rows))
    assert sorted(type(each).__name__ for each in ended) == ["Conflict", "Import"]


@pytest.mark.django_db(transaction=True)
def test_looking_again_at_a_file_takes_nothing_that_was_confirmed_meanwhile(ann: Forecaster) -> None:
    row = looked(ann)
    with transaction.atomic():
        imports.confirm(import_id=row.pk, by=ann, at=NOW)
        again = meanwhile(lambda: imports.look_again(import_id=row.pk, by=ann, whose="ann", at=NOW))
    with pytest.raises(Conflict, match="no longer here"):
        again.result(timeout=10)
    assert Import.objects.get(pk=row.pk).state == "waiting"


@pytest.mark.django_db(transaction=True)
def test_closing_the_account_while_it_is_brought_leaves_nothing(ann: Forecaster) -> None:
    row = asked(ann, table(300, 2))
    ended = at_once(
        lambda: imports.carry_out(import_id=row.pk, clock=clock),
        lambda: accounts.close(account=ann, by=ann, at=NOW, typed_name="ann"),
    )
    assert not [each for each in ended if isinstance(each, Exception)]
    assert not ImportedRecord.objects.exists()
    assert not Import.objects.exists()


def test_what_is_removed_is_not_read_first(ann: Forecaster) -> None:
    """Files, reports and questions together may be more than the memory holds."""
    carried_out(asked(ann))
    looked(ann)
    with CaptureQueriesContext(connection) as made:
        imported.forget(owner=ann)
    read = [each["sql"] for each in made if each["sql"].startswith("SELECT") and "importedforecast" in each["sql"]]
    read += [each["sql"] for each in made if '"content"' in each["sql"] or '"report"' in each["sql"]]
    assert [sql for sql in read if "COUNT(" not in sql] == []
    assert not Import.objects.exists()
    assert not ImportProgress.objects.exists()
    assert not ImportedForecast.objects.exists()


def test_closing_the_account_removes_what_it_brought(ann: Forecaster) -> None:
    bob = factories.forecaster("bob")
    for owner in (ann, bob):
        carried_out(asked(owner))
    looked(ann)
    accounts.close(account=ann, by=ann, at=NOW, typed_name="ann")
    assert [record.owner for record in ImportedRecord.objects.all()] == [bob]
    assert [row.by for row in Import.objects.all()] == [bob]
    assert ImportedForecast.objects.count() == 2


FAULTS: list[tuple[dict[str, object], str]] = [
    ({"state": "made", "ended_at": NOW, "content": b"", "report": None}, "import_says_what_it_made"),
    ({"state": "refused", "ended_at": NOW, "content": b""}, "import_says_why_it_was_not_made"),
    ({"faults": ["Something."]}, "import_says_why_it_was_not_made"),
    ({"state": "made", "content": b""}, "import_ends_after_it_was_asked_for"),
    ({"state": "made", "content": b"", "ended_at": NOW - DAY}, "import_ends_after_it_was_asked_for"),
    ({"ended_at": NOW}, "import_ends_after_it_was_asked_for"),
    ({"state": "made", "ended_at": NOW}, "import_keeps_its_file_to_its_end"),
    ({"content": b""}, "import_keeps_its_file_to_its_end"),
    ({"digest": "x"}, "import_digest_is_one"),
]


@pytest.mark.parametrize(("changes", "constraint"), FAULTS)
def test_the_database_refuses_a_state_that_cannot_be(
    ann: Forecaster, changes: dict[str, object], constraint: str
) -> None:
    row = looked(ann)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Import.objects.filter(pk=row.pk).update(**changes)


def test_the_database_refuses_a_second_file_that_waits(ann: Forecaster) -> None:
    asked(ann)
    with pytest.raises(IntegrityError, match="import_waits_alone"), transaction.atomic():
        Import.objects.filter(pk=looked(ann).pk).update(state="waiting")


def test_the_command_brings_a_file_and_says_what_it_did(
    ann: Forecaster, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "mine.csv"
    file.write_text(FILE)
    call_command("import_record", file, "--format", "plain", "--for", "ann", "--dry-run")
    assert "2 questions, 3 estimates, 1 outcomes would be new." in capsys.readouterr().out
    assert not ImportedForecast.objects.exists()
    call_command("import_record", file, "--format", "plain", "--for", "ann")
    said = capsys.readouterr().out
    assert "2 questions, 3 estimates, 1 outcomes new." in said
    assert "4 rows read; probabilities are " in said
    assert "1 not taken:\n  line 5: " in said
    call_command("import_record", file, "--format", "plain", "--for", "ann")
    assert "2 questions, 3 estimates, 1 outcomes here already." in capsys.readouterr().out
    assert ImportedForecast.objects.count() == 2


def test_the_command_asks_whose_record_it_is_until_it_is_told(
    ann: Forecaster, monkeypatch: pytest.MonkeyPatch, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(imports, "FORMATS", {"plain": replace(FORMATS["plain"], read=several)})
    file = tmp_path / "mine.csv"
    file.write_text(FILE)
    for whose, asks in [((), True), (("--whose", "Ada"), False)]:
        call_command("import_record", file, "--format", "plain", "--for", "ann", "--dry-run", *whose)
        assert ("It names Ada, Grace: say --whose." in capsys.readouterr().out) is asks


def test_the_command_says_why_nothing_was_brought(ann: Forecaster, tmp_path: Any) -> None:
    empty = tmp_path / "empty.csv"
    empty.write_text("")
    for file, name, said in [
        (empty, "ann", "Nothing was brought along. The file is empty."),
        (empty, "nobody", "There is no forecaster “nobody”"),
        (tmp_path / "none.csv", "ann", "No such file"),
    ]:
        with pytest.raises(CommandError, match=said):
            call_command("import_record", file, "--format", "plain", "--for", name)
