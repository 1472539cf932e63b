"""Commands: `exec` runs a command on the servers of the data folder, `fresh` on servers of its own."""

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from types import FrameType

from . import ensure
from .servers import SERVERS, DidNotStart, Server
from .supervising import stand_by, supervise

USAGE = "usage: python -m config.embedded exec|fresh COMMAND [ARGUMENT ...]\n"


def main(arguments: list[str]) -> int:
    try:
        match arguments:
            case ["exec", *command] if command:
                return execute(command)
            case ["fresh", *command] if command:
                return execute_afresh(command)
            case ["supervise" | "standby" as role, name, data]:
                (supervise if role == "supervise" else stand_by)(SERVERS[name](Path(data)))
                return 0
    except DidNotStart as fault:
        sys.stderr.write(f"{fault}\n")
        return 1
    sys.stderr.write(USAGE)
    return 2


def execute(command: list[str]) -> int:
    """Become the command. It inherits the locks: signals, exit status and the servers' life are all its own."""
    with ensure():
        try:
            os.execvp(command[0], command)  # noqa: S606
        except OSError as error:
            sys.stderr.write(f"{command[0]}: {error.strerror}\n")
            return 127


def execute_afresh(command: list[str]) -> int:
    """Run the command on new servers in a temporary folder, which is removed when they have stopped."""
    for kind in SERVERS.values():
        os.environ.pop(kind.variable, None)
    interrupted = Interrupted()
    with contextlib.ExitStack() as held, tempfile.TemporaryDirectory(prefix="forecast-tracker-") as folder:
        os.environ["FORECAST_TRACKER_DATA"] = folder
        try:
            with ensure():
                interrupted.child = subprocess.Popen(command, close_fds=False)  # it inherits the locks
                return _wait(interrupted.child)
        finally:
            for kind in SERVERS.values():
                _wait_until_stopped(kind(Path(folder)), held)


class Interrupted:
    """Asked to end: the child is told, and until there is one we leave by ourselves, cleaning up."""

    child: subprocess.Popen[bytes] | None = None

    def __init__(self) -> None:
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self)

    def __call__(self, number: int, _: FrameType | None) -> None:
        if self.child is None:
            sys.exit(128 + number)
        self.child.send_signal(number)


def _wait(child: subprocess.Popen[bytes]) -> int:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal sends it to the child as well
    status = child.wait()
    return 128 - status if status < 0 else status


def _wait_until_stopped(server: Server, held: contextlib.ExitStack) -> None:
    """Hold its locks until the folder is gone, so that a supervisor standing by finds nothing to take over."""
    if server.home.exists():
        for name in ("supervisor", "server"):
            fcntl.flock(held.enter_context(server.lock(name)), fcntl.LOCK_EX)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
