"""Archives of any length: how long an import and an export take, and that their memory does not grow with the file."""

import csv
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from django.core.management import call_command
from django.db import connections

from benchmarks.measuring import Row

FORECASTS, FORECASTERS, SEED = 2_000, 500, 3
ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Spent:
    """What a command took: seconds, and the most memory that its process held, in MB."""

    seconds: float
    peak: float


def rows(scale: float) -> Iterable[Row]:
    call_command("migrate", verbosity=0)
    connections.close_all()
    large = max(int(10_000_000 * scale), 1_000)
    small = large // 10
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        spent = {}
        for name, count in (("small", small), ("large", large)):
            write_archive(folder / name, count, prefix=name)
            spent[f"import {name}"] = run("import_archive", folder / name)
            spent[f"again {name}"] = run("import_archive", folder / name)
            spent[f"export {name}"] = run("export_archive", folder / f"{name}-out")
    for verb in ("import", "again", "export"):
        less, more = spent[f"{verb} small"], spent[f"{verb} large"]
        what = {"import": "import", "again": "import again, which changes nothing", "export": "export"}[verb]
        yield Row(f"{what}, {large:,} rows", large / more.seconds, "rows/s", note=f"{more.seconds:,.0f} s")
        yield Row(
            f"{what}, peak memory",
            more.peak,
            "MB",
            at_most=less.peak * 1.1,
            note=f"{less.peak:,.0f} MB at {small:,} rows",
        )


def write_archive(folder: Path, count: int, *, prefix: str) -> None:
    """Write `count` estimates, by everyone in turn on every forecast in turn, as an export would order them."""
    folder.mkdir()
    rng = np.random.default_rng(SEED)
    forecasts = min(FORECASTS, max(count // 10, 1))
    with (folder / "forecasts.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["slug", "question", "opens_at", "closes_at"])
        writer.writerows(
            [f"{prefix}-{number}", f"Will it be {number}?", "2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z"]
            for number in range(forecasts)
        )
    with (folder / "estimates.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["forecast", "forecaster", "made_at", "probability"])
        for number in range(forecasts):
            mine = count // forecasts + (number < count % forecasts)
            probabilities = rng.integers(1, 10_000, mine) / 10_000
            seconds = np.datetime64("2025-01-01T00:00:00") + np.arange(mine) * 3_600
            times = np.datetime_as_string(seconds, unit="s")
            writer.writerows(
                [f"{prefix}-{number}", f"f{place % FORECASTERS:03}", f"{at}Z", p]
                for place, (at, p) in enumerate(zip(times.tolist(), probabilities.tolist(), strict=True))
            )


def run(command: str, folder: Path, environment: dict[str, str] | None = None) -> Spent:
    """Run a command in a process of its own, as its user would."""
    start = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [sys.executable, ROOT / "manage.py", command, folder],
            env=os.environ | (environment or {}),
            stdout=said,
            stderr=said,
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            raise RuntimeError(f"{command} ended with status {process.returncode}: {said.read().decode()[-2000:]}")
    return Spent(time.perf_counter() - start, usage.ru_maxrss / 1024)


if __name__ == "__main__":
    from benchmarks.__main__ import main

    sys.exit(main(["archive", *sys.argv[1:]]))
