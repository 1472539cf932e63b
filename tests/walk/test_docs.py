"""The commands that the documentation shows are run as they stand, and answer what it says that they answer."""

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from forecasts.models import Estimate, Forecaster, Note
from forecasts.services import tokens
from tests import factories
from tests.service import BIN, ROOT, running

pytestmark = pytest.mark.django_db(transaction=True)
END = "---- end of a block ----"


@dataclass
class Block:
    """Commands, and the parts that the page shows of what the last of them answers."""

    commands: str
    shown: Any = None


def blocks(page: str) -> list[Block]:
    found: list[Block] = []
    text = (ROOT / "docs" / page).read_text()
    for language, inside in re.findall(r"^```(sh|json)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        if language == "sh":
            found.append(Block(inside))
        else:
            found[-1].shown = json.loads(inside)
    return found


def run(of: list[Block], cwd: Path, **environment: str) -> list[str]:
    """What each block prints, all of them in one shell, which a failing command ends."""
    script = "\n".join(f"{block.commands}\necho; echo '{END}'" for block in of)
    usual = {"PATH": f"{BIN}:/usr/local/bin:/usr/bin:/bin", "HOME": str(cwd)}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=cwd,
        env=usual | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    return done.stdout.split(END)[:-1]


def agrees(shown: Any, came: Any, place: str = "") -> None:
    """Everything that is shown came; more may have come."""
    if isinstance(shown, dict):
        assert isinstance(came, dict), place
        for name, value in shown.items():
            assert name in came, f"{place}.{name}"
            agrees(value, came[name], f"{place}.{name}")
    elif isinstance(shown, list):
        assert isinstance(came, list), place
        assert len(came) == len(shown), f"{place} has {len(came)}"
        for number, (one, other) in enumerate(zip(shown, came, strict=True)):
            agrees(one, other, f"{place}[{number}]")
    else:
        assert came == shown, place


@pytest.mark.skipif(shutil.which("curl") is None, reason="the page shows curl, and this machine has none")
def test_the_api_page_says_what_happens(tmp_path: Path) -> None:
    page = blocks("api.md")
    assert len(page) > 15
    call_command("register", ROOT / "forecasts" / "catalog" / "ai_pause.toml")
    reader = factories.forecaster("reader", is_bot=True)
    _, token = tokens.make(owner=reader, expires_at=None, at=timezone.now())
    with running(tmp_path / "service.log") as address:
        printed = run(page, tmp_path, TRACKER=address, TOKEN=token)
    for block, text in zip(page, printed, strict=True):
        if block.shown is not None:
            agrees(block.shown, json.loads(text.strip().splitlines()[-1]), block.commands)
    assert "estimates.csv" in printed[-1]
    # And it is on record.
    assert Forecaster.objects.get(username="reader").estimates.count() == 4
    assert Estimate.objects.filter(probability=None).count() == 1
    assert Note.objects.get().is_private
