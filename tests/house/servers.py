"""Watching the embedded servers from outside: by their processes, and by what they answer."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
import redis

from config import embedded

EXEC = [sys.executable, "-m", "config.embedded", "exec"]


def eventually(holds: Callable[[], object], within: float = 60) -> None:
    until = time.monotonic() + within
    while not holds():
        if time.monotonic() > until:
            pytest.fail(f"did not come true within {within} seconds")
        time.sleep(0.05)


def processes(data: Path, *words: str) -> list[int]:
    """Whoever names the folder and the words in the command, or works in it."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            place = (entry / "cwd").readlink()
        except OSError:
            continue
        if (str(data) in command or place.is_relative_to(data)) and all(word in command for word in words):
            found.append(int(entry.name))
    return found


def parent(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("PPid:"))


def kill(pids: list[int]) -> None:
    """All at once: none has time to see another go."""
    for number in (signal.SIGSTOP, signal.SIGKILL):
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)


def is_gone(data: Path) -> bool:
    return not processes(data)


def connect(data: Path) -> psycopg.Connection[tuple[int]]:
    return psycopg.connect(embedded.urls(data).database, autocommit=True)


def write(data: Path) -> None:
    with connect(data) as database:
        database.execute("CREATE TABLE IF NOT EXISTS kept (n int)")
        database.execute("INSERT INTO kept VALUES (1)")
    with redis.from_url(embedded.urls(data).redis) as valkey:
        valkey.incr("kept")


def read(data: Path) -> tuple[int, int] | None:
    """How often both were written to; None while either does not answer."""
    try:
        with connect(data) as database, redis.from_url(embedded.urls(data).redis) as valkey:
            row = database.execute("SELECT count(*) FROM kept").fetchone()
            assert row is not None
            return row[0], int(valkey.get("kept") or 0)
    except (psycopg.OperationalError, redis.RedisError):
        return None


def start(data: Path, *command: str, prefix: tuple[str, ...] = (), **environment: str) -> subprocess.Popen[str]:
    """A user in a process of its own: the command, on the servers of the folder."""
    return subprocess.Popen(
        [*prefix, *EXEC, *command],
        env=bare(FORECAST_TRACKER_DATA=str(data), **environment),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(
    data: Path, *command: str, prefix: tuple[str, ...] = (), **environment: str
) -> subprocess.CompletedProcess[str]:
    process = start(data, *command, prefix=prefix, **environment)
    out, err = process.communicate(timeout=120)
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def bare(**more: str) -> dict[str, str]:
    """The environment without the servers that this test run has."""
    kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    return kept | more
