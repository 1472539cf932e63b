"""Every benchmark runs, at a size too small to say anything, so that none rots unseen."""

import json
import math
from pathlib import Path

import pytest

from benchmarks.__main__ import main

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
NAMES = sorted(path.stem for path in BENCHMARKS.glob("*.py") if "\ndef rows(" in path.read_text())


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.django_db(transaction=True)
def test_a_benchmark_finds_figures_and_says_what_was_expected(name: str, tmp_path: Path) -> None:
    report = tmp_path / "bench.json"
    assert main([name, "--scale", "0.001", "--output", str(report)]) == 0
    rows = json.loads(report.read_text())["benchmarks"][name]
    assert rows
    assert all(row["setting"] for row in rows)
    assert all(math.isfinite(row["figure"]) for row in rows if row["at_least"] or row["at_most"])
    # The claims say what is found; of everything else something is expected.
    assert any(row["verdict"] for row in rows) or name == "claims"


def test_a_benchmark_that_is_not_there_is_refused_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["nothing-of-the-kind"])
    said = capsys.readouterr().err.replace("\n", " ")
    assert "nothing-of-the-kind; there are" in said
    assert all(name in said for name in NAMES)
