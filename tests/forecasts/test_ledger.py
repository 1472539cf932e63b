"""The ledger: every row is sealed once, and whatever is not as it was sealed is named."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from forecasts.ledger.kinds import KINDS, REMOVED
from forecasts.models import Checkpoint, Estimate, Leaf, Removal, Unsealed
from forecasts.queries import verifying
from forecasts.refusals import Conflict, Invalid, NotAllowed
from forecasts.services import estimating_many, removing, sealing
from forecasts.services.estimating_many import Said
from tests import factories
from tests.factories import DAY, NOW, Cast

from .record import Record, run

pytestmark = pytest.mark.django_db
ROWS = ("estimate", "citation", "wording", "evidence", "rating", "resolution", "note", "withholding", "forecast")
# A change of each kind that a column of its own admits.
CHANGES = {
    "estimate": "probability = 0.71",
    "citation": "id = id + 1000000",
    "wording": "criteria = 'Yes, whatever happens.'",
    "evidence": "likelihood_ratio = 3",
    "rating": "useful = NOT useful",
    "resolution": "known_at = known_at - interval '1 microsecond'",
    "note": "text = 'Counted once.'",
    "withholding": "reason = 'Another.'",
    "forecast": "slug = 'another'",
}


@contextmanager
def superuser() -> Iterator[None]:
    """As somebody who switches every trigger off."""
    run("SET LOCAL session_replication_role = replica")
    yield
    run("SET LOCAL session_replication_role = DEFAULT")


@pytest.fixture
def undone() -> Iterator[None]:
    """What a test breaks is whole again before anybody looks at the keys between tables."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def found(**saved: Any) -> list[str]:
    return list(verifying.faults(**saved))


@pytest.fixture
def sealed(record: Record) -> Record:
    """A row of every kind, under two checkpoints."""
    sealing.seal(at=NOW)
    factories.estimate(record.forecast, record.by, 0.8, NOW + DAY)
    sealing.seal(at=NOW + DAY)
    return record


@pytest.fixture
def record(db: None) -> Record:
    return Record.filled()


def test_every_row_is_sealed_once_and_the_record_verifies(sealed: Record) -> None:
    assert {kind.name for kind in KINDS} == {*ROWS, "removal"}
    for kind in KINDS:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT id FROM {kind.table} ORDER BY id")
            ids = [row[0] for row in cursor.fetchall()]
        assert list(Leaf.objects.filter(kind=kind.number).order_by("row_id").values_list("row_id", flat=True)) == ids
    assert not Unsealed.objects.exists()
    assert [each.size for each in Checkpoint.objects.order_by("number")][1:] == [1]
    assert found() == []


def test_sealing_again_makes_nothing(sealed: Record) -> None:
    assert sealing.seal(at=NOW + 2 * DAY) == 0
    assert Checkpoint.objects.count() == 2


def test_a_checkpoint_has_so_many_leaves_at_most(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "MOST", 4)
    made = sealing.seal(at=NOW)
    sizes = list(Checkpoint.objects.order_by("number").values_list("size", flat=True))
    assert sum(sizes) == made == Leaf.objects.count()
    assert max(sizes) == 4
    assert found() == []


@pytest.mark.parametrize("kind", ROWS)
@pytest.mark.usefixtures("undone")
def test_a_row_that_was_changed_is_named(sealed: Record, kind: str) -> None:
    row = getattr(sealed, kind)
    with superuser():
        run(f"UPDATE forecasts_{kind} SET {CHANGES[kind]} WHERE id = %s", row.pk)
    named = f"{kind} {row.pk} "
    assert [fault for fault in found() if fault.startswith(named)], found()
    assert len(found()) == (2 if kind == "citation" else 1)


@pytest.mark.parametrize("kind", ROWS)
@pytest.mark.usefixtures("undone")
def test_a_row_that_was_deleted_is_named(sealed: Record, kind: str) -> None:
    row = getattr(sealed, kind)
    with superuser():
        run(f"DELETE FROM forecasts_{kind} WHERE id = %s", row.pk)
    assert found() == [f"{kind} {row.pk} is missing; checkpoint 1 sealed it"]


@pytest.mark.parametrize("kind", ROWS)
@pytest.mark.usefixtures("undone")
def test_a_row_that_was_slipped_in_is_named(sealed: Record, kind: str) -> None:
    columns = _columns(kind)
    with superuser():
        run(
            f"INSERT INTO forecasts_{kind} (id, {columns}) SELECT 987654, {_otherwise(kind, columns)}"
            f" FROM forecasts_{kind} WHERE id = %s",
            getattr(sealed, kind).pk,
        )
    assert found() == [f"{kind} 987654 has no leaf and waits for none"]


def _columns(kind: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns"
            " WHERE table_name = %s AND column_name <> 'id' AND is_generated = 'NEVER'",
            [f"forecasts_{kind}"],
        )
        return str(cursor.fetchone()[0])


EMPTIED = {"idempotency_key": "NULL", "reason": "'Slipped in.'"}


def _otherwise(kind: str, columns: str) -> str:
    """The same again but for what must not be there twice."""
    later = {
        "estimate": ("made_at", "made_at + interval '1 s'"),
        "citation": ("evidence_id", "evidence_id + 1000"),
        "wording": ("version", "version + 1000"),
        "evidence": ("added_at", "added_at + interval '1 s'"),
        "rating": ("rated_at", "rated_at + interval '1 s'"),
        "resolution": ("revision", "revision + 1"),
        "note": ("made_at", "made_at + interval '1 s'"),
        "withholding": ("revision", "revision + 1"),
        "forecast": ("slug", "'slipped-in'"),
    }
    name, value = later[kind]
    return ", ".join(value if each == name else EMPTIED.get(each, each) for each in columns.split(", "))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE forecasts_leaf SET hash = sha256('x') WHERE kind = 1 AND checkpoint_id = 2", "other leaves"),
        ("DELETE FROM forecasts_leaf WHERE kind = 1 AND checkpoint_id = 2", "other leaves"),
        ("UPDATE forecasts_checkpoint SET made_at = made_at + interval '1 s' WHERE number = 2", "than its hash"),
        ("UPDATE forecasts_checkpoint SET root = sha256('x') WHERE number = 1", "other leaves"),
        ("UPDATE forecasts_checkpoint SET previous = sha256('x') WHERE number = 2", "does not follow"),
        ("DELETE FROM forecasts_checkpoint WHERE number = 1", "checkpoint 1 is missing"),
    ],
)
def test_what_was_done_to_the_seals_themselves_is_named(sealed: Record, change: str, said: str) -> None:
    with superuser():
        run(change)
    assert any(said in fault for fault in found()), found()


def test_whoever_rewrites_everything_is_found_out_by_what_others_saved(sealed: Record) -> None:
    saved = {each.number: bytes(each.hash).hex() for each in Checkpoint.objects.all()}
    with superuser():
        run("UPDATE forecasts_estimate SET probability = 0.99")
        for table in ("leaf", "checkpoint"):
            run(f"DELETE FROM forecasts_{table}")
        for kind in KINDS:
            run(f"INSERT INTO forecasts_unsealed (kind, row_id) SELECT %s, id FROM {kind.table}", kind.number)
    sealing.seal(at=NOW)
    assert found() == []
    assert found(saved=saved) == ["checkpoint 1 is not the one that was saved", "checkpoint 2 was saved and is missing"]


def test_rows_that_went_hold_up_nothing_however_many(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "MOST", 2)
    n = Unsealed.objects.count()
    Unsealed.objects.bulk_create(Unsealed(pk=-number, kind=1, row_id=-number) for number in range(1, 6))
    assert sealing.seal(at=NOW) == n
    assert Unsealed.objects.count() == 5
    assert sealing.seal(at=NOW) == 0


def test_a_row_that_went_before_it_was_sealed_is_named_and_holds_up_nothing(record: Record) -> None:
    with superuser():
        run("DELETE FROM forecasts_rating WHERE id = %s", record.rating.pk)
    assert sealing.seal(at=NOW) > 5
    assert found() == [f"rating {record.rating.pk} went before it was sealed"]


@pytest.mark.parametrize("table", ["leaf", "checkpoint", "removal"])
def test_seals_cannot_be_changed(sealed: Record, table: str, cast: Cast) -> None:
    removing.remove(kind="note", row_id=sealed.note.pk, field="text", by=cast.admin, at=NOW, reason="By order.")
    column = {"leaf": "salt", "checkpoint": "root", "removal": "digest"}[table]
    for change in (f"UPDATE forecasts_{table} SET {column} = 'x'", f"DELETE FROM forecasts_{table}"):
        with pytest.raises(IntegrityError, match="is append-only"), transaction.atomic():
            run(change)


def test_many_estimates_in_one_copy_wait_for_their_seal(cast: Cast) -> None:
    asked = [factories.forecast() for _ in range(3)]
    sealing.seal(at=NOW)
    estimating_many.submit_all([Said(each.slug, 0.3) for each in asked], by=cast.ann, at=NOW, via="api")
    assert Unsealed.objects.filter(kind=1).count() == 3
    assert sealing.seal(at=NOW) == 3


@pytest.mark.django_db(transaction=True)
def test_two_jobs_at_once_seal_each_row_once() -> None:
    record = Record.filled()
    with transaction.atomic():
        factories.estimate(record.forecast, record.by, 0.9, NOW + DAY)
        made = [_elsewhere(lambda: sealing.seal(at=NOW)) for _ in range(2)]
    assert made[0] > 5
    assert made[1] == 0
    # What had not been committed then is sealed now, although its id may be lower than others'.
    assert sealing.seal(at=NOW) == 1
    assert found() == []


def _elsewhere(work: Callable[[], int]) -> int:
    made: list[int] = []

    def target() -> None:
        made.append(work())
        connection.close()

    thread = threading.Thread(target=target)
    thread.start()
    thread.join()
    return made[0]


# Removing a text


def test_a_text_goes_for_good_and_the_record_still_verifies(sealed: Record, cast: Cast) -> None:
    made = removing.remove(
        kind="note", row_id=sealed.note.pk, field="text", by=cast.admin, at=NOW, reason="A court ordered it."
    )
    sealed.note.refresh_from_db()
    assert sealed.note.text == REMOVED
    assert (made.kind, made.row_id, made.field) == ("note", sealed.note.pk, "text")
    assert found() == []
    sealing.seal(at=NOW + 2 * DAY)
    assert found() == []


def test_a_text_that_was_removed_cannot_become_another(sealed: Record, cast: Cast) -> None:
    removing.remove(kind="note", row_id=sealed.note.pk, field="text", by=cast.admin, at=NOW, reason="By order.")
    with pytest.raises(IntegrityError, match="is append-only"), transaction.atomic():
        run("UPDATE forecasts_note SET text = 'Something else.' WHERE id = %s", sealed.note.pk)
    with pytest.raises(IntegrityError, match="is append-only"), transaction.atomic():
        run(f"UPDATE forecasts_note SET text = '{REMOVED}', is_private = true WHERE id = %s", sealed.note.pk)
    with superuser():
        run("UPDATE forecasts_note SET text = 'Something else.' WHERE id = %s", sealed.note.pk)
    assert found() == [f"note {sealed.note.pk} says something else than checkpoint 1 sealed"]


def test_no_text_goes_without_a_removal_on_record(sealed: Record) -> None:
    with pytest.raises(IntegrityError, match="is append-only"), transaction.atomic():
        run(f"UPDATE forecasts_note SET text = '{REMOVED}' WHERE id = %s", sealed.note.pk)


@pytest.mark.parametrize(
    ("given", "refusal", "field"),
    [
        ({"kind": "wording", "field": "criteria"}, Invalid, "kind"),
        ({"field": "author"}, Invalid, "field"),
        ({"row_id": 10**15}, Invalid, "row"),
        ({"reason": " "}, Invalid, "reason"),
    ],
)
def test_what_cannot_be_removed_is_refused_by_field(
    sealed: Record, cast: Cast, given: dict[str, Any], refusal: type[Exception], field: str
) -> None:
    asked = {"kind": "note", "row_id": sealed.note.pk, "field": "text", "reason": "By order."} | given
    with pytest.raises(refusal) as refused, transaction.atomic():
        removing.remove(by=cast.admin, at=NOW, **asked)
    assert refused.value.field == field  # type: ignore[attr-defined]
    assert not Removal.objects.exists()


def test_only_administrators_remove_and_only_what_is_sealed_and_only_once(record: Record, cast: Cast) -> None:
    asked: Any = {"kind": "note", "row_id": record.note.pk, "field": "text", "at": NOW, "reason": "By order."}
    for by in (cast.ann, cast.curator, cast.resolver, record.by):
        with pytest.raises(NotAllowed):
            removing.remove(by=by, **asked)
    with pytest.raises(Conflict, match="not sealed yet"):
        removing.remove(by=cast.admin, **asked)
    sealing.seal(at=NOW)
    removing.remove(by=cast.admin, **asked)
    with pytest.raises(Conflict, match="removed already"):
        removing.remove(by=cast.admin, **asked)


# The command


def test_the_command_says_that_all_is_well(sealed: Record, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("verify")
    printed = capsys.readouterr().out
    assert f"All is as it was sealed: {Leaf.objects.count()} rows in 2 checkpoints; 0 rows wait" in printed
    assert bytes(Checkpoint.objects.get(number=2).hash).hex() in printed


def test_the_command_names_what_is_wrong_and_fails(sealed: Record, capsys: pytest.CaptureFixture[str]) -> None:
    with superuser():
        Estimate.objects.filter(pk=sealed.estimate.pk).update(probability=0.01)
    with pytest.raises(CommandError, match="1 found") as failed:
        call_command("verify")
    assert failed.value.returncode == 1
    assert f"estimate {sealed.estimate.pk} says something else" in capsys.readouterr().out


def test_the_command_compares_with_what_was_saved(sealed: Record, tmp_path: Any) -> None:
    saved = tmp_path / "checkpoints.json"
    saved.write_text('{"results": [{"number": 1, "hash": "00"}]}')
    with pytest.raises(CommandError, match="1 found"):
        call_command("verify", "--against", str(saved))
    saved.write_text("[1]")
    with pytest.raises(CommandError, match="is not a list of checkpoints") as failed:
        call_command("verify", "--against", str(saved))
    assert failed.value.returncode == 2
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("verify", "--against", str(tmp_path / "nothing"))


def test_the_command_removes_a_text_or_says_why_not(
    sealed: Record, cast: Cast, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["remove_text", "note", str(sealed.note.pk), "text", "--reason", "A court ordered it."]
    for by, why in (("ann", "Only an administrator"), ("nobody", "There is no forecaster")):
        with pytest.raises(CommandError, match=why):
            call_command(*asked, "--by", by)
    call_command(*asked, "--by", "admin")
    assert f"The text of note {sealed.note.pk} is gone for good." in capsys.readouterr().out
    with pytest.raises(CommandError, match="removed already"):
        call_command(*asked, "--by", "admin")
