"""`manage.py evaluate`, run as its users run it: on the worked files, and on what it must refuse."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from tests.scoring.worked_cases import REFERENCE

ROOT = Path(__file__).parents[2]
FOLDER = REFERENCE / "calibration"
EXPECTED: dict[str, Any] = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))
CLIPPED = {"bin_edges_exact", "clip_matters", "perfect_01"}
CONTRACT = {
    *("n", "base_rate", "mean_probability", "brier", "log_score", "log_score_clip", "decomposition", "recalibration"),
    *("auc", "bins", "curve"),
}
SHARED = b"""forecast,probability,outcome,year
a,0.7,yes,2025
a,0.75,yes,2025
b,0.2,no,2025
c,0.4,no,2026
c,0.9,no,2026
d,0.8,yes,2026
"""


def run(*arguments: str, stdin: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
    bare = {key: text for key, text in os.environ.items() if key not in {"DATABASE_URL", "REDIS_URL"}}
    return subprocess.run(
        [sys.executable, "manage.py", "evaluate", *arguments],
        cwd=ROOT,
        env=bare | environment,
        input=stdin,
        capture_output=True,
        check=False,
    )


def scores(*arguments: str, stdin: bytes = b"") -> dict[str, Any]:
    done = run(*arguments, "--json", stdin=stdin)
    assert (done.returncode, done.stderr) == (0, b"")
    return json.loads(done.stdout, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_worked_file_gives_its_numbers(name: str) -> None:
    # In this process: starting one takes longer than all ten files, and the other tests start their own.
    said = io.StringIO()
    call_command("evaluate", str(FOLDER / f"{name}.csv"), "--json", stdout=said)
    found, expected = json.loads(said.getvalue()), dict(EXPECTED[name])
    log_score, recalibration, bins = (expected.pop(key) for key in ("log_score", "recalibration", "bins"))
    assert set(found) == CONTRACT | {"rows_are_independent"}
    assert found["log_score"] == pytest.approx(log_score, rel=0, abs=1e-7 if name in CLIPPED else 1e-12)
    assert found["recalibration"] == same(recalibration, 1e-6)
    for ours, theirs in zip(found["bins"], bins, strict=True):
        assert ours == same(theirs, 1e-12)
    assert found["decomposition"] == same(expected.pop("decomposition"), 1e-12)
    assert {key: found[key] for key in expected} == same(expected, 1e-12)
    assert found["log_score_clip"] == 1e-9
    assert sum(block["n"] for block in found["curve"]) == found["n"]
    assert [set(block) for block in found["curve"]] == [{"from", "to", "recalibrated", "n"}] * len(found["curve"])


def same(expected: dict[str, Any], within: float) -> dict[str, Any]:
    """The same but for rounding; where nothing is expected nothing else will do."""
    return {key: value if value is None else pytest.approx(value, rel=0, abs=within) for key, value in expected.items()}


def test_groups_and_forecasts_are_added_to_the_object() -> None:
    found = scores("-", "--by", "year", stdin=SHARED)
    assert set(found) == CONTRACT | {"rows_are_independent", "n_clusters", "n_effective", "by"}
    assert (found["n"], found["n_clusters"], found["n_effective"]) == (6, 4, 3.6)
    assert not found["rows_are_independent"]
    assert list(found["by"]) == ["2025", "2026"]
    assert set(found["by"]["2025"]) == set(found) - {"by"}
    assert found["by"]["2026"]["n_clusters"] == 2
    seventh = found["bins"][7]
    assert [seventh[key] for key in ("lower", "n", "n_clusters", "n_effective", "observed_frequency")] == [
        0.7,
        2,
        1,
        1,
        1,
    ]


def test_the_table_fits_a_terminal_and_says_what_it_takes_for_granted() -> None:
    done = run(str(FOLDER / "random_2dp_200.csv"))
    assert done.returncode == 0
    text = done.stdout.decode()
    assert max(map(len, text.splitlines())) <= 80
    for words in ("200 rows", "Brier score          0.1677", "clipped at 1e-09", "take rows as independent"):
        assert words in text
    clustered = run("-", "--by", "year", stdin=SHARED).stdout.decode()
    assert "6 rows on 4 forecasts" in clustered
    assert "they weigh as 3.6 forecasts" in clustered
    assert "  2026 " in clustered


def test_a_terminal_of_plain_letters_gets_plain_letters() -> None:
    done = run("-", "--by", "who", stdin="probability,outcome,who\n0.7,1,Žofie\n".encode(), PYTHONIOENCODING="ascii")
    assert (done.returncode, b"\\u017dofie" in done.stdout) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "content", "reason"),
    [
        (
            ["-"],
            b"probability,outcome\n0.7,1\n70%,1\n",
            "standard input, line 3: the probability is “70%”. Did you mean",
        ),
        (["-"], b"", "standard input, line 1: the file is empty"),
        (["-", "--by", "year"], b"probability,outcome\n0.7,1\n", "line 1: there is no column “year”"),
        (["no-such-file.csv"], b"", "no-such-file.csv cannot be read: No such file or directory."),
        (["tests"], b"", "tests cannot be read: Is a directory."),
    ],
)
def test_a_refusal_exits_with_2_and_prints_nothing(arguments: list[str], content: bytes, reason: str) -> None:
    done = run(*arguments, "--json", stdin=content)
    assert (done.returncode, done.stdout) == (2, b"")
    assert reason in done.stderr.decode()
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("url", ["", "postgresql://nobody@192.0.2.1:1/nowhere"])
def test_it_starts_no_server_and_asks_none(tmp_path: Path, url: str) -> None:
    content = b"probability,outcome\n0.7,1\n"
    places = {"FORECAST_TRACKER_DATA": str(tmp_path / "data")} | ({"DATABASE_URL": url} if url else {})
    done = run("-", stdin=content, **places)
    assert (done.returncode, done.stderr) == (0, b"")
    assert not (tmp_path / "data").exists()
