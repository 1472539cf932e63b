"""forecasting-tools as it is published, in a virtual environment of its own, against the service as it is run.

The first time it is installed, by the Makefile, into a folder that is kept. It reaches the server and nothing else.
"""

import datetime as dt
import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from forecasts.models import Collection, Estimate, Forecast, Forecaster, Note
from forecasts.services import crowds, tokens
from tests import factories
from tests.factories import DAY
from tests.service import ROOT, running

pytestmark = pytest.mark.django_db(transaction=True)
HERE = Path(__file__).parent
DOCS = (ROOT / "docs" / "metaculus.md").read_text()
BOTS = ROOT / ".cache" / "bots"


@pytest.fixture
def python() -> Path:
    """That of the other virtual environment."""
    plain = {name: value for name, value in os.environ.items() if name not in {"MAKEFLAGS", "MAKELEVEL", "MFLAGS"}}
    subprocess.run(["make", "--silent", ".cache/bots/.installed"], cwd=ROOT, env=plain, check=True, timeout=300)
    return BOTS / "bin" / "python"


@pytest.fixture
def made(transactional_db: None) -> dict[str, Forecast]:
    """One hidden, one whose crowd shows, a branch, one closed and one resolved; and one in no tournament."""
    at = timezone.now().replace(microsecond=0) - 9 * DAY
    bots = [Collection.objects.create(slug="bots", title="For bots")]
    times = {"at": at, "opens_at": at, "closes_at": at + 60 * DAY, "collections": bots}
    made = {"hidden": factories.forecast("hidden", question="Is it hidden?", **times)}
    made["shown"] = factories.forecast("shown", background="It shows.", reveal_at=at + DAY, **times)
    made["branch"] = factories.forecast("branch", condition=made["hidden"], condition_outcome="yes", **times)
    made["closed"] = factories.forecast("closed", **times | {"closes_at": at + 5 * DAY, "resolve_by": at + 90 * DAY})
    made["resolved"] = factories.forecast("resolved", **times | {"closes_at": at + 5 * DAY})
    factories.resolution(made["resolved"], "yes", at + 6 * DAY)
    other = factories.forecaster("other")
    for slug in ("hidden", "shown"):
        factories.estimate(made[slug], other, 0.4, at + 2 * DAY)
        crowds.refresh(forecast_id=made[slug].pk, at=timezone.now())
    Forecast.objects.filter(slug="shown").update(programs_in_crowd=False)
    factories.forecast("elsewhere", at=at, opens_at=at, closes_at=at + DAY)
    return made


def run(python: Path, *arguments: object, address: str, token: str, noted: Path) -> None:
    """In an environment of its own, on a machine where everything but the server is out of reach."""
    [base] = re.findall(r"^    export METACULUS_API_BASE_URL=http://127.0.0.1:8000(\S+)$", DOCS, re.MULTILINE)
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(noted.parent),
        "METACULUS_API_BASE_URL": address + base,
        "METACULUS_TOKEN": token,
        # litellm would fetch a list of prices.
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "PYTHONPATH": str(HERE / "alone"),
        "ONLY": address.removeprefix("http://"),
        "REFUSED": str(noted),
    }
    done = subprocess.run(
        [python, HERE / "metaculus_client.py", *map(str, arguments)],
        env=environment,
        cwd=noted.parent,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]


def test_the_package_is_the_published_one(python: Path) -> None:
    """Whole, with all that it asks for, and unmodified: the hashes that it was installed with are its files'."""
    verify = (
        "import base64, hashlib, importlib.metadata as m\n"
        "d = m.distribution('forecasting-tools')\n"
        "for f in d.files:\n"
        "    if f.hash:\n"
        "        digest = hashlib.sha256(f.locate().read_bytes()).digest()\n"
        "        assert base64.urlsafe_b64encode(digest).rstrip(b'=').decode() == f.hash.value, f\n"
        "print(d.version)"
    )
    version = subprocess.check_output([python, "-c", verify], text=True).strip()
    [asked] = re.findall(r'^    pip install "(forecasting-tools~=0.3\.\d+)"$', DOCS, re.MULTILINE)
    assert version.startswith("0.3.")
    assert f'"{asked}"' in (ROOT / "pyproject.toml").read_text()
    assert f"forecasting-tools=={version}" in (ROOT / "requirements-bots.txt").read_text()


def test_unmodified_bots_list_read_forecast_and_comment(
    python: Path, made: dict[str, Forecast], tmp_path: Path
) -> None:
    ann = factories.forecaster("ann", is_bot=True)
    _, token = tokens.make(owner=ann, expires_at=None, at=timezone.now())
    number = {slug: forecast.pk for slug, forecast in made.items()}
    tournament = 2 * Collection.objects.get().pk + 1
    noted, into = tmp_path / "refused", tmp_path / "told.json"
    # As docs/metaculus.md writes it.
    [bot] = re.findall(r"^    python (docs/metaculus_bot\.py) SLUG$", DOCS, re.MULTILINE)
    with running(tmp_path / "service.log") as address:
        asked = [number[slug] for slug in ("hidden", "shown", "branch", "closed")]
        run(python, into, ROOT / bot, tournament, *asked, address=address, token=token, noted=noted)
    told = json.loads(into.read_text())
    check_what_it_read(told, made, tournament)
    check_what_it_wrote(told, made, ann)
    check_what_the_bot_did(told, ann)
    elsewhere = ["192.0.2.1", "127.0.0.1", "www.metaculus.com"]
    assert all(told[place].startswith("no network but") for place in elsewhere)
    assert noted.read_text().split() == [f"{place}:9" for place in elsewhere]


def check_what_it_read(told: dict[str, Any], made: dict[str, Forecast], tournament: int) -> None:
    number = {slug: forecast.pk for slug, forecast in made.items()}
    is_open = [number[slug] for slug in ("branch", "shown", "hidden")]
    assert told["open"] == told["by number"] == is_open
    assert told["types"] == ["BinaryQuestion"]
    assert set(told["every state"]) == set(told["older"]) == set(number.values())
    assert told["closed"] == [number["closed"]]
    assert len(told["sampled"]) == 2
    assert told["benchmark"] == [number["shown"]]
    assert told["numeric"] == told["newer"] == []
    assert set(told["forecast by others"]) == {number["shown"]}
    assert told["before"] == {str(number["hidden"]): [False, None], str(number["shown"]): [False, 0.4]}
    shown = made["shown"]
    assert told["first"] == {
        "text": shown.question,
        "state": "open",
        "background": "It shows.",
        "criteria": "Yes if the count is above 3.\n\nWhere to look:\n- https://example.org/count",
        "tournaments": ["collection:bots"],
        "project": tournament,
        "forecasters": 1,
        "weight": 1.0,
        "bots count": False,
        "times": [_told(when) for when in (shown.opens_at, shown.closes_at, shown.resolve_by, shown.reveal_at)],
        "main feed": True,
        "crowd then": 0.4,
    }
    assert told["fine print"].startswith("This counts only if “Is it hidden?”")
    assert told["resolution"] == [True]


def _told(when: dt.datetime | None) -> str:
    assert when
    return when.isoformat()


def check_what_it_wrote(told: dict[str, Any], made: dict[str, Forecast], ann: Forecaster) -> None:
    number = {slug: forecast.pk for slug, forecast in made.items()}
    assert told["after"] == [[0.63, False], [0.7, True]]
    assert told["after withdrawing"] == [[0.25, False]]
    assert 0.4 <= told["crowd"] <= 0.7
    assert told["last"] is True
    expected = {"hidden": True, "shown": True, "branch": False}
    assert told["in lists"] == {str(number[slug]): is_forecast for slug, is_forecast in expected.items()}
    assert told["forecast by me"] == sorted([number["hidden"], number["shown"]])
    assert told["withdrawn"] == {}
    statuses = {name: status for name, (status, _) in told["refused"].items()}
    assert statuses == {"choice": 400, "number": 400, "closed": 409, "nowhere": 404, "nobody": 401}
    assert "yes or no" in told["refused"]["choice"][1]
    assert "closed" in told["refused"]["closed"][1]
    assert told["comments"] == {"true": [["Only for me.", None]], "false": [["For all.", 0.7]]}
    assert told["me"] == ann.pk
    assert told["tournaments"] == ["collection:bots"]
    assert told["tournament"] == "For bots"


def check_what_the_bot_did(told: dict[str, Any], ann: Forecaster) -> None:
    """It takes what was withdrawn for forecast, as its client does."""
    assert [len(lines) for lines in told["bot"]] == [1, 0]
    assert told["bot"][0][0].startswith("50% on record: ")
    mine = Estimate.objects.filter(forecaster=ann).order_by("made_at")
    assert list(mine.values_list("forecast__slug", "probability", "via")) == [
        ("hidden", 0.63, "api"),
        ("hidden", 0.7, "api"),
        ("shown", 0.25, "api"),
        ("shown", None, "api"),
        ("branch", 0.5, "api"),
    ]
    note = Note.objects.get(forecast__slug="branch")
    assert (note.is_private, note.estimate, note.author) == (True, mine.last(), ann)
    assert "# SUMMARY" in note.text
