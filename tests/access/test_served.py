"""As production serves it: gunicorn, its settings and headers, and a log in which no secret stands."""

import os
import re
import signal
import subprocess
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone
from knox.models import AuthToken

from forecasts.services import tokens
from tests import factories
from tests.service import BIN, ROOT, database_address, free_port, wait_until
from tracker.models import Webhook

pytestmark = pytest.mark.django_db(transaction=True)
HOST = "tracker.example"
KEY = "kept-in-the-environment-and-never-in-a-log-0123456789abcdef"
PASSWORD = "a-pass-word-that-nobody-may-read-7"


class Unfollowed(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Message
    text: str


@dataclass
class Served:
    """What comes in as a proxy hands it on: plain HTTP to us, and a header that says that it was not."""

    port: int
    log: Path
    secure: bool = True

    def ask(self, path: str, data: bytes | None = None, **headers: str) -> Answer:
        forwarded = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"} if self.secure else {}
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", data, {"Host": HOST, **forwarded, **headers}
        )
        try:
            with urllib.request.build_opener(Unfollowed).open(request, timeout=30) as answer:
                return Answer(answer.status, answer.headers, answer.read().decode())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.headers, error.read().decode())


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """As the Procfile starts it, with everything logged; only static files are taken from where they lie."""
    (tmp_path / "settings_of_production.py").write_text(
        "from config.settings import *\n"
        'STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}\n'
        "WHITENOISE_USE_FINDERS, STATIC_ROOT = True, None\n"
    )
    production = {
        "ENVIRONMENT": "production",
        "DJANGO_SETTINGS_MODULE": "settings_of_production",
        "PYTHONPATH": f"{tmp_path}:{ROOT}",
        "SECRET_KEY": KEY,
        "DEBUG": "false",
        "ALLOWED_HOSTS": HOST,
        "DATABASE_URL": database_address(),
        "REDIS_URL": settings.REDIS_URL,
        "TRUST_PROXY": "1",
        "LOG_LEVEL": "DEBUG",
        "PYTHONWARNINGS": "ignore",
    }
    served = Served(free_port(), tmp_path / "web.log")
    command = (
        f"gunicorn config.wsgi --bind 127.0.0.1:{served.port} --no-control-socket --access-logfile - --log-level DEBUG"
    )
    with served.log.open("wb") as log:
        process = subprocess.Popen(
            [BIN / command.split(maxsplit=1)[0], *command.split()[1:]],
            cwd=ROOT,
            env=os.environ | production,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_until(lambda: _up(served), "gunicorn answers", log=served.log)
            yield served
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=20)


def _up(served: Served) -> bool:
    try:
        return served.ask("/healthz").status == 200
    except OSError:
        return False


def form(served: Served, path: str, **fields: str) -> tuple[Answer, Answer]:
    """The page with the form, and what came of sending it."""
    page = served.ask(path)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    assert token
    cookie = page.headers["Set-Cookie"].partition(";")[0]
    body = urllib.parse.urlencode({"csrfmiddlewaretoken": token[1], **fields}).encode()
    return page, served.ask(path, body, Cookie=cookie, Referer=f"https://{HOST}{path}", Origin=f"https://{HOST}")


def test_production_is_closed_and_keeps_its_secrets(served: Served) -> None:
    ann = factories.forecaster("ann", email="ann@example.org")
    ann.set_password(PASSWORD)
    ann.save(update_fields=["password"])
    _, token = tokens.make(owner=ann, expires_at=None, at=timezone.now())
    pages_are_closed(served)
    cookies_are_closed(served)
    elsewhere_is_refused(served)
    secret = programs_are_let_in(served, token)
    signing_in_slows_down(served)
    at_rest_there_are_digests_only(token, secret)
    log = served.log.read_text()
    assert "/api/v1/me/" in log
    for kept in (token, PASSWORD, secret, KEY, settings.DATABASES["default"]["PASSWORD"] or KEY):
        assert kept not in log


def pages_are_closed(served: Served) -> None:
    for path in ("/", "/forecasts/", "/api/v1/forecasts/", "/no/such/page/", "/admin/login/"):
        headers = served.ask(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
        assert "Access-Control-Allow-Origin" not in headers


def cookies_are_closed(served: Served) -> None:
    page, answer = form(served, "/accounts/login/", login="ann", password=PASSWORD)
    assert "no-store" in page.headers["Cache-Control"]
    given = [*page.headers.get_all("Set-Cookie"), *(answer.headers.get_all("Set-Cookie") or [])]
    assert any(each.startswith("csrftoken=") for each in given)
    for each in given:
        assert "Secure" in each
        assert "SameSite=Lax" in each
        assert each.startswith("csrftoken=") or "HttpOnly" in each


def elsewhere_is_refused(served: Served) -> None:
    """Plain HTTP leads to HTTPS; another host, another origin and a form without its token get nothing."""
    served.secure = False
    moved = served.ask("/forecasts/")
    served.secure = True
    assert (moved.status, moved.headers["Location"]) == (301, f"https://{HOST}/forecasts/")
    assert served.ask("/forecasts/", Host="evil.example").status == 400
    assert served.ask("/accounts/login/", b"login=ann&password=x").status == 403
    page = served.ask("/accounts/login/")
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)[1]
    cookie = page.headers["Set-Cookie"].partition(";")[0]
    body = urllib.parse.urlencode({"csrfmiddlewaretoken": token, "login": "ann", "password": "x"}).encode()
    assert served.ask("/accounts/login/", body, Cookie=cookie, Origin="https://evil.example").status == 403


def programs_are_let_in(served: Served, token: str) -> str:
    """By token; what a webhook is signed with is shown once, over the same way."""
    sent = {"Authorization": f"Token {token}", "Content-Type": "application/json"}
    assert served.ask("/api/v1/me/", **sent).status == 200
    refused = served.ask("/api/v1/me/", Authorization=f"Token {token[:-1]}x")
    assert (refused.status, token[:-1] in refused.text) == (401, False)
    made = served.ask(
        "/api/v1/webhooks/", b'{"url": "https://93.184.216.34/", "events": ["forecast.resolved"]}', **sent
    )
    secret = re.search(r'"secret": ?"(whsec_[^"]+)"', made.text)
    assert secret, made.text
    assert secret[1] not in served.ask("/api/v1/webhooks/", **sent).text
    assert served.ask("/api/v1/webhooks/", b'{"url": "http://127.0.0.1/", "events": []}', **sent).status == 400
    return secret[1]


def signing_in_slows_down(served: Served) -> None:
    """After five wrong passwords the right one waits as well, whoever sends it."""
    for _ in range(5):
        form(served, "/accounts/login/", login="ann", password="wrong")
    _, answer = form(served, "/accounts/login/", login="ann", password=PASSWORD)
    assert answer.status in {200, 429}
    assert "Location" not in answer.headers


def at_rest_there_are_digests_only(token: str, secret: str) -> None:
    kept = str([*AuthToken.objects.values(), *Webhook.objects.values()])
    assert token not in kept
    assert secret.removeprefix("whsec_") not in kept
    with connection.cursor() as cursor:
        cursor.execute("SELECT password FROM forecasts_forecaster WHERE username = 'ann'")
        assert PASSWORD not in cursor.fetchone()[0]
