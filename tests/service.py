"""The service as it is run: the Procfile's processes on the test database, and a client that speaks HTTP to it."""

import http.cookiejar
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import redis
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from psycopg.conninfo import make_conninfo

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent


@contextmanager
def running(log: Path) -> Iterator[str]:
    """Web, worker and beat in processes of their own, on the database of this test; yields the address."""
    redis.Redis.from_url(settings.REDIS_URL).flushdb()
    port = free_port()
    environment = os.environ | {
        "DATABASE_URL": database_address(),
        "PORT": str(port),
        "PATH": f"{BIN}:{os.environ['PATH']}",
    }
    with log.open("wb") as output:
        processes = subprocess.Popen(
            [BIN / "honcho", "-e", os.devnull, "start", "-p", str(port)],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            address = f"http://127.0.0.1:{port}"
            wait_until(lambda: _answers(address), "the web process answers", log=log)
            yield address
        finally:
            processes.send_signal(signal.SIGTERM)
            try:
                processes.wait(timeout=20)
            except subprocess.TimeoutExpired:
                os.killpg(processes.pid, signal.SIGKILL)
                processes.wait()


def wait_until(true: Callable[[], Any], what: str, *, seconds: float = 60, log: Path | None = None) -> Any:
    """Poll until `true` returns something true, and return it."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if found := true():
            return found
        time.sleep(0.1)
    told = f"\n{log.read_text()[-4000:]}" if log else ""
    raise AssertionError(f"waited {seconds} s in vain until {what}{told}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def database_address() -> str:
    parts = connection.settings_dict
    named = {"dbname": parts["NAME"], "user": parts["USER"], "host": parts["HOST"], "port": parts["PORT"]}
    secret = {"password": parts["PASSWORD"]}
    return make_conninfo(**{key: value for key, value in (named | secret).items() if value})


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@dataclass(frozen=True)
class Answer:
    status: int
    text: str

    def json(self) -> Any:
        return json.loads(self.text)


class Http:
    """One visitor: cookies are kept, redirects followed, and the form's token is sent along."""

    def __init__(self, address: str, token: str = "") -> None:
        self.address = address
        self.token = token
        self.cookies = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    def get(self, path: str) -> Answer:
        return self._send(urllib.request.Request(self.address + path))

    def form(self, path: str, fields: dict[str, Any], action: str = "") -> Answer:
        """Open the page at `path` and send its form."""
        page = self.get(path)
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        assert found, f"no form at {path}: {page.status}"
        body = urllib.parse.urlencode({"csrfmiddlewaretoken": found[1], **fields}, doseq=True).encode()
        return self._send(
            urllib.request.Request(self.address + (action or path), body, {"Referer": self.address + path})
        )

    def call(self, method: str, path: str, body: Any = None) -> Answer:
        """Speak to the API with the token."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.address + path, data, {"Content-Type": "application/json"}, method=method)
        return self._send(request)

    def upload(self, path: str, fields: dict[str, str], content: bytes) -> Answer:
        """Send a file and fields beside it to the API."""
        data = encode_multipart(BOUNDARY, {**fields, "file": SimpleUploadedFile("mine.csv", content)})
        return self._send(urllib.request.Request(self.address + path, data, {"Content-Type": MULTIPART_CONTENT}))

    def _send(self, request: urllib.request.Request) -> Answer:
        if self.token:
            request.add_header("Authorization", f"Token {self.token}")
        try:
            with self.opener.open(request, timeout=30) as answer:
                return Answer(answer.status, answer.read().decode())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.read().decode())
