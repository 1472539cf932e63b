"""The forecasts behind one bin of a reliability diagram."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, FloatField, Func, QuerySet, Sum, Value

from forecasts.models import ANSWERED, Forecast
from tracker.models import EVERYONE, BinTotal, Owner, Score
from tracker.scoring.reliability import BINS
from tracker.scoring.shares import GRID, WHOLE

from .calibration import Subject
from .examples import counting_in, newest_in
from .viewing import View

# Forecasts on a page.
PAGE = 50
ALONE = ("forecast_id", "weight", "moment", "people")
POOLED = ("forecast_id", "sum_weight", "sum_moment", "people")


@dataclass(frozen=True)
class Behind:
    """One forecast with what it weighs in the bin: 1 is all of its scheduled time, of one forecaster; said on average.

    people counts those who said it; of one forecaster or a crowd it is 1.
    """

    forecast: Forecast
    weight: float
    said: float
    people: int


@dataclass(frozen=True)
class Listing:
    """One page of those behind a bin, the latest first. n counts all; `after` leads to the next page, if any."""

    lower: float
    upper: float
    n: int
    rows: list[Behind]
    after: int | None


class InBin(Func):
    """A sum over the probabilities that a score row holds in a bin: of their weights, or of weight times cell."""

    template = (
        "(SELECT coalesce(sum(%(summed)s), 0)::float8 FROM unnest(%(expressions)s) AS held (cell, weight)"
        " WHERE least(held.cell / 1000, 9) = %(bin)s)"
    )
    output_field = FloatField()


def behind(subject: Subject, shown: View, *, view: str, number: int, before: int | None = None) -> Listing:
    """Those of the view in which `subject` said something in the bin, down from `before`.

    Only what the totals hold, so nothing but resolved forecasts, whose estimates everybody may see.
    """
    n = BinTotal.objects.filter(subject.totals(shown), view=view, bin=number).aggregate(n=Sum("n"))["n"] or 0
    found = _weighed(_rows(subject, shown), view, number)
    # Pooled, a forecast is one row and its id the key; else a score row is.
    first = _first_pooled if subject.owner == EVERYONE else _first_alone
    page = first(found, shown, before) if n else []
    return Listing(
        lower=number / BINS,
        upper=(number + 1) / BINS,
        n=n,
        rows=_with_forecasts(page[:PAGE]),
        after=page[PAGE - 1][0] if len(page) > PAGE else None,
    )


def every(subject: Subject, shown: View, *, view: str, number: int) -> Iterator[Behind]:
    """All of them, a page at a time."""
    after: int | None = None
    while True:
        found = behind(subject, shown, view=view, number=number, before=after)
        yield from found.rows
        if (after := found.after) is None:
            return


def _rows(subject: Subject, shown: View) -> QuerySet[Score]:
    if subject.owner == EVERYONE:
        return counting_in(shown).filter(owner=Owner.FORECASTER)
    return newest_in(shown).filter(owner=subject.owner, forecaster=subject.forecaster, method=subject.method)


def _weighed(rows: QuerySet[Score], view: str, number: int) -> QuerySet[Any]:
    """With `weight` in millionths and `moment`, weight times cell, of what was said in the bin, where that is not 0."""
    if view == "time":
        held = ("cells", "shares")
        return rows.annotate(
            weight=InBin(*held, bin=number, summed="held.weight"),
            moment=InBin(*held, bin=number, summed="held.weight * held.cell::float8"),
        ).filter(weight__gt=0)
    width = GRID // BINS
    inside = {"final_cell__gte": number * width}
    if number < BINS - 1:
        inside["final_cell__lt"] = (number + 1) * width
    whole = Value(float(WHOLE), output_field=FloatField())
    return rows.filter(spot_early=False, **inside).annotate(weight=whole, moment=F("final_cell") * whole)


def _first_alone(rows: QuerySet[Any], _: View, before: int | None) -> list[Any]:
    """A page of one subject's rows and one more, each with its key."""
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.annotate(people=Value(1)).values_list("pk", *ALONE)[: PAGE + 1])


def _first_pooled(rows: QuerySet[Any], shown: View, before: int | None) -> list[Any]:
    """A page of forecasts and one more, everyone's rows on each put together.

    They are looked through in stretches, each longer than the one before, so that a bin in which most forecasts are
    does not cost reading all of them.
    """
    counted = shown.forecasts().order_by("-pk").values_list("pk", flat=True)
    page: list[Any] = []
    length = 2 * PAGE
    while len(page) <= PAGE:
        stretch = list((counted if before is None else counted.filter(pk__lt=before))[:length])
        grouped: QuerySet[Any] = rows.filter(forecast__in=stretch).values("forecast_id")
        grouped = grouped.annotate(people=Count("pk"), sum_weight=Sum("weight"), sum_moment=Sum("moment"))
        page += grouped.order_by("-forecast_id").values_list("forecast_id", *POOLED)
        if len(stretch) < length:
            break
        before, length = stretch[-1], 4 * length
    return page[: PAGE + 1]


def _with_forecasts(page: Sequence[tuple[int, int, float, float, int]]) -> list[Behind]:
    """In the order of the page. What was reopened since the totals were folded has no outcome to show."""
    answered = Forecast.objects.filter(resolution__outcome__in=ANSWERED)
    found = answered.select_related("claim__source", "resolution").in_bulk([row[1] for row in page])
    return [
        Behind(found[id_], weight / WHOLE, moment / weight / GRID, people)
        for _, id_, weight, moment, people in page
        if id_ in found
    ]
