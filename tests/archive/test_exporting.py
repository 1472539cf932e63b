"""What an export writes, what it leaves out, and that it is there wholly or not at all."""

import csv
import hashlib
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from knox.models import AuthToken

from forecasts.archive import writing
from forecasts.services import evidencing
from tests import factories
from tests.factories import DAY, NOW
from tracker.services import archiving, scoring

pytestmark = pytest.mark.django_db


def export(folder: Path) -> Path:
    archiving.export(folder, at=NOW, progress=lambda *_: None)
    return folder


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def record(cast: factories.Cast) -> factories.Cast:
    forecast = factories.forecast("rain", question='Will it "rain",\r\nor not?', tags=["wet", "cold"])
    seen = evidencing.add(
        forecast=forecast, by=cast.bob, at=NOW, title="A count", direction="raises", url="https://e.org/a"
    )
    factories.estimate(forecast, cast.ann, 0.1 + 0.2, at=NOW, evidence=[seen.pk], idempotency_key="secret-key")
    factories.estimate(forecast, cast.ann, None, at=NOW + DAY / 7)
    factories.resolution(forecast, "yes", at=NOW + 101 * DAY, known_at=NOW + 50 * DAY, links=["https://e.org/b"])
    return cast


def test_cells_are_written_as_the_format_says(record: factories.Cast, tmp_path: Path) -> None:
    folder = export(tmp_path / "out")
    (forecast,) = rows(folder / "forecasts.csv")
    assert forecast["question"] == 'Will it "rain",\r\nor not?'
    assert (forecast["opens_at"], forecast["tags"], forecast["spot_at"]) == ("2027-02-21T12:00:00Z", "cold wet", "")
    first, second = rows(folder / "estimates.csv")
    assert (first["probability"], second["probability"]) == ("0.30000000000000004", "")
    assert (first["made_at"], second["made_at"]) == ("2027-06-01T12:00:00Z", "2027-06-01T15:25:42.857143Z")
    assert json.loads(first["evidence"]) == [["bob", "2027-06-01T12:00:00Z", "https://e.org/a"]]
    assert (first["via"], first["crowd_seen"], second["evidence"]) == ("page", "false", "")
    (resolution,) = rows(folder / "resolutions.csv")
    assert (resolution["outcome"], resolution["revision"], resolution["cause"]) == ("yes", "1", "")
    assert json.loads(resolution["links"]) == ["https://e.org/b"]


def test_lines_end_as_rfc_4180_says_and_a_line_feed_alone_is_within_quotes(
    record: factories.Cast, tmp_path: Path
) -> None:
    for path in export(tmp_path / "out").glob("*.csv"):
        text = path.read_bytes()
        assert text.endswith(b"\r\n")
        assert text.count(b"\n") == text.count(b"\r\n"), path.name


def test_the_manifest_counts_and_hashes_every_file(record: factories.Cast, tmp_path: Path) -> None:
    folder = export(tmp_path / "out")
    manifest = json.loads((folder / "manifest.json").read_text())
    assert (manifest["format"], manifest["exported_at"]) == (1, "2027-06-01T12:00:00Z")
    assert set(manifest["files"]) == {path.name for path in folder.glob("*.csv")}
    for name, file in manifest["files"].items():
        assert file["sha256"] == hashlib.sha256((folder / name).read_bytes()).hexdigest()
        assert file["rows"] == len(rows(folder / name)), name
    assert manifest["files"]["estimates.csv"]["rows"] == 2


def test_nothing_private_leaves(record: factories.Cast, tmp_path: Path) -> None:
    ann = record.ann
    ann.email, ann.first_name, ann.last_name = "ann@private.example", "Annabel", "Surname"
    ann.save()
    token, secret = AuthToken.objects.create(user=ann)
    text = b"".join(path.read_bytes() for path in export(tmp_path / "out").iterdir())
    for private in (
        "private.example",
        "Annabel",
        "Surname",
        ann.password,
        token.digest,
        secret,
        "secret-key",
        "password",
    ):
        assert private.encode() not in text, private
    assert rows(tmp_path / "out" / "forecasters.csv")[0].keys() == {
        "name",
        "is_bot",
        "simulated",
        "closed_at",
        "joined_at",
    }


def test_only_its_owner_may_read_what_pages_hide(record: factories.Cast, tmp_path: Path) -> None:
    assert export(tmp_path / "out").stat().st_mode & 0o077 == 0


def test_scores_are_those_that_count(record: factories.Cast, tmp_path: Path) -> None:
    assert rows(export(tmp_path / "before") / "scores.csv") == []
    scoring.score_pending(at=NOW + 101 * DAY)
    folder = export(tmp_path / "after")
    assert [row["forecaster"] for row in rows(folder / "scores.csv")] == ["ann"]
    assert [row["method"] for row in rows(folder / "crowd_scores.csv")] == [
        "mean_log_odds",
        "median",
        "recency_weighted",
    ]


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(CommandError, match="is not empty, and nothing in it is overwritten"):
        call_command("export_archive", tmp_path)
    with pytest.raises(CommandError, match="is a file"):
        call_command("export_archive", tmp_path / "mine.txt")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_an_empty_folder_is_filled_and_one_that_is_not_there_is_made(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    call_command("export_archive", tmp_path / "empty")
    call_command("export_archive", tmp_path / "deep" / "down")
    assert len(list((tmp_path / "empty").iterdir())) == len(list((tmp_path / "deep" / "down").iterdir())) == 20


def test_an_export_that_fails_half_way_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sound = writing._write_table

    def fail(path: Path, table: writing.Table, progress: writing.Progress) -> writing.Written:
        if table.name == "estimates":
            raise KeyboardInterrupt
        return sound(path, table, progress)

    monkeypatch.setattr(writing, "_write_table", fail)
    with pytest.raises(KeyboardInterrupt):
        export(tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.django_db(transaction=True)
def test_all_files_show_one_state_of_the_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with writing.snapshot(), connection.cursor() as cursor:
        cursor.execute("SHOW transaction_isolation")
        assert cursor.fetchone() == ("repeatable read",)
        cursor.execute("SHOW transaction_read_only")
        assert cursor.fetchone() == ("on",)
