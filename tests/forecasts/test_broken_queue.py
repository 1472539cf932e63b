"""A queue that is gone, or accepts and never answers, neither fails nor holds up what is recorded."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from forecasts import jobs
from forecasts.models import Estimate, Forecast, Outcome, Resolution
from tests import factories
from tests.factories import NOW
from tests.service import ROOT, database_address

# A process of its own, since a process keeps its connections to the broker. Its own alarm ends it if it hangs.
ACT = """
import signal
signal.alarm(60)
import django
django.setup()
from datetime import datetime
from forecasts.models import Forecast, Forecaster
from forecasts.services import estimating, resolving
at = datetime.fromisoformat("{now}")
premise = Forecast.objects.get(slug="premise")
actor = Forecaster.objects.get(username="actor")
estimating.submit(forecast=premise, forecaster=actor, probability=0.7, at=at, via="api")
resolving.resolve(forecast=premise, outcome="no", by=actor, at=at, known_at=at, reason="Seen.")
print("went on")
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """With a name short enough for a socket."""
    with TemporaryDirectory(prefix="ft-") as name:
        yield Path(name)


def act(queue: Path) -> "subprocess.CompletedProcess[str]":
    environment = os.environ | {
        "DATABASE_URL": database_address(),
        "REDIS_URL": f"unix://{queue}",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    command = [sys.executable, "-c", ACT.format(now=NOW.isoformat())]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("listens", [True, False], ids=["frozen", "gone"])
def test_estimates_and_resolutions_are_recorded_all_the_same(folder: Path, listens: bool) -> None:
    premise = factories.forecast("premise")
    factories.forecaster("actor", is_resolver=True)
    branches = [factories.forecast(condition=premise, condition_outcome="yes") for _ in range(40)]
    with socket.socket(socket.AF_UNIX) as frozen:
        if listens:
            frozen.bind(str(folder / "queue"))
            frozen.listen(64)  # the system accepts; nobody ever answers
        ended = act(folder / "queue")
    assert (ended.stdout, ended.returncode) == ("went on\n", 0), ended.stderr[-4000:]
    assert Estimate.objects.get().probability == 0.7
    assert Resolution.objects.count() == 1 + len(branches)
    assert {f.outcome for f in Forecast.objects.exclude(slug="premise")} == {Outcome.ANNULLED}
    # The others were not waited for one by one.
    assert 1 <= ended.stderr.count("the queue did not take") < 5


def test_after_a_while_jobs_are_announced_again(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []

    class Fails:
        name = "tests.fails"

        def delay(self, id_: int) -> None:
            tried.append(id_)
            raise ConnectionError

    monkeypatch.setattr(jobs, "_silent_until", float("-inf"))
    assert not jobs.enqueue(Fails(), 1)
    assert not jobs.enqueue(Fails(), 2)
    assert tried == [1]
    monkeypatch.setattr(jobs, "_silent_until", float("-inf"))
    jobs.enqueue(Fails(), 3)
    assert tried == [1, 3]
