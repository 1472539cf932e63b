"""Putting a probability on record together with the evidence that it rests on."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from forecasts.models import Estimate, Evidence, Forecast, Forecaster

from . import checks, estimating, evidencing, locks


@dataclass(frozen=True)
class Link:
    """An address to cite, what it says, and which way it points."""

    url: str
    title: str = ""
    direction: str = Evidence.Direction.NEUTRAL


@transaction.atomic
def submit(
    *,
    forecast: Forecast,
    forecaster: Forecaster,
    at: dt.datetime,
    link: Link,
    evidence: Collection[int] = (),
    **estimate: Any,
) -> Estimate:
    """Record an estimate that cites `link` too, and add that to the evidence unless it is there; both, or neither."""
    address = checks.url(link.url, field="link")
    locks.link(forecast.pk, address)
    known = Evidence.objects.filter(forecast=forecast, url=address).order_by("added_at", "pk").first()
    piece = known or evidencing.add(
        forecast=forecast,
        by=forecaster,
        at=at,
        url=address,
        title=link.title.strip() or address.partition("://")[2].removesuffix("/")[:300],
        direction=link.direction,
    )
    return estimating.submit(
        forecast=forecast, forecaster=forecaster, at=at, evidence={*evidence, piece.pk}, **estimate
    )
