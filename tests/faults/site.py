"""A site of its own, whose servers and processes can be stopped, killed and started again one by one."""

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import redis
from celery import Celery
from django.conf import settings
from django.db import connections

from config.embedded import supervising
from config.embedded.servers import Postgres, Server, Valkey, bound
from tests.house.servers import parent
from tests.service import BIN, ROOT, _answers, free_port, wait_until

PROCFILE = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())

OURS = "tests"


@dataclass
class Running:
    """A server without a supervisor: who stops it is not undone."""

    server: Server
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.server.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.process = supervising._start(self.server)

    def stop(self) -> None:
        if self.process:
            supervising._stop(self.server, self.process)

    def kill(self) -> None:
        assert self.process
        self.process.kill()
        self.process.wait()

    def is_up(self) -> bool:
        return self.process is not None and self.process.poll() is None


class Site:
    """Servers in `folder`, and any number of each process of the Procfile, by names such as worker or worker.2."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.postgres, self.valkey = Running(Postgres(folder / "data")), Running(Valkey(folder / "data"))
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"

    def start(self, name: str, **more: str) -> None:
        """Start a process as the Procfile says, the workers and beat by the entry of these tests."""
        command = PROCFILE[name.partition(".")[0]].replace("-A config", "-A tests.faults.hurried")
        environment = os.environ | {
            "DATABASE_URL": self.postgres.server.url(),
            "REDIS_URL": self.valkey.server.url(),
            "PORT": str(self.port),
            "PATH": f"{BIN}:{os.environ['PATH']}",
            "FAULTS": str(self.folder),
        }
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [*bound("TERM"), "sh", "-c", f"exec env {command}"],
                cwd=ROOT,
                env=environment | more,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        if name == "web":
            wait_until(lambda: _answers(self.address), "the web process answers", log=self.folder / "web.log")

    def kill(self, name: str) -> None:
        """kill -9 of the process and all that it started."""
        process = self.processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def kill_children(self, name: str) -> None:
        """kill -9 of those that do the work, under the one that watches them and replaces them."""
        for entry in Path("/proc").glob("[0-9]*"):
            if self._is_child(int(entry.name), name):
                os.kill(int(entry.name), signal.SIGKILL)

    def _is_child(self, pid: int, name: str) -> bool:
        try:
            return parent(pid) == self.processes[name].pid
        except OSError:
            return False

    def end(self) -> None:
        for name in list(self.processes):
            self.kill(name)
        self.postgres.stop()
        self.valkey.stop()

    def last_words(self) -> str:
        logs = [*self.folder.glob("*.log"), *self.folder.glob("data/*/server.log")]
        return "\n".join(f"--- {log.name}\n{log.read_text(errors='replace')[-1000:]}" for log in sorted(logs))

    @contextmanager
    def pausing(self, point: str, slug: str) -> Iterator[None]:
        """Whoever comes to that point (hurried.py) with this forecast waits there until the end of the block."""
        asked, reached = self.folder / point, self.folder / f"{point}.reached"
        reached.unlink(missing_ok=True)
        asked.write_text(slug)
        try:
            yield
        finally:
            asked.unlink()

    def await_pause(self, point: str) -> None:
        wait_until((self.folder / f"{point}.reached").exists, f"a worker comes to where it is {point}")

    def begun(self, task: str, *args: Any) -> list[str]:
        """The id of the message, each time that a worker began this task with these arguments."""
        lines = (self.folder / "begun").read_text().splitlines() if (self.folder / "begun").exists() else []
        return [line.split()[0] for line in lines if line.endswith(f" {task} {list(args)}")]

    def send(self, task: str, *args: Any) -> None:
        """Put a message of the reading's into the queue, as the site does."""
        broker = f"redis+socket://{self.valkey.server.socket}?virtual_host=0"  # type: ignore[attr-defined]
        with Celery(broker=broker, set_as_current=False) as sender:
            sender.send_task(
                f"tracker.tasks.{task}", args, queue=settings.CELERY_TASK_DEFAULT_QUEUE, ignore_result=True
            )

    def forget_queue(self) -> None:
        with redis.Redis.from_url(self.valkey.server.url()) as valkey:
            valkey.flushall()

    def superuser(self) -> psycopg.Connection[tuple[Any, ...]]:
        return psycopg.connect(self.postgres.server.url(), autocommit=True, application_name=OURS)

    @contextmanager
    def holding(self, table: str) -> Iterator[None]:
        """Nobody writes to the table, so that a worker waits in the middle of what it is doing."""
        with self.superuser() as holder, holder.transaction():
            holder.execute(f"LOCK TABLE {table} IN SHARE MODE")
            yield

    def await_blocked(self, table: str) -> None:
        def blocked() -> bool:
            with self.superuser() as looker:
                query = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = %s::regclass"
                row = looker.execute(query, [table]).fetchone()
                return bool(row and row[0])

        wait_until(blocked, f"a worker waits to write to {table}")

    def cut_connections(self) -> int:
        """All but our own superuser's."""
        connections.close_all()
        with self.superuser() as cutter:
            clients = (
                "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND application_name <> %s"
            )
            return len(cutter.execute(f"SELECT pg_terminate_backend(pid) FROM ({clients})", [OURS]).fetchall())

    def use_up_log(self) -> None:
        """Write-ahead log is kept in files made beforehand; begin new ones until there is no room for another."""
        with contextlib.suppress(psycopg.Error), self.superuser() as writer:
            for _ in range(20):
                writer.execute("SELECT pg_switch_wal(), pg_logical_emit_message(false, 'fault', 'more')")


@contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """A disk of its own at the folder, for whoever may mount one; else the folder as it is. Yields which it is."""
    folder.mkdir(mode=0o700, parents=True)
    command = ["mount", "-t", "tmpfs", "-o", "size=400m,mode=0700", "tmpfs", folder]
    mounted = bool(shutil.which("mount")) and subprocess.run(command, capture_output=True, check=False).returncode == 0
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", folder], check=True)


@contextmanager
def connected(site: Site) -> Iterator[None]:
    """Our own queries, those of threads too, go to the site's database."""
    ours = connections["default"].settings_dict
    kept = dict(ours)
    connections.close_all()
    server: Any = site.postgres.server
    ours |= {"NAME": "forecast_tracker", "USER": "postgres", "HOST": str(server.sockets), "PORT": "5432"}
    try:
        yield
    finally:
        connections.close_all()
        ours.update(kept)


def fill(folder: Path) -> Path:
    """Take what is left of the disk, and return the file whose removal gives it back."""
    ballast = folder / "ballast"
    with ballast.open("wb") as file:
        try:
            while file.write(bytes(1 << 20)):
                file.flush()
        except OSError:
            pass
    return ballast
