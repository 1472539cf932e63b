"""Faults at random, under load throughout, for as long as DURATION says: for `make soak` alone.

The name keeps it out of `make test`. SEED repeats the order of the faults.
"""

import os
import random
import shutil
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from forecasts.models import Forecast

from .conftest import Faults
from .site import fill

SHORTEST, LONGEST = 10, 8 * 3600
OUTCOMES = ("yes", "no", "annulled")


def test_faults_at_random(faults: Faults, record_property: Any) -> None:
    seed = os.environ.get("SEED") or str(random.randrange(10**6))
    chance, tried = random.Random(seed), Counter[str]()
    until = time.monotonic() + min(max(float(os.environ["DURATION"]), SHORTEST), LONGEST)
    while time.monotonic() < until:
        slugs = faults.ask()
        with faults.load(slugs):
            for slug in slugs:
                fault = chance.choice(FAULTS if faults.on_small_disk else FAULTS[:-1])
                tried[fault.__name__] += 1
                time.sleep(chance.uniform(0, 2))
                fault(faults, chance)
                faults.decide(slug, chance.choice(OUTCOMES))
                if chance.random() < 0.3:
                    faults.decide(slug, chance.choice(OUTCOMES), revision=1)
        faults.check()
    record_property("tried", f"seed {seed}: " + ", ".join(f"{n} x {name}" for name, n in sorted(tried.items())))


def kill_a_process(faults: Faults, chance: random.Random) -> None:
    name = chance.choice(["web", "worker", "beat"])
    faults.site.kill(name)
    time.sleep(chance.uniform(0, 1))
    skew = chance.choice([-7200, -60, 0, 0, 60, 7200])
    faults.site.start(name, FAULTS_CLOCK=str(skew))


def kill_those_who_do_the_work(faults: Faults, chance: random.Random) -> None:
    faults.site.kill_children(chance.choice(["web", "worker"]))


def kill_and_empty_valkey(faults: Faults, chance: random.Random) -> None:
    valkey = faults.site.valkey
    valkey.kill()
    time.sleep(chance.uniform(0, 3))
    shutil.rmtree(valkey.server.home / "store")
    valkey.start()


def restart_postgresql(faults: Faults, chance: random.Random) -> None:
    postgres = faults.site.postgres
    chance.choice([postgres.stop, postgres.kill])()
    time.sleep(chance.uniform(0, 3))
    postgres.start()


def cut_connections(faults: Faults, chance: random.Random) -> None:
    for _ in range(chance.randint(1, 5)):
        faults.site.cut_connections()
        time.sleep(chance.uniform(0, 0.3))


def lose_messages(faults: Faults, chance: random.Random) -> None:
    faults.site.forget_queue()


def repeat_messages(faults: Faults, chance: random.Random) -> None:
    for resolution in Forecast.objects.exclude(resolution=None).values_list("resolution", flat=True).order_by("?")[:20]:
        faults.site.send("score_resolution", resolution)


def fill_the_disk(faults: Faults, chance: random.Random) -> None:
    postgres = faults.site.postgres
    ballast = fill(postgres.server.home)
    faults.site.use_up_log()
    time.sleep(chance.uniform(0, 3))
    ballast.unlink()
    if not postgres.is_up():
        postgres.start()


FAULTS: list[Callable[[Faults, random.Random], None]] = [
    kill_a_process,
    kill_those_who_do_the_work,
    kill_and_empty_valkey,
    restart_postgresql,
    cut_connections,
    lose_messages,
    repeat_messages,
    fill_the_disk,
]
