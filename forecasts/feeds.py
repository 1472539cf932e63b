"""What Atom feeds and calendars hold: bounded, of public things, and one's own as far as one may see them."""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape, linebreaks

from forecasts import queries
from forecasts.links import absolute
from forecasts.models import ENDED, Estimate, Forecast, Forecaster, Source
from forecasts.models.forecasts import ForecastQuerySet
from forecasts.templatetags.words import percent

MOST: Final = 50
MOST_EVENTS: Final = 250
SOON: Final = dt.timedelta(days=7)
AHEAD: Final = dt.timedelta(days=90)
# What XML cannot carry, though PostgreSQL can.
UNSPEAKABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True)
class Entry:
    """One thing that happened to a forecast; `what` and `at` tell it from others about the same."""

    forecast: Forecast
    what: str
    at: dt.datetime
    text: str


class Atom(Atom1Feed):
    """Dated by what it holds, so that asking again for the same gives the same."""

    def latest_post_date(self) -> dt.datetime:
        dates = [item["updateddate"] for item in self.items]
        return max(dates, default=dt.datetime(2000, 1, 1, tzinfo=dt.UTC))


def opened(*, at: dt.datetime, source: Source | None = None) -> list[Entry]:
    """What can be answered since when, the newest first."""
    found = _public(source).filter(opens_at__lte=at).select_related("condition").order_by("-opens_at", "-id")
    return [Entry(each, "opened", each.opens_at, _opened_text(each)) for each in found[:MOST]]


def resolved(*, at: dt.datetime, source: Source | None = None) -> list[Entry]:
    """What was decided, the newest first."""
    found = _public(source).filter(resolution__outcome__in=ENDED, resolution__decided_at__lte=at)
    return _decided(found.order_by("-resolution__decided_at", "-id"))


def of_source(source: Source, *, at: dt.datetime) -> list[Entry]:
    return _newest([*opened(at=at, source=source), *resolved(at=at, source=source)])


def of_forecaster(account: Forecaster, *, at: dt.datetime) -> list[Entry]:
    """What they estimated and how it ended, and what they stand on that closes within a week."""
    own = Estimate.objects.filter(forecast=OuterRef("pk"), forecaster=account.pk, made_at__lte=at)
    estimated = Forecast.objects.filter(Exists(own))
    ended = estimated.filter(resolution__outcome__in=ENDED, resolution__decided_at__lte=at)
    soon = _stood_on(account, at=at).filter(closes_at__lte=at + SOON).order_by("closes_at", "id")
    closing = queries.rows(list(soon.values_list("pk", flat=True)[:MOST]), user=account, at=at)
    return _newest(
        [
            *_decided(ended.order_by("-resolution__decided_at", "-id")),
            *(Entry(each, "closing", each.closes_at - SOON, _closing_text(each)) for each in closing),
        ]
    )


def atom(title: str, path: str, page: str, entries: Iterable[Entry]) -> str:
    """The feed at `path` about what `page` shows."""
    feed = Atom(
        title=title, link=absolute(page), description="", feed_url=absolute(path), author_name="Forecast Tracker"
    )
    for entry in entries:
        link = absolute(entry.forecast.get_absolute_url())
        feed.add_item(
            title=UNSPEAKABLE.sub("", f"{entry.what.capitalize()}: {entry.forecast.question}"),
            link=link,
            description=linebreaks(escape(UNSPEAKABLE.sub("", entry.text))),
            unique_id=f"{link}#{entry.what}-{entry.at:%Y%m%dT%H%M%S.%f}",
            pubdate=entry.at,
            updateddate=entry.at,
        )
    return feed.writeString("utf-8")


def open_dates(*, at: dt.datetime, source: Source | None = None) -> QuerySet[Forecast]:
    """Open forecasts, those that close first, for a calendar; each with `worded_at`."""
    found = _public(source).with_status("open", at=at)
    return _worded(found).order_by("closes_at", "id")[:MOST_EVENTS]


def stood_on(account: Forecaster, *, at: dt.datetime) -> QuerySet[Forecast]:
    """Open forecasts that they stand on, those that close first; each with `worded_at`."""
    return _worded(_stood_on(account, at=at)).order_by("closes_at", "id")[:MOST_EVENTS]


def to_resolve(account: Forecaster, *, at: dt.datetime) -> list[Forecast]:
    """What falls due to a resolver within three months, and what is due already; each with `worded_at`."""
    if not account.may_resolve:
        return []
    ready = Q(condition=None) | Q(condition__resolution__outcome__in=ENDED)
    found = _worded(Forecast.objects.filter(ready, simulated=False, resolve_by__lte=at + AHEAD))
    return queries.first_due(found, most=MOST_EVENTS)


def _public(source: Source | None) -> ForecastQuerySet:
    found = Forecast.objects.filter(simulated=False)
    return found.filter(claim__source=source) if source else found


def _stood_on(account: Forecaster, *, at: dt.datetime) -> ForecastQuerySet:
    return Forecast.objects.filter(pk__in=queries.stood_on(account, at=at)).with_status("open", at=at)


def _worded(found: QuerySet[Forecast]) -> QuerySet[Forecast]:
    return found.filter(wordings__version=F("version")).annotate(worded_at=F("wordings__made_at"))


def _decided(found: QuerySet[Forecast]) -> list[Entry]:
    rows = found.select_related("resolution")[:MOST]
    return [
        Entry(row, f"resolved {row.outcome}" if row.outcome != "annulled" else "annulled", said.decided_at, said.reason)
        for row in rows
        if (said := row.resolution)
    ]


def _opened_text(forecast: Forecast) -> str:
    text = f"Closes {forecast.closes_at:%d %B %Y}."
    if forecast.condition:
        text += f"\n\nCounts only if this resolves {forecast.condition_outcome}: {forecast.condition.question}"
    return text


def _closing_text(forecast: Forecast) -> str:
    """`own` and `crowd` are those of the feed's owner, and null where the crowd is hidden from them."""
    own, crowd = getattr(forecast, "own", None), getattr(forecast, "crowd", None)
    beside = "" if crowd is None else f", the crowd at {percent(crowd)}"
    return f"Closes {forecast.closes_at:%d %B %Y, %H:%M} UTC. You stand at {percent(own)}{beside}."


def _newest(entries: list[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda entry: (entry.at, entry.forecast.pk), reverse=True)[:MOST]
