"""Adding evidence to a forecast, and rating it."""

import datetime as dt
from typing import TypeVar

from django.db import IntegrityError, transaction

from forecasts.models import Evidence, Forecast, Forecaster, Rating
from forecasts.refusals import Conflict, Invalid

from . import checks, locks

Row = TypeVar("Row", Evidence, Rating)


@transaction.atomic
def add(
    *,
    forecast: Forecast,
    by: Forecaster,
    at: dt.datetime,
    title: str,
    direction: str,
    url: str = "",
    summary: str = "",
    published_on: dt.date | None = None,
    likelihood_ratio: float | None = None,
) -> Evidence:
    """Record a piece of public evidence and which way it points."""
    checks.may_take_part(by, simulated=forecast.simulated)
    if direction not in Evidence.Direction.values:
        raise Invalid("Choose raises, lowers or neutral.", field="direction")
    if published_on and published_on > at.date() + dt.timedelta(days=1):
        raise Invalid("It cannot have been published in the future.", field="published_on")
    ratio = checks.likelihood_ratio(likelihood_ratio)
    if ratio is not None and _contradicts(direction, ratio):
        raise Invalid(
            "A ratio above 1 raises the probability and one below 1 lowers it. Change the ratio or the direction.",
            field="likelihood_ratio",
        )
    row = Evidence(
        forecast=forecast,
        added_by=by,
        added_at=at,
        title=checks.text(title, field="title", required=True, most=300),
        direction=direction,
        url=checks.url(url, field="url"),
        summary=checks.text(summary, field="summary"),
        published_on=published_on,
        likelihood_ratio=ratio,
    )
    if row.url:
        # Somebody may be about to cite it, and adds it unless it is there.
        locks.link(forecast.pk, row.url)
    return _put_on_record(row)


@transaction.atomic
def rate(
    *, evidence: Evidence, by: Forecaster, at: dt.datetime, useful: bool, likelihood_ratio: float | None = None
) -> Rating:
    """Say whether a piece of evidence is useful, and how strong; the latest rating of each forecaster holds."""
    checks.may_take_part(by, simulated=evidence.forecast.simulated)
    row = Rating(
        evidence=evidence,
        forecaster=by,
        useful=useful,
        likelihood_ratio=checks.likelihood_ratio(likelihood_ratio),
        rated_at=at,
    )
    return _put_on_record(row)


def _put_on_record(row: Row) -> Row:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        if "_once_per_instant" in str(error):
            raise Conflict("You did this at this very instant already. Send it again.") from None
        raise
    return row


def _contradicts(direction: str, ratio: float) -> bool:
    return (direction == Evidence.Direction.RAISES and ratio < 1) or (
        direction == Evidence.Direction.LOWERS and ratio > 1
    )
