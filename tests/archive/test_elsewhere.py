"""Records from elsewhere in an archive: written by hand, refused by line, and the same when they come back."""

from pathlib import Path

import pytest

from forecasts.models import ImportedEstimate, ImportedForecast, ImportedOutcome, ImportedRecord
from forecasts.services import bringing, imported
from forecasts.services.archiving.importing import ArchiveRefused
from tests import factories
from tests.factories import DAY, NOW
from tests.forecasts.elsewhere import estimate, question, reading
from tracker.services import archiving

from .conftest import Archive, Bring, Heard

pytestmark = pytest.mark.django_db

RECORDS = "forecaster,origin,is_public\nann,plain,true\n"
QUESTIONS = "forecaster,origin,key,question,closes_at\nann,plain,q1,Will it rain?,2027-02-01T00:00:00Z\n"
ESTIMATES = "forecaster,origin,key,made_at,probability\nann,plain,q1,2027-01-02T00:00:00Z,0.7\n"
OUTCOMES = "forecaster,origin,key,revision,outcome,known_at\nann,plain,q1,1,yes,2027-02-02T00:00:00Z\n"
WHOLE = {
    "imported_records": RECORDS,
    "imported_forecasts": QUESTIONS,
    "imported_estimates": ESTIMATES,
    "imported_outcomes": OUTCOMES,
}


def test_a_record_comes_in_and_a_second_time_changes_nothing(archive: Archive, bring: Bring) -> None:
    bring(archive(**WHOLE))
    kept = ImportedForecast.objects.with_outcome().select_related("record__owner").get()
    assert (kept.record.owner.username, kept.record.is_public, kept.record.begun_at) == ("ann", True, NOW)
    assert (kept.question, kept.outcome, kept.brought_at) == ("Will it rain?", "yes", NOW)
    assert ImportedEstimate.objects.get().probability == 0.7
    again = bring(archive(**WHOLE)).report
    assert again.brought == {}
    assert again.known["imported_estimates.csv"] == 1


def test_later_rows_join_what_is_here_and_what_its_owner_chose_stays(archive: Archive, bring: Bring) -> None:
    bring(archive(**WHOLE))
    ImportedRecord.objects.update(is_public=False)
    further = {
        "imported_records": RECORDS,
        "imported_estimates": ESTIMATES.replace("01-02", "01-03"),
        "imported_outcomes": OUTCOMES.replace(",1,yes", ",2,no"),
    }
    bring(archive(**further))
    assert not ImportedRecord.objects.get().is_public
    assert ImportedEstimate.objects.count() == 2
    assert list(ImportedOutcome.objects.values_list("revision", "outcome")) == [(1, "yes"), (2, "no")]


@pytest.mark.parametrize(
    ("file", "row", "said"),
    [
        ("imported_records", "ann,elsewhere,true", "origin: “elsewhere” is not one of"),
        ("imported_forecasts", "bob,plain,q1,Will it?,", "forecaster, origin: No record is named by them"),
        ("imported_forecasts", "ann,plain,q1,Will it snow?,", "Line 2 names the same with another"),
        ("imported_forecasts", f"ann,plain,{'q' * 65},Will it?,", "key: At most 64"),
        ("imported_estimates", "ann,plain,q2,2027-01-02T00:00:00Z,0.7", "forecaster, origin, key: No question"),
        ("imported_estimates", "ann,plain,q1,2028-01-02T00:00:00Z,0.7", "made_at: It lies in the future."),
        ("imported_estimates", "ann,plain,q1,2027-01-03T00:00:00Z,1", "probability: "),
        ("imported_outcomes", "ann,plain,q1,3,no,2027-02-02T00:00:00Z", "revision: One before it is missing."),
        ("imported_outcomes", "ann,plain,q1,0,no,2027-02-02T00:00:00Z", "revision: The first is 1."),
        ("imported_outcomes", "ann,plain,q1,2,no,2028-02-02T00:00:00Z", "known_at: It lies in the future."),
    ],
)
def test_a_faulty_row_is_refused_by_line(archive: Archive, bring: Bring, file: str, row: str, said: str) -> None:
    heard = Heard()
    with pytest.raises(ArchiveRefused):
        bring(archive(**WHOLE | {file: f"{WHOLE[file]}{row}\n"}), heard)
    (refusal,) = heard.refusals
    assert refusal.startswith(f"{file}.csv:3: ")
    assert said in refusal
    assert not ImportedRecord.objects.exists()


def test_a_closed_account_gets_nothing_back(archive: Archive, bring: Bring) -> None:
    heard = Heard()
    closed = "name,closed_at\nann,2027-01-02T00:00:00Z\n"
    with pytest.raises(ArchiveRefused):
        bring(archive(forecasters=closed, **WHOLE), heard)
    assert "imported_records.csv:2: forecaster: The account is closed" in heard.refusals[0]


def test_what_was_brought_by_a_file_goes_out_and_comes_back(cast: factories.Cast, tmp_path: Path, bring: Bring) -> None:
    asked = question(
        "q1", estimate(), estimate(None, -3), outcome="yes", known_at=NOW - DAY, url="https://example.org/"
    )
    bringing.bring(reading(asked), owner=cast.ann, origin="metaculus", at=NOW)

    def files(folder: Path) -> dict[str, bytes]:
        archiving.export(folder, at=NOW, progress=lambda *_: None)
        return {path.name: path.read_bytes() for path in folder.iterdir() if path.name.startswith("imported_")}

    before = files(tmp_path / "first")
    assert before["imported_estimates.csv"].count(b"metaculus") == 2
    imported.forget(owner=cast.ann)
    bring(tmp_path / "first")
    assert files(tmp_path / "second") == before
