"""kill -9 of every process: what it was at is done all the same, once."""

from forecasts.models import Forecast
from tests.service import wait_until
from tracker.models import ScoringRun

from . import SCORED, UNACKNOWLEDGED
from .conftest import Faults


def resolution_of(slug: str) -> int:
    found = Forecast.objects.get(slug=slug).resolution_id
    assert found
    return found


def test_a_worker_killed_in_the_middle_of_scoring_and_of_folding(faults: Faults) -> None:
    first, second, third = slugs = faults.ask()
    with faults.load(slugs):
        faults.more()
        for table, slug in (("tracker_score", first), ("tracker_total", second)):
            with faults.site.holding(table):
                faults.decide(slug)
                faults.site.await_blocked(table)
                faults.site.kill("worker")
            faults.decide(third if slug == second else slug, "no", revision=None if slug == second else 1)
            faults.site.start("worker")


def test_only_those_who_do_the_work_killed_in_the_middle_of_scoring(faults: Faults) -> None:
    slugs = faults.ask()
    with faults.load(slugs):
        faults.more()
        with faults.site.holding("tracker_score"):
            for slug in slugs:
                faults.decide(slug)
            faults.site.await_blocked("tracker_score")
            faults.site.kill_children("worker")


def test_a_worker_killed_between_scoring_and_folding(faults: Faults) -> None:
    slugs = faults.ask()
    with faults.load(slugs), faults.site.pausing(SCORED, slugs[0]):
        faults.more()
        faults.decide(slugs[0])
        faults.site.await_pause(SCORED)
        resolution = resolution_of(slugs[0])
        wait_until(ScoringRun.objects.filter(resolution=resolution, current=True).exists, "its scores are committed")
        faults.site.kill("worker")
    faults.site.start("worker")


def test_a_worker_killed_after_commit_and_before_the_queue_knows(faults: Faults) -> None:
    slugs = faults.ask()
    with faults.load(slugs), faults.site.pausing(UNACKNOWLEDGED, slugs[0]):
        faults.more()
        faults.decide(slugs[0])
        faults.site.await_pause(UNACKNOWLEDGED)
        resolution = resolution_of(slugs[0])
        faults.site.kill("worker")
    assert len(faults.site.begun("score_resolution", resolution)) == 1
    faults.site.start("worker")
    begun = wait_until(lambda: faults.site.begun("score_resolution", resolution)[1:], "it is delivered again")
    assert begun == faults.site.begun("score_resolution", resolution)[:1], "the very same message"


def test_beat_and_worker_killed_and_the_queue_lost(faults: Faults) -> None:
    slugs = faults.ask()
    with faults.load(slugs):
        for name in ("beat", "worker"):
            faults.site.kill(name)
        for slug in slugs:
            faults.decide(slug)
        faults.more()
        faults.site.forget_queue()
        for name in ("beat", "worker"):
            faults.site.start(name)


def test_a_web_process_killed_under_load(faults: Faults) -> None:
    slugs = faults.ask()
    with faults.load(slugs):
        faults.more()
        faults.site.kill_children("web")
        faults.more()
        faults.site.kill("web")
        faults.site.start("web")
        faults.decide(slugs[0])
        faults.more()
