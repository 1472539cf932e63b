"""Headers that no browser sends are answered as the sender's fault, also where Django is not asked yet."""

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.signals import request_started
from django.db import close_old_connections
from django.test import Client

from config.wsgi import application
from tests import factories

pytestmark = pytest.mark.django_db

FORM = b'--B\r\nContent-Disposition: form-data; name="login"\r\n\r\nann\r\n--B--\r\n'
CODECS = [
    "zlib",
    "bz2",
    "hex",
    "base64",
    "rot13",
    "idna",
    "undefined",
    "punycode",
    "utf-16",
    "unicode_escape",
    "no-such",
]
BROKEN = ["text/plain; charset*=zlib''x", "text/plain; charset*=no-such''x", "text/plain; charset="]


@pytest.fixture(autouse=True)
def connection_of_the_test() -> Iterator[None]:
    """A request closes a connection that is in a transaction, and here the test itself is one."""
    request_started.disconnect(close_old_connections)
    yield
    request_started.connect(close_old_connections)


def ask(address: str, kind: str = "", *, body: bytes = b"", cookie: str = "") -> tuple[int, str, str]:
    """Status, kind and text of the answer to what a server hands on, byte for byte."""
    path, _, query = address.partition("?")
    told: dict[str, Any] = {}
    environ = {
        "REQUEST_METHOD": "POST" if body else "GET",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "CONTENT_TYPE": kind,
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_HOST": "localhost",
        "HTTP_COOKIE": cookie,
        "REMOTE_ADDR": "127.0.0.1",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.url_scheme": "http",
    }

    def start(status: str, headers: list[tuple[str, str]], *_: object) -> Any:
        told.update(status=int(status[:3]), headers=dict(headers))

    text = b"".join(application(environ, start)).decode()
    return told["status"], told["headers"]["Content-Type"], text


@pytest.mark.parametrize("kind", [f"text/plain; charset={codec}" for codec in CODECS] + BROKEN)
def test_a_charset_that_is_not_read_is_refused_on_a_page_and_as_a_problem_under_api(kind: str) -> None:
    status, shown, text = ask("/help/?a=b", kind)
    assert (status, shown) == (400, "text/plain; charset=utf-8")
    assert "Send UTF-8" in text
    status, shown, text = ask("/api/v1/forecasts/?search=a", kind)
    assert (status, shown) == (400, "application/problem+json")
    assert json.loads(text)["errors"][0]["code"] == "unknown-charset"


@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=B", "application/x-www-form-urlencoded"])
def test_a_form_in_such_a_charset_is_refused(kind: str) -> None:
    assert ask("/accounts/login/", f"{kind}; charset=zlib", body=FORM)[0] == 400


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "text/plain; charset=utf-8", 'text/plain; charset="UTF-8"', "text/plain; charset=latin1"]
)
def test_a_charset_that_is_read_passes(kind: str) -> None:
    assert ask("/help/?a=b", kind)[0] == 200


@pytest.mark.parametrize(
    "key",
    [
        '"\\000aaaaaaaaaaaa"',
        '"aaaaaaaaaaaa\\000"',
        '"\\377\\377\\377\\377\\377\\377\\377\\377"',
        "a" * 5000,
        "../../etc",
    ],
)
@pytest.mark.parametrize("address", ["/help/", "/api/v1/forecasts/", "/accounts/login/"])
def test_a_session_key_that_was_never_given_is_no_session(address: str, key: str) -> None:
    assert ask(address, cookie=f"{settings.SESSION_COOKIE_NAME}={key}")[0] == 200


def test_a_session_key_that_was_given_signs_in(cast: factories.Cast) -> None:
    client = Client()
    client.force_login(cast.ann)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert "Sign out" in ask("/help/", cookie=f"{settings.SESSION_COOKIE_NAME}={session}")[2]


@pytest.mark.parametrize("host", ["evil.example", "e vil", "testserver:x"])
def test_a_host_that_we_are_not_is_the_senders_fault(host: str) -> None:
    response = Client(raise_request_exception=False).get("/", HTTP_HOST=host)
    assert response.status_code == 400
    assert b"That request could not be read" in response.content
