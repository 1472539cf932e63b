"""What logs say: one JSON object a line, with the request or the job, and no secret."""

import contextvars
import json
import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from config.logs import Origin, _carry_on
from forecasts import links
from forecasts.models import Forecaster
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.handler.addFilter(Origin())
    caplog.set_level(logging.INFO, "config.logs")
    return caplog


def noted(lines: pytest.LogCaptureFixture) -> list[Any]:
    return [record for record in lines.records if record.name == "config.logs"]


def test_each_request_is_noted_once_with_its_id(client: Client, lines: pytest.LogCaptureFixture) -> None:
    answer = client.get("/help/")
    [record] = noted(lines)
    assert (record.method, record.route, record.status, record.forecaster) == ("GET", "help/", 200, None)
    assert record.request_id == record.origin == answer["X-Request-ID"]
    assert record.ms > 0


def test_a_proxys_id_is_kept_and_nothing_else_is(client: Client, lines: pytest.LogCaptureFixture) -> None:
    assert client.get("/help/", headers={"X-Request-ID": "edge-12345678"})["X-Request-ID"] == "edge-12345678"
    for forged in ("short", "x" * 65, 'a"b"cdefgh', "line\tfeed-1234"):
        assert client.get("/help/", headers={"X-Request-ID": forged})["X-Request-ID"] != forged


def test_who_asked_is_a_number_and_nothing_of_the_path_or_the_question_is_told(
    cast: factories.Cast, lines: pytest.LogCaptureFixture
) -> None:
    client = Client()
    client.force_login(cast.ann)
    token = links.feed_token(Forecaster.objects.get(pk=cast.ann.pk))
    client.get(f"/feeds/own/{token}.atom")
    client.get("/forecasts/?search=a+private+matter")
    said = " ".join(str(vars(record)) for record in noted(lines))
    assert f"'forecaster': {cast.ann.pk}" in said
    assert token not in said
    assert "private" not in said


def test_watchers_are_not_noted(client: Client, lines: pytest.LogCaptureFixture) -> None:
    client.get("/healthz")
    client.get("/readyz")
    assert noted(lines) == []


def test_a_refusal_that_django_notes_names_its_request_too(client: Client, lines: pytest.LogCaptureFixture) -> None:
    id_ = client.get("/nowhere/")["X-Request-ID"]
    assert [record.request_id for record in lines.records if record.name == "django.request"] == [id_]


def test_a_job_that_no_request_asked_for_names_none() -> None:
    headers: dict[str, Any] = {}
    contextvars.Context().run(_carry_on, headers)
    assert headers == {}


def test_in_json_each_line_is_an_object(tmp_path: Path) -> None:
    script = "import django, logging; django.setup(); logging.getLogger('here').warning('so \\n it is', extra={'n': 3})"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script],
        env=os.environ | {"LOG_FORMAT": "json", "DJANGO_SETTINGS_MODULE": "config.settings"},
        capture_output=True,
        text=True,
        check=True,
    )
    said = json.loads(done.stderr.strip())
    assert said | {"level": "WARNING", "logger": "here", "message": "so \n it is", "n": 3, "request_id": ""} == said
    assert said["at"]
