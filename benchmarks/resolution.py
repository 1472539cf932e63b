"""One resolution, a board and a calibration in a large database, beside the same in a small one.

Both hold estimates that the product has scored and folded into its totals, by the same forecasters. What differs is how
many there are.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from unittest import mock

from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from benchmarks.measuring import Row, Sample, seconds, timed, times_as_long
from benchmarks.stocked import Stock, own_database, settle
from forecasts.models import Forecast, Forecaster
from forecasts.services import resolving
from tracker.services import folding, scoring

SMALL, LARGE = 10**4, 10**7
AS_LONG = 1.3
RESOLUTIONS = 9
PAGES = {
    "the leaderboard": "/api/v1/leaderboards/",
    "the leaderboard by Brier score": "/api/v1/leaderboards/?measure=brier",
    "calibration of everyone": "/api/v1/calibration/",
    "calibration of a forecaster": "/api/v1/calibration/?forecaster=stocked7",
}


def rows(scale: float) -> Iterator[Row]:
    """Each action, in the large database beside the small one."""
    small, large = (measured(max(1000, int(size * scale))) for size in (SMALL, LARGE))
    for name, sample in large.samples.items():
        setting = f"{name}, {large.estimates:,} beside {small.estimates:,} estimates"
        yield times_as_long(setting, ours=sample, reference=small.samples[name], at_most=AS_LONG)


@dataclass(frozen=True)
class Measured:
    estimates: int
    samples: dict[str, Sample]


def measured(estimates: int) -> Measured:
    stock = Stock(forecasts=estimates // 500, forecasters=500, people=100, each=5, open=RESOLUTIONS + 1)
    with own_database():
        stock.lay_in(points=False)
        count()
        one, *others = Forecast.objects.filter(resolution=None)
        resolve(one)
        samples = {"one resolution": Sample(tuple(seconds(partial(resolve, other)) for other in others))}
        samples |= {name: timed(partial(get, path), 9) for name, path in PAGES.items()}
        samples["calibration of everyone, its band drawn anew"] = timed(draw_anew, 9)
    return Measured(stock.estimates, samples)


def count() -> None:
    """Score and fold all of it, as the product does, but for the size of what is folded at a time."""
    scoring.score_pending(at=timezone.now())
    with mock.patch.object(folding, "BATCH", 1000):
        folding.fold(at=timezone.now())
    settle()


def resolve(forecast: Forecast) -> None:
    """From the resolver's answer to totals that hold it."""
    at = timezone.now()
    made = resolving.resolve(
        forecast=forecast,
        outcome="yes",
        by=Forecaster.objects.get(username="stocked1"),
        at=at,
        known_at=forecast.closes_at,
        reason="It was counted.",
    )
    scoring.score_resolution(resolution_id=made.pk, at=at)
    folding.fold(at=at)


def draw_anew() -> None:
    """A band is kept until what it is drawn from changes; this is the first look after that."""
    cache.clear()
    get(PAGES["calibration of everyone"])


def get(path: str) -> None:
    answer = Client(headers={"host": "127.0.0.1"}).get(path)
    if answer.status_code != 200:
        raise RuntimeError(f"{path} answers {answer.status_code}: {answer.content[:200]!r}")
