"""Each page of a site with 100,000 forecasts and 5,000,000 estimates, beside the same of one with 100 forecasts.

What is measured is the server's part: from the request to the last byte, templates and middleware included.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from django.test import Client

from benchmarks.measuring import Row, Sample, timed, times_as_long
from benchmarks.resolution import count
from benchmarks.stocked import Stock, own_database
from forecasts.models import Forecast, Forecaster

SMALL, LARGE = 100, 100_000
PEOPLE = 50
# One in ten has resolved, one in a hundred waits for its answer; a document makes some sixty predictions.
RESOLVED, WAITING, PER_SOURCE = 10, 100, 60
AS_LONG = 1.5
REPEATS = 11
VISITOR, FORECASTER, RESOLVER = "", "stocked7", "stocked1"
PAGES = {
    "home": (VISITOR, "/"),
    "home, signed in": (FORECASTER, "/"),
    "the list": (FORECASTER, "/forecasts/"),
    "the list, what moved last": (FORECASTER, "/forecasts/?ordering=active"),
    "the list, open ones of a tag": (FORECASTER, "/forecasts/?status=open&tag=tag-3"),
    "a search": (FORECASTER, "/forecasts/?search=wheat+district+42"),
    "a search with a slip": (FORECASTER, "/forecasts/?search=turnuot"),
    "an open forecast": (FORECASTER, "/forecasts/{running}/"),
    "a resolved forecast": (FORECASTER, "/forecasts/{resolved}/"),
    "its scores": (FORECASTER, "/forecasts/{resolved}/scores/"),
    "the sources": (VISITOR, "/sources/"),
    "a source": (FORECASTER, "/sources/stocked-1/"),
    "the leaderboard": (FORECASTER, "/leaderboards/"),
    "a source's leaderboard": (FORECASTER, "/leaderboards/?scope=source:stocked-1&measure=brier"),
    "calibration": (FORECASTER, "/calibration/"),
    "calibration of one": (FORECASTER, "/calibration/?forecaster=stocked7"),
    "a track record": (VISITOR, "/forecasters/stocked7/"),
    "the resolvers' queue": (RESOLVER, "/resolve/"),
    "the queue of what is due soon": (RESOLVER, "/resolve/?show=soon"),
    "a decision": (RESOLVER, "/resolve/{waiting}/"),
    "how far scoring has come": (VISITOR, "/scoring/"),
    "the curators' way in": (RESOLVER, "/curate/"),
    "a condition sought": (RESOLVER, "/curate/find/condition/?condition_search=wheat+in+district+42"),
    "a new wording": (RESOLVER, "/curate/forecast/{running}/"),
    "help": (VISITOR, "/help/"),
}


def rows(scale: float) -> Iterator[Row]:
    """Each page, in the large site beside the small one."""
    large, small = measured(max(2 * SMALL, int(LARGE * scale))), measured(SMALL)
    for name, sample in large.samples.items():
        setting = f"{name}, {large.forecasts:,} beside {small.forecasts:,} forecasts"
        yield times_as_long(setting, ours=sample, reference=small.samples[name], at_most=AS_LONG)


@dataclass(frozen=True)
class Measured:
    forecasts: int
    samples: dict[str, Sample]


def measured(forecasts: int) -> Measured:
    resolved, waiting = max(2, forecasts // RESOLVED), max(2, forecasts // WAITING)
    stock = Stock(
        forecasts=resolved,
        open=waiting,
        running=forecasts - resolved - waiting,
        forecasters=500,
        people=PEOPLE,
        each=1,
        sources=max(1, forecasts // PER_SOURCE),
    )
    with own_database():
        stock.lay_in()
        count()
        slugs = {"resolved": "stocked-2", "waiting": f"stocked-{resolved + 1}", "running": f"stocked-{forecasts}"}
        clients = {name: client(name) for name in (VISITOR, FORECASTER, RESOLVER)}
        samples = {
            name: timed(partial(get, clients[who], path.format(**slugs)), REPEATS)
            for name, (who, path) in PAGES.items()
        }
        return Measured(Forecast.objects.count(), samples)


def client(name: str) -> Client:
    made = Client(headers={"host": "127.0.0.1", "accept-encoding": "gzip"})
    if name != VISITOR:
        made.force_login(Forecaster.objects.get(username=name), backend="django.contrib.auth.backends.ModelBackend")
    return made


def get(client: Client, path: str) -> None:
    answer = client.get(path)
    if answer.status_code != 200:
        raise RuntimeError(f"{path} answers {answer.status_code}: {answer.content[:200]!r}")
