"""The worked cases, as a user meets them: an archive in by command, scores out by command."""

import csv
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.scoring.worked_cases import number, read

REFERENCE = Path(__file__).parents[1] / "scoring" / "reference" / "scores"
MEASURES = ("brier", "log_score", "baseline", "peer", "spot_baseline", "spot_peer", "coverage")
CROWD_MEASURES = ("baseline", "spot_baseline", "coverage")
Scores = dict[tuple[str, str], dict[str, str]]

pytestmark = pytest.mark.django_db


@pytest.fixture
def out(tmp_path: Path) -> Path:
    call_command("import_archive", REFERENCE, score=True)
    call_command("export_archive", tmp_path / "out")
    return tmp_path / "out"


def scores(path: Path, who: str) -> Scores:
    with path.open(encoding="utf-8", newline="") as file:
        return {(row["forecast"], row[who]): row for row in csv.DictReader(file)}


def assert_same(ours: dict[str, str], worked: dict[str, str], measures: tuple[str, ...]) -> None:
    assert [number(ours[name]) for name in measures] == pytest.approx(
        [number(worked[name]) for name in measures], rel=0, abs=1e-9, nan_ok=True
    )


def test_everyone_is_scored_as_worked_out_and_nobody_else(out: Path) -> None:
    ours = scores(out / "scores.csv", "forecaster")
    worked = read("scores/expected_scores.csv")
    assert set(ours) == {(row["forecast"], row["forecaster"]) for row in worked}
    for row in worked:
        assert_same(ours[row["forecast"], row["forecaster"]], row, MEASURES)


def test_crowds_are_scored_as_worked_out(out: Path) -> None:
    ours = scores(out / "crowd_scores.csv", "method")
    worked = read("scores/expected_crowd_scores.csv")
    assert len(worked) == 36
    for row in worked:
        assert_same(ours[row["forecast"], row["method"]], row, CROWD_MEASURES)


def test_importing_again_changes_no_byte_of_the_next_export(out: Path, tmp_path: Path) -> None:
    call_command("import_archive", REFERENCE, score=True)
    call_command("import_archive", out, score=True)
    call_command("export_archive", tmp_path / "again")
    for path in out.glob("*.csv"):
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes(), path.name
