"""PostgreSQL and Valkey from wheels: real servers on any machine, alive for exactly as long as somebody uses them."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from .servers import SERVERS, DidNotStart, Postgres, Valkey
from .using import using

__all__ = ["DidNotStart", "Urls", "data_folder", "ensure", "up", "urls"]

PROJECT = Path(__file__).resolve().parent.parent.parent


class Urls(NamedTuple):
    database: str
    redis: str


def data_folder() -> Path:
    return Path(os.environ.get("FORECAST_TRACKER_DATA") or PROJECT / ".data").resolve()


def urls(data: Path) -> Urls:
    """Where the servers of a data folder answer; starts nothing."""
    return Urls(Postgres(data).url(), Valkey(data).url())


@contextlib.contextmanager
def up(data: Path) -> Iterator[Urls]:
    """Both servers, for as long as the block runs and this process lives."""
    with using(Postgres(data)), using(Valkey(data)):
        yield urls(data)


@contextlib.contextmanager
def ensure() -> Iterator[None]:
    """Bring up the servers that the environment does not name, and name them there for as long as the block runs."""
    data = data_folder()
    with contextlib.ExitStack() as stack:
        for kind in SERVERS.values():
            if not os.environ.get(kind.variable):
                server = kind(data)
                stack.enter_context(using(server))
                os.environ[kind.variable] = server.url()
                stack.callback(os.environ.pop, kind.variable, None)
        yield
