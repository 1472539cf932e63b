"""Closing and due dates as iCalendar (RFC 5545), without alarms: when to be reminded is the reader's to say."""

import datetime as dt
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from django.conf import settings
from icalendar import Calendar, Event

from forecasts.links import absolute
from forecasts.models import Forecast

HALF_A_DAY = dt.timedelta(hours=12)


def calendar(name: str, events: Iterable[Event]) -> bytes:
    made = Calendar()
    made.add("prodid", "-//Forecast Tracker//EN")
    made.add("version", "2.0")
    made.add("x-wr-calname", name)
    made.add("refresh-interval", HALF_A_DAY, parameters={"value": "DURATION"})
    for event in events:
        made.add_component(event)
    written: bytes = made.to_ical()
    return written


def closings(forecasts: Iterable[Forecast]) -> Iterator[Event]:
    """When each closes, and when it is due if that is another time."""
    for forecast in forecasts:
        same = forecast.closes_at == forecast.resolve_by
        yield _event(forecast, "closes", "Closes and is due" if same else "Closes", forecast.closes_at)
        if not same:
            yield _event(forecast, "due", "Due", forecast.resolve_by)


def duties(forecasts: Iterable[Forecast]) -> Iterator[Event]:
    """When each is to be resolved."""
    for forecast in forecasts:
        yield _event(forecast, "resolve", "To resolve", forecast.resolve_by)


def _event(forecast: Forecast, what: str, said: str, when: dt.datetime) -> Event:
    event = Event()
    event.add("uid", f"{forecast.slug}.{what}@{urlsplit(settings.SITE_URL).hostname}")
    # Dated by its wording, so that asking again for the same gives the same.
    event.add("dtstamp", forecast.worded_at)  # type: ignore[attr-defined]  # annotated by the queries of forecasts.feeds
    event.add("sequence", forecast.version - 1)
    event.add("dtstart", when)
    event.add("summary", f"{said}: {forecast.question}")
    event.add("url", absolute(forecast.get_absolute_url()))
    event.add("transp", "TRANSPARENT")
    return event
