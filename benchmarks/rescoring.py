"""Rescoring everything, database to database, with the real Celery worker and two processes, beside the floor.

The floor is what the same rows cost without any arithmetic: one connection copies the estimates out, then the score
rows into a table with the same indexes.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection
from psycopg.conninfo import make_conninfo

from benchmarks.measuring import Row, Sample, seconds, times_as_long
from benchmarks.stocked import Stock, own_database, settle
from config.celery import app
from tracker.models import ScoringRun
from tracker.services.packing import COLUMNS
from tracker.services.scoring import RULES

ROOT = Path(__file__).resolve().parent.parent
WORKERS = 2
TIMES_THE_FLOOR = 3.0
MEMORY = 300.0
REPEATS = 3


def rows(scale: float) -> Iterator[Row]:
    """A million estimates, and the memory that it took each worker."""
    people = 100 if scale == 1 else 5
    stock = Stock(forecasts=max(4, int(2000 * scale)), forecasters=500, people=people, each=5)
    with own_database(), worker() as processes:
        stock.lay_in()
        rescore(stock)  # not counted: the imports, the connections, and the rows that are copied in for the floor
        ours = Sample(tuple(rescore(stock) for _ in range(REPEATS)))
        peaks = Sample(tuple(peak_memory(process) for process in processes))
        scores = latest_scores()
        out, into = floor(scores)
        n_scores = sum(ScoringRun.objects.filter(rules=RULES).values_list("n_scores", flat=True))
    yield times_as_long(
        f"{stock.forecasts:,} forecasts, {stock.estimates:,} estimates, {n_scores:,} scores",
        ours=ours,
        reference=Sample(tuple(a + b for a, b in zip(out.values, into.values, strict=True))),
        at_most=TIMES_THE_FLOOR,
        note=f"of the reference, estimates out: {out.median:.3g} s, scores in: {into.median:.3g} s",
    )
    yield Row("peak memory of a worker", max(peaks.values), "MB", at_most=MEMORY, samples={"workers": peaks})


def rescore(stock: Stock) -> float:
    """Make every run one by older rules, as a change of rules does, and time until all have a new one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM tracker_score s USING tracker_scoringrun r WHERE r.id = run_id AND rules > %s", [RULES]
        )
        cursor.execute("DELETE FROM tracker_scoringrun WHERE rules > %s", [RULES])
        cursor.execute("UPDATE tracker_scoringrun SET rules = rules + 1")
        cursor.execute("TRUNCATE tracker_recount")
    settle("tracker_score", "tracker_scoringrun")
    return seconds(lambda: rescored(stock.forecasts))


def rescored(n: int) -> None:
    for _ in range(WORKERS):
        app.send_task("tracker.tasks.score_pending")
    fresh = ScoringRun.objects.filter(rules=RULES)
    until = time.monotonic() + 600
    while fresh.count() < n:
        if time.monotonic() > until:
            raise TimeoutError(f"{fresh.count()} of {n} are scored after ten minutes")
        time.sleep(0.02)


def latest_scores() -> bytes:
    statement = "SELECT {} FROM tracker_score WHERE run_id IN (SELECT id FROM tracker_scoringrun WHERE rules = {})"
    return b"".join(copied_out(statement.format(", ".join(COLUMNS), RULES)))


def floor(scores: bytes) -> tuple[Sample, Sample]:
    """Copy the estimates out, and the score rows into a table like theirs."""
    estimates = "SELECT forecast_id, forecaster_id, made_at, probability, expires_at FROM forecasts_estimate"
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE floor (LIKE tracker_score INCLUDING ALL)")
    out, into = [], []
    for _ in range(REPEATS):
        out.append(seconds(lambda: all(copied_out(estimates))))
        into.append(seconds(lambda: copy_in(scores)))
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE floor")
    return Sample(tuple(out)), Sample(tuple(into))


def copied_out(query: str) -> Iterator[bytes]:
    with connection.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT binary)") as copy:
        yield from copy


def copy_in(scores: bytes) -> None:
    statement = f"COPY floor ({', '.join(COLUMNS)}) FROM STDIN (FORMAT binary)"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(scores)


@contextmanager
def worker() -> Iterator[list[int]]:
    """The worker of the Procfile on this database; yields the ids of its processes."""
    command = ["--quiet", "-A", "config", "worker", "--concurrency", str(WORKERS), "--prefetch-multiplier", "1"]
    environment = os.environ | {"DATABASE_URL": address(), "LOG_LEVEL": "WARNING"}
    process = subprocess.Popen([sys.executable, "-m", "celery", *command], cwd=ROOT, env=environment)
    try:
        while not app.control.ping(timeout=1):
            if process.poll() is not None:
                raise RuntimeError(f"the worker ended with status {process.returncode}")
        yield children(process.pid)
    finally:
        process.terminate()
        process.wait()


def address() -> str:
    parts = connection.settings_dict
    named = {"dbname": parts["NAME"], "user": parts["USER"], "host": parts["HOST"], "port": parts["PORT"]}
    return make_conninfo(**{key: value for key, value in named.items() if value}, password=parts["PASSWORD"] or None)


def children(process: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def peak_memory(process: int) -> float:
    """In millions of bytes, as Linux counts what was ever resident (VmHWM)."""
    status = Path(f"/proc/{process}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024 / 1e6
