"""A bot on a client that a stock generator made of the API's description, against the service as it is run."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from django.utils import timezone

from forecasts.models import Estimate
from forecasts.services import tokens
from tests import factories
from tests.service import BIN, ROOT, running

pytestmark = pytest.mark.django_db(transaction=True)
README = (ROOT / "README.md").read_text()


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    done = subprocess.run(
        command,
        cwd=cwd,
        env=os.environ | {"PATH": f"{BIN}:{os.environ['PATH']}"} | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_bot_of_the_readme_answers_what_is_open_once(tmp_path: Path) -> None:
    at, bot = timezone.now() - factories.DAY, factories.forecaster("robot", is_bot=True)
    for number in range(3):
        factories.forecast(f"open-{number}", at=at, opens_at=at, closes_at=at + 30 * factories.DAY)
    _, token = tokens.make(owner=bot, expires_at=None, at=timezone.now())
    # As the README writes it, but for the address.
    [generate] = re.findall(r"openapi-python-client (generate .*?)\n\n", README, re.DOTALL)
    words = generate.replace("\\\n", " ").split()
    with running(tmp_path / "service.log") as address:
        told = [word.replace("http://127.0.0.1:8000", address).replace("docs/", f"{ROOT}/docs/") for word in words]
        run(BIN / "openapi-python-client", *told, "--fail-on-warning", cwd=tmp_path)
        again = [
            run(BIN / "python", ROOT / "docs" / "bot.py", cwd=tmp_path, TRACKER=address, TOKEN=token, PYTHONPATH=".")
            for _ in range(2)
        ]
    assert again[0].count("on record as") == 3
    assert again[1] == ""
    made = Estimate.objects.order_by("forecast__slug").values_list("forecast__slug", "forecaster__username", "via")
    assert list(made) == [(f"open-{number}", "robot", "api") for number in range(3)]


def test_the_bot_is_short() -> None:
    lines = (ROOT / "docs" / "bot.py").read_text().splitlines()
    assert len(lines) < 30
