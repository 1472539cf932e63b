"""Each page of a site with 100,000 forecasts and 5,000,000 estimates, beside the same of one with 100 forecasts.

What is measured is the server's part: from the request to the last byte, templates and middleware included.

Both sites fill the pages of their lists, so that what differs is how much there is and not how many rows are shown. The
small one has 26 due and 26 resolved forecasts for it, the sources of both have 100 forecasts each, one forecaster of
both has estimated half of what there is, and what holds more rows than the small site has is cut to CUT rows in both.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from unittest import mock

from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client

from benchmarks.measuring import Row, Sample, timed, times_as_long
from benchmarks.resolution import count
from benchmarks.stocked import Stock, at_hand, own_database
from forecasts import feeds, links
from forecasts.models import Forecaster, Source
from tracker.pages import comparisons, forecasters, queues
from tracker.queries import bins

SMALL, LARGE = 100, 100_000
PEOPLE = 50
# One in ten has resolved, one in a hundred waits for its answer; a document makes a hundred predictions.
RESOLVED, WAITING, PER_SOURCE = 10, 100, 100
# A page of forecasts and one more; more sources than a menu offers; and the rows of what would hold more than all.
FULL, SOURCES, CUT = 26, 201, 12
AS_LONG = 1.5
ROUNDS, EACH = 6, 4
VISITOR, FORECASTER, NEWCOMER, RESOLVER = "", "stocked7", "stocked9", "stocked1"
PAGES = {
    "home": (VISITOR, "/"),
    "home, signed in": (FORECASTER, "/"),
    "the list": (FORECASTER, "/forecasts/"),
    "the list, what moved last": (FORECASTER, "/forecasts/?ordering=active"),
    "the list, open ones of a tag": (FORECASTER, "/forecasts/?status=open&tag=tag-1"),
    "a search": (FORECASTER, "/forecasts/?search=wheat+exceed"),
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
    "a condition sought": (RESOLVER, "/curate/find/condition/?condition_search=wheat+exceed"),
    "a new wording": (RESOLVER, "/curate/forecast/{running}/"),
    "a source, embedded": (VISITOR, "/sources/stocked-1/embed/"),
    "what one could answer": (NEWCOMER, "/answer/"),
    "behind a bin": (VISITOR, "/calibration/forecasts/?bin=7"),
    "behind a bin of one": (VISITOR, "/calibration/forecasts/?bin=7&forecaster=stocked7"),
    "two compared": (VISITOR, "/compare/?a=stocked7&b=stocked9&settled=false"),
    "the crowd compared with one half": (VISITOR, "/compare/?a=crowd:median&b=constant:one_half&settled=false"),
    "an account": (FORECASTER, "/accounts/"),
    "a letter": (FORECASTER, "/accounts/letters/preview/"),
    "a resolver's letter": (RESOLVER, "/accounts/letters/preview/"),
    "where to subscribe": (FORECASTER, "/feeds/"),
    "a feed of what opened": (VISITOR, "/feeds/opened.atom"),
    "a feed of what resolved": (VISITOR, "/feeds/resolved.atom"),
    "a source's feed": (VISITOR, "/feeds/sources/stocked-1.atom"),
    "one's feed": (VISITOR, "/feeds/own/{own}.atom"),
    "a calendar": (VISITOR, "/calendars/open.ics"),
    "a source's calendar": (VISITOR, "/calendars/sources/stocked-1.ics"),
    "one's calendar": (VISITOR, "/calendars/own/{own}.ics"),
    "a resolver's calendar": (VISITOR, "/calendars/own/{resolvers}.ics"),
    "the API's list": (FORECASTER, "/api/v1/forecasts/"),
    "the API's list, what moved last": (FORECASTER, "/api/v1/forecasts/?ordering=active"),
    "the API's list, most forecasters": (FORECASTER, "/api/v1/forecasts/?ordering=forecasters"),
    "the API's source": (VISITOR, "/api/v1/sources/stocked-1/"),
    "the pairs": (VISITOR, "/api/v1/pairs/"),
    "help": (VISITOR, "/help/"),
}
# By module, what is cut.
LENGTHS = (
    (feeds, "MOST"),
    (feeds, "MOST_EVENTS"),
    (bins, "PAGE"),
    (comparisons, "SHOWN"),
    (forecasters, "PAGE"),
    (queues, "PER_PAGE"),
)
HALF = """
INSERT INTO forecasts_estimate (forecast_id, forecaster_id, wording_id, probability, made_at, recorded_at, crowd_seen,
    rationale, via)
SELECT id, %s, id, 0.7, opens_at + random() * (least(closes_at, now()) - opens_at), now(), false, '', 'api'
FROM forecasts_forecast WHERE id %% 4 < 2
"""


def rows(scale: float) -> Iterator[Row]:
    """Each page, in the large site beside the small one, both at hand so that noise falls on both alike."""
    rounds, each = (ROUNDS, EACH) if scale >= 0.1 else (1, 1)
    with ExitStack() as held:
        small, large = (Site(size, held) for size in (SMALL, max(2 * SMALL, int(LARGE * scale))))
        for module, name in LENGTHS:
            held.enter_context(mock.patch.object(module, name, CUT))
        for name, (who, path) in PAGES.items():
            samples: dict[int, list[float]] = {small.forecasts: [], large.forecasts: []}
            for _ in range(rounds):
                for site in (small, large):
                    samples[site.forecasts] += site.times(who, path, each)
            ours, reference = (Sample(tuple(samples[site.forecasts])) for site in (large, small))
            setting = f"{name}, {large.forecasts:,} beside {small.forecasts:,} forecasts"
            yield times_as_long(setting, ours=ours, reference=reference, at_most=AS_LONG)


class Site:
    """A database that is stocked, scored and folded, with those who look at its pages."""

    def __init__(self, forecasts: int, held: ExitStack) -> None:
        self.forecasts = forecasts
        resolved, waiting = max(FULL, forecasts // RESOLVED), max(FULL, forecasts // WAITING)
        stock = Stock(
            forecasts=resolved,
            open=waiting,
            running=forecasts - resolved - waiting,
            forecasters=500,
            people=PEOPLE,
            each=1,
            sources=max(1, forecasts // PER_SOURCE),
        )
        self.database = held.enter_context(own_database())
        stock.lay_in()
        fill()
        count()
        self.places = {"resolved": "stocked-2", "waiting": f"stocked-{resolved + 1}", "running": f"stocked-{forecasts}"}
        self.places |= {"own": feed(FORECASTER), "resolvers": feed(RESOLVER)}
        self.clients = {name: client(name) for name in (VISITOR, FORECASTER, NEWCOMER, RESOLVER)}

    def times(self, who: str, path: str, repeats: int) -> tuple[float, ...]:
        """What is kept in the cache is this site's own: filled anew before anything is measured."""
        with at_hand(self.database):
            cache.clear()
            act = partial(get, self.clients[who], path.format(**self.places))
            act()
            return timed(act, repeats).values


def fill() -> None:
    """What a list needs to be full in the small site as well."""
    Source.objects.bulk_create(Source(slug=f"more-{n}", title=f"More {n}", author="Author") for n in range(SOURCES))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(HALF, [Forecaster.objects.get(username=FORECASTER).pk])


def feed(name: str) -> str:
    return links.feed_token(Forecaster.objects.get(username=name))


def client(name: str) -> Client:
    made = Client(headers={"host": "127.0.0.1", "accept-encoding": "gzip"})
    if name != VISITOR:
        made.force_login(Forecaster.objects.get(username=name), backend="django.contrib.auth.backends.ModelBackend")
    return made


def get(client: Client, path: str) -> None:
    answer = client.get(path)
    if answer.status_code != 200:
        raise RuntimeError(f"{path} answers {answer.status_code}: {answer.content[:200]!r}")
