"""The import as a command and as a whole: manifests, scores, authors, and an import that is killed."""

import hashlib
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from forecasts.models import Estimate, Forecast, Forecaster, RetiredName
from forecasts.services.archiving import ArchiveRefused, estimates, import_archive
from tests import factories
from tests.archive.conftest import QUESTIONS, Archive, Bring, Heard
from tests.factories import NOW
from tracker.models import Counted, Score
from tracker.services import archiving, folding

ESTIMATES = "forecast,forecaster,made_at,probability\nrain,ann,2027-01-02T00:00:00Z,0.1\n"
RESOLUTIONS = "forecast,outcome,known_at\nrain,yes,2027-01-20T00:00:00Z\n"
# For the command, whose clock is the real one.
PAST = {
    name: text.replace("2027", "2025")
    for name, text in {"forecasts": QUESTIONS, "estimates": ESTIMATES, "resolutions": RESOLUTIONS}.items()
}


def test_a_file_that_is_not_the_manifests_is_refused(archive: Archive, bring: Bring) -> None:
    folder = archive(estimates=ESTIMATES)
    named = {path.name: {"sha256": hashlib.sha256(path.read_bytes()).hexdigest()} for path in folder.iterdir()}
    (folder / "manifest.json").write_text(json.dumps({"format": 1, "files": named}))
    (folder / "notes.txt").write_text("mine")
    (folder / "scores.csv").write_text("forecast\n")
    heard = bring(folder)
    assert heard.notes == [
        "notes.txt is not read: no file of an archive has this name.",
        "scores.csv is not read: scores are made anew from the record.",
    ]
    (folder / "estimates.csv").write_text(ESTIMATES.replace("0.1", "0.2"))
    with pytest.raises(ArchiveRefused):
        bring(folder, heard, skip_bad=True)
    assert heard.refusals == [
        "estimates.csv:1: This is not the file that manifest.json names. If that is meant, remove manifest.json."
    ]
    (folder / "estimates.csv").unlink()
    with pytest.raises(ArchiveRefused):
        bring(folder)


@pytest.mark.parametrize("text", ["{", "[]", '{"format": 2, "files": {}}'])
def test_a_manifest_of_another_kind_is_refused(archive: Archive, bring: Bring, text: str) -> None:
    folder = archive()
    (folder / "manifest.json").write_text(text)
    with pytest.raises(ArchiveRefused, match=r"manifest\.json could not be read"):
        bring(folder)


def test_what_is_no_archive_is_refused(tmp_path: Path, bring: Bring) -> None:
    with pytest.raises(ArchiveRefused, match="holds no file of an archive"):
        bring(tmp_path)
    with pytest.raises(ArchiveRefused, match="is not a folder"):
        bring(tmp_path / "absent")


def test_scores_are_there_when_the_command_returns(
    archive: Archive, capsys: pytest.CaptureFixture[str], db: None
) -> None:
    call_command("import_archive", archive(**PAST), score=True)
    assert Score.objects.get(forecaster__username="ann").brier == pytest.approx(0.81)
    assert "estimates.csv: 1 imported, 0 there already, 0 refused." in capsys.readouterr().out
    assert not Forecaster.objects.get(username="archivist").has_usable_password()


def test_totals_are_there_when_the_command_returns(archive: Archive, db: None) -> None:
    call_command("import_archive", archive(**PAST), score=True)
    assert Counted.objects.exists()
    assert folding.fold(at=timezone.now()) == 0


def test_late_estimates_are_scored_as_well(archive: Archive, bring: Bring) -> None:
    folder = archive(estimates=ESTIMATES, resolutions=RESOLUTIONS)
    archiving.bring(folder, by="curator", at=NOW, listener=Heard(), score=True)
    late = archive(estimates="forecast,forecaster,made_at,probability\nrain,bob,2027-01-01T00:00:00Z,0.9\n")
    archiving.bring(late, by="curator", at=NOW, listener=Heard(), score=True)
    assert set(
        Score.objects.filter(run__current=True, owner="forecaster").values_list("forecaster__username", flat=True)
    ) == {
        "ann",
        "bob",
    }


def test_whose_the_rows_are_that_name_nobody_can_be_said(archive: Archive, cast: factories.Cast) -> None:
    with pytest.raises(CommandError, match="not both curator and resolver"):
        call_command("import_archive", archive(), by="ann")
    with pytest.raises(CommandError, match="Create the account first"):
        call_command("import_archive", archive(), by="absent")
    factories.forecaster("archivist")
    with pytest.raises(CommandError, match="somebody's account"):
        call_command("import_archive", archive())
    call_command("import_archive", archive(), by="admin")
    assert set(Forecast.objects.values_list("created_by__username", flat=True)) == {"admin"}


def test_the_command_names_refused_rows_and_ends_in_failure(
    archive: Archive, capsys: pytest.CaptureFixture[str], db: None
) -> None:
    folder = archive(estimates=ESTIMATES.replace(",0.1", ",1"))
    with pytest.raises(CommandError, match=r"refused: 1\. Nothing was imported"):
        call_command("import_archive", folder)
    assert "estimates.csv:2: probability: 1 would say" in capsys.readouterr().err
    call_command("import_archive", folder, skip_bad=True)
    assert "estimates.csv: 0 imported, 0 there already, 1 refused." in capsys.readouterr().out


def test_batches_leave_no_line_out(archive: Archive, bring: Bring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(estimates, "BATCH", 3)
    rows = "".join(f"rain,ann,2027-01-{day:02}T00:00:00Z,0.{day:02}\n" for day in range(3, 30))
    bring(archive(estimates=f"{ESTIMATES}{rows}"))
    assert Estimate.objects.count() == 28


@pytest.mark.django_db(transaction=True)
def test_an_import_that_is_killed_leaves_nothing(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = archive(estimates=ESTIMATES, resolutions=RESOLUTIONS)

    class Dies(Heard):
        def progress(self, what: str, count: int) -> None:
            # As if the process were gone: its connection dies when everything is written and nothing committed.
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM forecasts_estimate")
                assert cursor.fetchone() == (1,)
            connection.connection.close()

    with pytest.raises(Exception, match="closed"):
        import_archive(folder, by="curator", at=NOW, listener=Dies())
    connection.close()
    assert not Forecast.objects.exists()
    assert not Forecaster.objects.exists()
    import_archive(folder, by="curator", at=NOW, listener=Heard())
    assert Estimate.objects.count() == 1


def test_the_name_of_a_closed_account_is_not_made_again(archive: Archive, bring: Bring) -> None:
    RetiredName.objects.create(digest=RetiredName.digest_of("Ann"))
    more = ESTIMATES + "rain,bob,2027-01-03T00:00:00Z,0.2\n"
    heard = bring(archive(estimates=more, forecasters="name\nann\nbob\n"), skip_bad=True)
    assert [refusal.split(":")[0] for refusal in heard.refusals] == ["forecasters.csv", "estimates.csv"]
    assert "“ann” was the name of an account that is closed" in heard.refusals[0]
    heard = bring(archive(estimates=more), skip_bad=True)
    assert "estimates.csv:2: forecaster: “ann” was the name" in heard.refusals[0]
    assert set(Estimate.objects.values_list("forecaster__username", flat=True)) == {"bob"}
    assert not Forecaster.objects.filter(username="ann").exists()
