"""Supervising a server: run it until its last user is gone, and start it again when it is killed under its users."""

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import time
import traceback
from types import FrameType
from typing import IO

from .servers import DidNotStart, Server, environment
from .using import CONFIG, granted, this_package

FAREWELL = 60  # seconds for a server to end by itself before it is killed
TRIES = 3  # at a start, which may itself be killed halfway
LARGEST_LOG = 10_000_000


def supervise(server: Server) -> None:
    """Leave whoever launched us, and serve. Standard output stays open until the server answers or has failed to."""
    if os.fork():
        os._exit(0)
    os.setsid()
    os.chdir("/")
    os.umask(0o077)
    try:
        with server.lock("supervisor") as only:
            if granted(only, fcntl.LOCK_EX):
                _serve(server)
    except Exception as fault:  # noqa: BLE001  whoever launched us must hear of it
        traceback.print_exc()
        sys.stdout.write(str(fault) if isinstance(fault, DidNotStart) else f"{server.name} did not start: {fault!r}")


def stand_by(server: Server) -> None:
    """Take over if the supervisor is killed while there are users."""
    os.chdir("/")
    with server.lock("supervisor") as only, server.lock("users") as users:
        fcntl.flock(only, fcntl.LOCK_EX)
        if not granted(users, fcntl.LOCK_EX):
            _serve(server)


def _serve(server: Server) -> None:
    signal.signal(signal.SIGTERM, _leave)
    process = _start(server)
    standby = _run_standby(server)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # closes it: whoever launched us waits for its end
    try:
        with server.lock("users") as users:
            while not granted(users, fcntl.LOCK_EX):
                if _ended(process, within=0.1):
                    process = _start(server)
                if _ended(standby, within=0):
                    standby = _run_standby(server)
            _stop(server, process)  # both locks still held: whoever comes now waits until it has stopped
    finally:
        _stop(server, process)


def _leave(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)


def _run_standby(server: Server) -> subprocess.Popen[bytes]:
    # In a session of its own: what is sent to the supervisor's group is not meant for it.
    return subprocess.Popen(
        this_package("standby", server), cwd=CONFIG, stdin=subprocess.DEVNULL, stdout=sys.stderr, start_new_session=True
    )


def _start(server: Server) -> subprocess.Popen[bytes]:
    _make_socket_folder(server)
    for _ in range(TRIES):
        process = _run_server(server)
        while not _ended(process, within=0.02):
            if server.answers():
                return process
    last = "\n".join(server.log.read_text(errors="replace").strip().splitlines()[-3:])
    raise DidNotStart(f"{server.name} ended at its start; see {server.log}. Its last words:\n{last}")


def _run_server(server: Server) -> subprocess.Popen[bytes]:
    with server.lock("server") as lock:
        while not granted(lock, fcntl.LOCK_EX):  # something of an earlier server is still ending
            server.retire()
            time.sleep(0.05)
        server.prepare(lock.fileno())
        return _spawn(server, lock)


def _make_socket_folder(server: Server) -> None:
    """Where everybody may write, make sure that the folder is ours alone."""
    folder = server.sockets
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if folder.is_symlink() or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise DidNotStart(f"{folder} is not a private folder of ours. Remove it, or choose a shorter data folder.")


def _spawn(server: Server, lock: IO[bytes]) -> subprocess.Popen[bytes]:
    if server.log.exists() and server.log.stat().st_size > LARGEST_LOG:
        server.log.replace(server.log.with_suffix(".log.1"))
    with server.log.open("ab") as log:
        return subprocess.Popen(
            server.command(),
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=[lock.fileno()],
        )


def _ended(process: subprocess.Popen[bytes], within: float) -> bool:
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(within)
    return process.returncode is not None


def _stop(server: Server, process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.Signals[f"SIG{server.end}"])
        if not _ended(process, within=FAREWELL):
            process.kill()
            process.wait()
    if server.sockets != server.home:
        with contextlib.suppress(OSError):
            server.sockets.rmdir()
