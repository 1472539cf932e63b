"""Using a server: hold a shared lock on it, and see that somebody supervises it.

Three locks, and no process id, say how things stand. The kernel drops each when its last holder goes, however it went:
`users` is held by whoever uses the server, `supervisor` by the one process that runs it, `server` by the server itself
and its children, who inherit it.
"""

import contextlib
import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from .servers import Command, DidNotStart, Server

CONFIG = Path(__file__).resolve().parent.parent
PATIENCE = 120  # seconds for a server to answer; recovery after a crash replays what the crash interrupted


@contextlib.contextmanager
def using(server: Server) -> Iterator[None]:
    _make_home(server)
    with server.lock("users") as users:
        fcntl.flock(users, fcntl.LOCK_SH)  # waits while a supervisor is stopping
        os.set_inheritable(users.fileno(), True)  # a command that takes this process over goes on holding it
        _await(server)
        yield


def granted(lock: IO[bytes], kind: int) -> bool:
    """Whether the lock can be had at once; if so, we have it."""
    try:
        fcntl.flock(lock, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _make_home(server: Server) -> None:
    try:
        server.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        server.home.mkdir(mode=0o700, exist_ok=True)
        server.home.chmod(0o700)
        server.lock("users").close()
    except OSError as error:
        raise DidNotStart(
            f"{error.filename}: {error.strerror}. Run this as the owner of that folder, or name another "
            "in FORECAST_TRACKER_DATA."
        ) from error


def _await(server: Server) -> None:
    """Return when the server is supervised and answers, launching a supervisor whenever there is none."""
    with server.lock("start") as start:
        fcntl.flock(start, fcntl.LOCK_EX)
        until = time.monotonic() + PATIENCE
        while not ((supervised := _supervised(server)) and server.answers()):
            if time.monotonic() > until:
                raise DidNotStart(f"{server.name} does not answer after {PATIENCE} seconds; see {server.log}.")
            if not supervised:
                _launch(server)
            time.sleep(0.02)


def _supervised(server: Server) -> bool:
    with server.lock("supervisor") as lock:
        return not granted(lock, fcntl.LOCK_SH)


def _launch(server: Server) -> None:
    """Start a supervisor and hear its complaint, if any. One that was killed has none: the caller then tries again."""
    with (server.home / "supervisor.log").open("ab") as log:
        command = this_package("supervise", server)
        launched = subprocess.run(
            command, cwd=CONFIG, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, check=False
        )
    if launched.stdout:
        raise DidNotStart(launched.stdout.decode())


def this_package(role: str, server: Server) -> Command:
    """The command, in CONFIG, that makes a process supervise or stand by."""
    # As a package of its own, because importing config brings Celery with it, which a supervisor does not need.
    return [sys.executable, "-m", "embedded", role, server.name, server.data.resolve()]
