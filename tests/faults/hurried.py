"""The entry of the workers and of beat in these tests: the service's own, in a hurry, and pausing where a test asks.

FAULTS names a folder. A file in it named after a point has whoever comes there, with a resolution of the forecast that
it names, wait until it is gone. What begins is noted in the folder. FAULTS_CLOCK sets the clock of the process apart
by so many seconds.
"""

import datetime as dt
import os
import time
from pathlib import Path
from typing import Any

from celery import Task, signals
from django.utils import timezone

from config.celery import app

from . import SCORED, UNACKNOWLEDGED

FOLDER = Path(os.environ["FAULTS"])
SKEW = dt.timedelta(seconds=float(os.environ.get("FAULTS_CLOCK", "0")))

HURRIED = ("score_pending", "fold_scores", "refresh_crowds", "seal_record")

_true_now = timezone.now
timezone.now = lambda: _true_now() + SKEW
app.conf.beat_schedule = {
    name: entry | ({"schedule": 1.0} if entry["task"].endswith(HURRIED) else {})
    for name, entry in app.conf.beat_schedule.items()
}
# What a killed worker had not acknowledged is delivered again when the next one starts, not minutes later.
app.conf.broker_transport_options = app.conf.broker_transport_options | {"visibility_timeout": 1}


def pause(point: str, resolution_id: int) -> None:
    from forecasts.models import Forecast

    asked = FOLDER / point
    if asked.exists() and Forecast.objects.filter(slug=asked.read_text(), resolution=resolution_id).exists():
        (FOLDER / f"{point}.reached").touch()
        while asked.exists():
            time.sleep(0.02)


@signals.worker_process_init.connect
def pause_between_scoring_and_folding(**_: Any) -> None:
    from tracker.services import scoring

    score = scoring.score_resolution

    def score_and_pause(*, resolution_id: int, at: dt.datetime) -> bool:
        written = score(resolution_id=resolution_id, at=at)
        pause(SCORED, resolution_id)
        return written

    scoring.score_resolution = score_and_pause


@signals.task_prerun.connect
def note(task_id: str, task: Task, args: list[Any], **_: Any) -> None:
    with (FOLDER / "begun").open("a") as begun:
        begun.write(f"{task_id} {task.name.rpartition('.')[2]} {list(args)}\n")


@signals.task_postrun.connect
def pause_before_acknowledging(task: Task, args: list[Any], **_: Any) -> None:
    """What the task did is committed, and the queue does not know it yet."""
    if task.name.endswith("score_resolution"):
        pause(UNACKNOWLEDGED, *args)
