"""Many estimates at once, each for itself: those that are refused hold up no other."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from forecasts.models import Estimate, Forecast, Forecaster
from forecasts.refusals import Refused

from . import crowds, estimating


@dataclass(frozen=True)
class Answer:
    """What somebody says to one forecast; sent again with the same key it is the same estimate."""

    forecast: Forecast
    probability: float
    idempotency_key: str | None


@dataclass(frozen=True)
class Answered:
    """What came of an answer: the estimate on record, or why there is none."""

    forecast: Forecast
    estimate: Estimate | None
    refusal: str = ""


def answer(answers: Iterable[Answer], *, by: Forecaster, at: dt.datetime, via: str) -> list[Answered]:
    """Put each on record, and bring its crowd up to it."""
    return [_answer(each, by=by, at=at, via=via) for each in answers]


def _answer(given: Answer, *, by: Forecaster, at: dt.datetime, via: str) -> Answered:
    try:
        made = estimating.submit(
            forecast=given.forecast,
            forecaster=by,
            probability=given.probability,
            at=at,
            via=via,
            idempotency_key=given.idempotency_key,
        )
    except Refused as refused:
        return Answered(given.forecast, None, refused.message)
    crowds.refresh(forecast_id=given.forecast.pk, at=timezone.now())
    return Answered(given.forecast, made)
