"""`manage.py evaluate` on files of a million and of ten million rows: how long, and how much memory at its highest.

`python -m benchmarks evaluating` runs it; `python -m benchmarks.evaluating` prints the bare figures.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np

from benchmarks.measuring import Row

ROOT: Final = Path(__file__).parents[1]
MEGABYTE: Final = 1e6
_CHUNK: Final = 100_000
# The kernel's own mark of the process that ran the command; what a parent measures of a child includes the parent.
_WATCHED: Final = """
import sys, manage
sys.argv = ["manage.py", "evaluate", *sys.argv[1:], "--json"]
manage.main()
with open("/proc/self/status") as status:
    print(*[line.split()[1] for line in status if line.startswith("VmHWM:")], file=sys.stderr)
"""
Lines: TypeAlias = Callable[[np.random.Generator, int], Iterator[str]]


def rows(scale: float) -> Iterator[Row]:
    """Two decimals, then full precision, each at both sizes; two decimals with a forecast and a group in every row."""
    sizes = [max(1000, int(size * scale)) for size in (10**6, 10**7)]
    for name, lines in (("two decimals", two_decimals), ("forecasts and groups", shared), ("full precision", precise)):
        peaks = []
        for size in sizes:
            seconds, peak = evaluated(size, lines)
            peaks.append(peak)
            yield Row(f"{size:,} rows, {name}: time", seconds, "s")
            yield Row(f"{size:,} rows, {name}: peak memory", peak / MEGABYTE, "MB")
        yield Row(
            f"{name}: memory at ten times the rows",
            peaks[1] / peaks[0],
            "times",
            at_most=None if lines is precise else 1.1,
        )


def evaluated(size: int, lines: Lines) -> tuple[float, float]:
    """Return the seconds and the bytes at the highest that a file of so many rows takes, start of Django included."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "said.csv"
        write(file, size, lines)
        by = ["--by", "year"] if lines is shared else []
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", _WATCHED, str(file), *by], cwd=ROOT, capture_output=True, text=True, check=True
        )
        return time.perf_counter() - start, 1024 * float(done.stderr)


def write(file: Path, size: int, lines: Lines) -> None:
    """Write a file of calibrated probabilities from a seed, without holding it."""
    rng = np.random.default_rng(size)
    header = "probability,outcome" + ",forecast,year" * (lines is shared)
    with file.open("w", encoding="utf-8") as out:
        out.write(f"{header}\n")
        for start in range(0, size, _CHUNK):
            out.writelines(lines(rng, min(_CHUNK, size - start)))


def two_decimals(rng: np.random.Generator, size: int) -> Iterator[str]:
    p, y = _drawn(rng, size)
    return (f"{said:.2f},{outcome:d}\n" for said, outcome in zip(p.tolist(), y.tolist(), strict=True))


def precise(rng: np.random.Generator, size: int) -> Iterator[str]:
    p, y = _drawn(rng, size)
    return (f"{said!r},{outcome:d}\n" for said, outcome in zip(p.tolist(), y.tolist(), strict=True))


def shared(rng: np.random.Generator, size: int) -> Iterator[str]:
    """A thousand forecasts, of which every other one comes true, in ten years."""
    p, which = rng.random(size), rng.integers(1000, size=size)
    return (
        f"{said:.2f},{forecast % 2},question-{forecast},{2016 + forecast % 10}\n"
        for said, forecast in zip(p.tolist(), which.tolist(), strict=True)
    )


def _drawn(rng: np.random.Generator, size: int) -> tuple[np.ndarray, np.ndarray]:
    p = rng.beta(0.8, 0.8, size)
    return p, rng.random(size) < p


if __name__ == "__main__":
    for row in rows(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0):
        print(f"{row.setting:<56} {row.figure:>10,.3g} {row.unit}")
