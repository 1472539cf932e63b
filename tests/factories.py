"""The cast, and forecasts made through the services."""

import datetime as dt
from itertools import count
from typing import Any

from forecasts.models import Estimate, Forecast, Forecaster, Resolution, Source
from forecasts.services import estimating, registering, resolving
from tracker.services import folding, scoring

NOW = dt.datetime(2027, 6, 1, 12, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
_serial = count(1)


def forecaster(name: str = "", **fields: Any) -> Forecaster:
    return Forecaster.objects.create_user(name or f"forecaster{next(_serial)}", password="correct horse 9", **fields)


class Cast:
    """One of each role."""

    def __init__(self) -> None:
        self.ann = forecaster("ann")
        self.bob = forecaster("bob")
        self.curator = forecaster("curator", is_curator=True)
        self.resolver = forecaster("resolver", is_resolver=True)
        self.admin = forecaster("admin", is_staff=True, is_superuser=True)


def curator() -> Forecaster:
    return Forecaster.objects.filter(is_curator=True).first() or forecaster(is_curator=True)


def resolver() -> Forecaster:
    return Forecaster.objects.filter(is_resolver=True).first() or forecaster(is_resolver=True)


def text(**fields: Any) -> registering.Text:
    opens_at = fields.pop("opens_at", NOW - 100 * DAY)
    closes_at = fields.pop("closes_at", NOW + 100 * DAY)
    return registering.Text(
        **{
            "question": "Will more than 3 things happen before 2028?",
            "criteria": "Yes if the count is above 3.",
            "sources": ["https://example.org/count"],
            "fallback": "The printed yearbook.",
            "annulled_if": "The count is abandoned.",
            "opens_at": opens_at,
            "closes_at": closes_at,
            "resolve_by": fields.pop("resolve_by", closes_at),
        }
        | fields
    )


FACTS = (
    "claim",
    "part",
    "position",
    "hedged",
    "predicts",
    "tags",
    "collections",
    "condition",
    "condition_outcome",
    "pair",
    "reveal_at",
)


def forecast(slug: str = "", **fields: Any) -> Forecast:
    """An open forecast, unless `fields` say otherwise: facts go to the forecast, the rest to its text."""
    facts = {name: fields.pop(name) for name in FACTS if name in fields}
    by = fields.pop("by", None) or curator()
    at = fields.pop("at", NOW - 100 * DAY)
    return registering.register(slug=slug or f"forecast-{next(_serial)}", text=text(**fields), by=by, at=at, **facts)


def estimate(of: Forecast, by: Forecaster, probability: float | None, at: dt.datetime = NOW, **fields: Any) -> Estimate:
    if probability is None:
        return estimating.withdraw(forecast=of, forecaster=by, at=at, via="page")
    return estimating.submit(forecast=of, forecaster=by, probability=probability, at=at, via="page", **fields)


def resolution(of: Forecast, outcome: str, at: dt.datetime = NOW, **fields: Any) -> Resolution:
    by = fields.pop("by", None) or resolver()
    if outcome == "reopened":
        seen = Resolution.objects.filter(forecast=of).count()
        given = {"reason": "Looked again.", "revision": seen} | fields
        return resolving.reopen(forecast=of, by=by, at=at, **given)
    return resolving.resolve(
        forecast=of,
        outcome=outcome,
        by=by,
        at=at,
        known_at=fields.pop("known_at", at),
        reason=fields.pop("reason", "It was counted."),
        **fields,
    )


def source(slug: str = "", **fields: Any) -> Source:
    return Source.objects.create(
        **{"slug": slug or f"source-{next(_serial)}", "title": "A document", "author": "A. Writer"} | fields
    )


def score(at: dt.datetime = NOW) -> None:
    """What the workers do: score what is pending, and fold it into the totals."""
    scoring.score_pending(at=at)
    folding.fold(at=at)
