"""PostgreSQL and Valkey stopped, killed, emptied, cut off and out of room, while everybody estimates and resolves."""

import shutil

import pytest

from .conftest import Faults
from .site import fill


def test_valkey_stopped_during_estimates_and_resolutions_and_restarted_empty(faults: Faults) -> None:
    slugs, valkey = faults.ask(), faults.site.valkey
    with faults.load(slugs):
        faults.more()
        valkey.kill()
        faults.decide(slugs[0])
        faults.decide(slugs[1], "no")
        faults.more()
        shutil.rmtree(valkey.server.home / "store")
        valkey.start()
        faults.decide(slugs[2], "annulled")
        faults.more()


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_postgresql_stopped_and_restarted_under_load(faults: Faults, how: str) -> None:
    slugs, postgres = faults.ask(), faults.site.postgres
    with faults.load(slugs):
        faults.more()
        faults.decide(slugs[0])
        getattr(postgres, how)()
        faults.await_answer(503)
        postgres.start()
        faults.decide(slugs[1], "no")
        faults.more()


def test_connections_cut_under_load_and_in_the_middle_of_scoring(faults: Faults) -> None:
    slugs = faults.ask()
    with faults.load(slugs):
        for slug in slugs:
            with faults.site.holding("tracker_score"):
                faults.decide(slug)
                faults.site.await_blocked("tracker_score")
                assert faults.site.cut_connections() > 1
            faults.more(4)


def test_a_full_disk_under_load(faults: Faults) -> None:
    if not faults.on_small_disk:
        pytest.skip("a small disk can be mounted by root only")
    slugs, postgres = faults.ask(), faults.site.postgres
    with faults.load(slugs):
        faults.more()
        ballast = fill(postgres.server.home)
        faults.site.use_up_log()
        faults.await_answer(503)
        ballast.unlink()
        if not postgres.is_up():
            postgres.start()
        faults.decide(slugs[0])
        faults.more()
