"""Probabilities that are sent, and withdrawn: many at once, all of them on record or none."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from forecasts.api.shapes import Instant, Number, Whole
from forecasts.models import Estimate, Forecast
from forecasts.refusals import Invalid, RefusedRows
from forecasts.services import estimating_many
from forecasts.services.estimating_many import MOST, Said

from .endpoints import Adapter

# What questions of other kinds are answered with there, and those of ours never.
OTHERWISE: Final = ("probability_yes_per_category", "continuous_cdf", "percentiles")
# Two clocks may differ so far.
SOON: Final = dt.timedelta(minutes=1)
# What a refusal calls the fields of a row. A withdrawal has only one.
ANSWERED: Final = {"forecast": "question", "probability": "probability_yes", "expires_at": "end_time"}
WITHDRAWN: Final = dict.fromkeys(ANSWERED, "question")


class Answer(serializers.Serializer[Any]):
    question = Whole()
    probability_yes = Number(allow_null=True, default=None)
    end_time = Instant(allow_null=True, default=None)

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            for name in OTHERWISE:
                if data.get(name) is not None:
                    said = "Every question here is yes or no. Leave it null and give probability_yes, such as 0.63."
                    raise serializers.ValidationError({name: [said]})
        given: dict[str, Any] = super().to_internal_value(data)
        if given["probability_yes"] is None:
            raise serializers.ValidationError({"probability_yes": ["Give P(yes), such as 0.63."]})
        return given


class Withdrawal(serializers.Serializer[Any]):
    question = Whole()
    withdraw_at = Instant(allow_null=True, default=None)


class Forecasting(Adapter):
    def post(self, request: Request) -> Response:
        rows = self.sent(Answer, _rows(request.data), many=True)
        said = [(row["question"], row["probability_yes"], row["end_time"]) for row in rows]
        return _recorded(self, said, ANSWERED)


class Withdrawing(Adapter):
    def post(self, request: Request) -> Response:
        rows = self.sent(Withdrawal, _rows(request.data), many=True)
        for place, row in enumerate(rows):
            if row["withdraw_at"] and row["withdraw_at"] > self.at + SOON:
                said = "It would stand until then, and here it is withdrawn at once. Leave withdraw_at out."
                raise RefusedRows([(place, Invalid(said, field="withdraw_at"))], len(rows))
        return _recorded(self, [(row["question"], None, None) for row in rows], WITHDRAWN)


def _rows(body: Any) -> list[Any]:
    if not isinstance(body, list):
        raise serializers.ValidationError({"non_field_errors": ["Give a list, such as [{…}, {…}]."]})
    if len(body) > MOST:
        raise serializers.ValidationError({"non_field_errors": [f"At most {MOST:,} rows; these are {len(body):,}."]})
    return body


def _recorded(
    view: Adapter, said: Sequence[tuple[int, float | None, dt.datetime | None]], fields: Mapping[str, str]
) -> Response:
    """Nothing of what is on record is told, as there."""
    by = view.actor
    slugs = dict(Forecast.objects.filter(pk__in={number for number, _, _ in said}).values_list("pk", "slug"))
    missing = [
        (place, Invalid(f"There is no question {number}. posts/ lists them.", field="question"))
        for place, (number, _, _) in enumerate(said)
        if number not in slugs
    ]
    if missing:
        raise RefusedRows(missing, len(said))
    try:
        estimating_many.submit_all(
            [Said(slugs[number], probability, expires_at=ends) for number, probability, ends in said],
            by=by,
            at=view.at,
            via=Estimate.Via.API,
            idempotency_key=view.request.headers.get("Idempotency-Key"),
        )
    except RefusedRows as refused:
        for _, fault in refused.faults:
            fault.field = fields.get(fault.field, fault.field)
        raise
    return Response({}, status=201)
