"""What a list of posts is narrowed to and ordered by, as Metaculus' parameters say it.

Unknown parameters are ignored. A value of a known one that nothing here has, such as the type numeric, finds nothing;
one that cannot be read, such as a time that is none, is refused.
"""

import datetime as dt
from typing import Final

from django.db.models import QuerySet
from django.utils.dateparse import parse_date, parse_datetime

from forecasts.models import Forecast, Status
from forecasts.queries import estimated
from forecasts.refusals import Invalid, NotAllowed
from forecasts.services import checks

from . import tournaments
from .endpoints import Adapter

BINARY: Final = "binary"
# Each of their statuses is one or two of ours.
STATUSES: Final = {
    "upcoming": (Status.UPCOMING,),
    "open": (Status.OPEN,),
    "closed": (Status.CLOSED, Status.DUE),
    "resolved": (Status.RESOLVED, Status.ANNULLED),
}
NAMES: Final = {status: theirs for theirs, ours in STATUSES.items() for status in ours}
TIMES: Final = {
    "published_at": "created_at",
    "open_time": "opens_at",
    "scheduled_close_time": "closes_at",
    "scheduled_resolve_time": "resolve_by",
}
# What the database has an index for.
ORDERS: Final = {name: TIMES[name] for name in ("published_at", "open_time", "scheduled_close_time")}


def asked(view: Adapter) -> QuerySet[Forecast]:
    """What passes all filters, in an order without ties: newest first, unless another is asked for that we have."""
    found: QuerySet[Forecast] = Forecast.objects.all()
    if types := view.all_given("forecast_type"):
        found = found if BINARY in types else found.none()
    if names := view.all_given("tournaments"):
        found = found.filter(tournaments.among(names))
    else:
        found = found.filter(simulated=False)
    found = _of_statuses(found, view)
    for name, field in TIMES.items():
        for side in ("gt", "gte", "lt", "lte"):
            if text := view.given(f"{name}__{side}"):
                found = found.filter(**{f"{field}__{side}": _instant(text, field=f"{name}__{side}")})
    if view.whole("forecaster_id") is not None:
        if view.whole("forecaster_id") != view.actor.pk:
            raise NotAllowed("Whose forecasts others are is theirs to know: give your own id.", field="forecaster_id")
        found = found.filter(estimated(view.actor))
    return found.order_by(*_order(view.given("order_by")))


def _of_statuses(found: QuerySet[Forecast], view: Adapter) -> QuerySet[Forecast]:
    given = view.all_given("statuses")
    if not given or set(given) >= STATUSES.keys():
        return found
    wanted = found.none()
    for status in {ours for theirs in given for ours in STATUSES.get(theirs, ())}:
        wanted |= Forecast.objects.all().with_status(status, at=view.at)
    return wanted & found


def _instant(text: str, *, field: str) -> dt.datetime:
    """A day is its beginning, and a time without a zone is in UTC."""
    try:
        day = parse_date(text)
        when = dt.datetime.combine(day, dt.time()) if day else parse_datetime(text)
    except ValueError:
        when = None
    if when is None:
        raise Invalid("Give a day such as 2027-01-31, or a time such as 2027-01-31T12:00:00Z.", field=field)
    return checks.aware(when if when.tzinfo else when.replace(tzinfo=dt.UTC), field=field)


def _order(text: str) -> tuple[str, str]:
    name = text.removeprefix("-")
    if name not in ORDERS:
        return "-created_at", "-id"
    sign = "-" if text.startswith("-") else ""
    return f"{sign}{ORDERS[name]}", f"{sign}id"
