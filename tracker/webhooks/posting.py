"""One request to one address that was checked, and what came back, within ten seconds whatever the other side does."""

import http.client
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final

from .addresses import PORTS, Target, Unreachable

PATIENCE: Final = 10.0  # seconds, for all of it
MOST_READ: Final = 4096
MOST_KEPT: Final = 500
MOST_TRIED: Final = 3


@dataclass(frozen=True)
class Answer:
    """The status, null where none came, and the beginning of what was said, or what went wrong."""

    status: int | None
    said: str

    @property
    def taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def post(target: Target, addresses: Sequence[str], body: bytes, headers: dict[str, str]) -> Answer:
    """Send it to the first of these addresses that answers. A redirection is an answer like any other."""
    try:
        with _connected(target, addresses) as connection:
            connection.request("POST", target.path, body, headers)
            response = connection.getresponse()
            return Answer(response.status, _beginning(response))
    except (OSError, http.client.HTTPException, ValueError, Unreachable) as error:
        return Answer(None, kept(f"{type(error).__name__}: {error}"))


def kept(text: str) -> str:
    """As much as the log keeps. PostgreSQL takes no null characters."""
    return text.replace("\x00", "\N{REPLACEMENT CHARACTER}")[:MOST_KEPT]


def _beginning(response: http.client.HTTPResponse) -> str:
    """The status is known; whether all of the body comes does not matter."""
    with suppress(OSError, http.client.HTTPException, ValueError):
        return kept(response.read(MOST_READ).decode("utf-8", "replace"))
    return ""


@contextmanager
def _connected(target: Target, addresses: Sequence[str]) -> Iterator[http.client.HTTPConnection]:
    """A connection that is cut when the time is up: a socket's own timeout begins anew with every byte that comes."""
    plain = _reached(target, addresses)
    line = plain.dup()
    watch = threading.Timer(PATIENCE, _cut, [line])
    watch.daemon = True
    watch.start()
    connection = http.client.HTTPConnection(target.host, target.port, timeout=PATIENCE)
    # It must neither look the name up and connect by itself, nor say a port that goes without saying.
    connection.auto_open, connection.default_port = 0, PORTS["https" if target.secure else "http"]
    try:
        connection.sock = _secured(plain, target) if target.secure else plain
        yield connection
    finally:
        watch.cancel()
        watch.join()
        connection.close()
        plain.close()
        line.close()


def _cut(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)


def _secured(plain: socket.socket, target: Target) -> ssl.SSLSocket:
    """The certificate must be that of the name, whatever address it led to."""
    return ssl.create_default_context().wrap_socket(plain, server_hostname=target.host)


def _reached(target: Target, addresses: Sequence[str]) -> socket.socket:
    tried = addresses[:MOST_TRIED]
    for last, address in enumerate(tried, start=1):
        try:
            return socket.create_connection((address, target.port), timeout=PATIENCE / len(tried))
        except OSError:
            if last == len(tried):
                raise
    raise Unreachable(f"{target.host} has no address.")
