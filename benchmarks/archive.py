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

from benchmarks.measuring import Row
from benchmarks.rescoring import address
from benchmarks.stocked import own_database

FORECASTS, FORECASTERS, SEED = 2_000, 500, 3
COMMANDS = ("import", "import of what is there", "export")
ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Spent:
    """What a command took: seconds, and the most memory that its process held, in MB."""

    seconds: float
    peak: float


def rows(scale: float) -> Iterable[Row]:
    """Yield for each command how many rows a second the larger file takes, and the memory beside a tenth of it."""
    large = max(int(10_000_000 * scale), 1_000)
    small = large // 10
    with own_database(), tempfile.TemporaryDirectory() as place:
        environment = {"DATABASE_URL": address()}
        less, more = (
            _spent(Path(place), name, count, environment) for name, count in (("small", small), ("large", large))
        )
    for what, at_small, at_large in zip(COMMANDS, less, more, strict=True):
        yield Row(f"{what}, {large:,} rows", large / at_large.seconds, "rows/s", note=f"{at_large.seconds:,.0f} s")
        yield Row(
            f"{what}, peak memory",
            at_large.peak,
            "MB",
            at_most=at_small.peak * 1.1,
            note=f"{at_small.peak:,.0f} MB at {small:,} rows",
        )


def _spent(place: Path, name: str, count: int, environment: dict[str, str]) -> tuple[Spent, Spent, Spent]:
    folder = place / name
    write_archive(folder, count, prefix=name)
    return (
        run("import_archive", folder, environment),
        run("import_archive", folder, environment),
        run("export_archive", place / f"{name}-out", environment),
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
