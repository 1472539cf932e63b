"""What a delivery says: its envelope, and what its receiver may know of it at this moment."""

import datetime as dt
import hashlib
import json
from typing import Any, Final

from forecasts import queries
from forecasts.links import absolute
from forecasts.models import Forecast, Resolution
from tracker.models import Delivery, Event, Score

# The unit of each measure, and which way is better.
MEASURES: Final = {
    "brier": ("0 to 1", "lower"),
    "log_score": ("nats", "lower"),
    "baseline": ("points", "higher"),
    "peer": ("points", "higher"),
    "spot_baseline": ("points", "higher"),
    "spot_peer": ("points", "higher"),
}


def id_of(delivery: Delivery) -> str:
    """The same each time that it is sent, made from what it tells and not from its place in the table."""
    trial = delivery.pk if delivery.event == Event.PING else ""
    told = f"{delivery.webhook.salt} {delivery.event} {delivery.forecast_id} {delivery.revision} {trial}"
    return f"msg_{hashlib.sha256(told.encode()).hexdigest()[:32]}"


def compose(delivery: Delivery, *, at: dt.datetime) -> bytes:
    """Composed anew for each try: nothing that has been hidden again meanwhile is in it."""
    said = {
        "id": id_of(delivery),
        "type": delivery.event,
        "at": _moment(delivery.about_at),
        "data": _about(delivery, at) if delivery.forecast else {},
    }
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def _about(delivery: Delivery, at: dt.datetime) -> dict[str, Any]:
    forecast = delivery.forecast
    assert forecast is not None  # noqa: S101  # a ping is about none, and asks for none
    named = {"forecast": forecast.slug, "url": absolute(forecast.get_absolute_url()), "question": forecast.question}
    match delivery.event:
        case Event.OPENED:
            return named | _times(forecast)
        case Event.RESOLVED:
            return named | _resolution(delivery)
        case Event.SCORED:
            return named | _scores(delivery, forecast, at)
        case _:
            return named | _crowd(delivery, forecast, at)


def _times(forecast: Forecast) -> dict[str, Any]:
    return {name: _moment(getattr(forecast, name)) for name in ("opens_at", "closes_at", "resolve_by")}


def _resolution(delivery: Delivery) -> dict[str, Any]:
    row = Resolution.objects.get(forecast=delivery.forecast_id, revision=delivery.revision)
    return {
        "revision": row.revision,
        "outcome": row.outcome,
        "known_at": _moment(row.known_at),
        "decided_at": _moment(row.decided_at),
        "reason": row.reason,
        "links": row.links,
    }


def _scores(delivery: Delivery, forecast: Forecast, at: dt.datetime) -> dict[str, Any]:
    """The owner's own, and nobody else's."""
    scored = Score.objects.filter(
        forecaster=delivery.webhook.owner_id,
        forecast=forecast.pk,
        run__resolution__forecast=forecast.pk,
        run__resolution__revision=delivery.revision,
    )
    score = scored.order_by("-run__current", "-run").first()
    return {
        "revision": delivery.revision,
        "scores": {
            name: {"value": getattr(score, name, None), "unit": unit, "better": better}
            for name, (unit, better) in MEASURES.items()
        },
        "coverage": getattr(score, "coverage", None),
        "settled": forecast.settles_at <= at,
        "scores_url": absolute(f"{forecast.get_absolute_url()}scores/"),
    }


def _crowd(delivery: Delivery, forecast: Forecast, at: dt.datetime) -> dict[str, Any]:
    """As the owner may see it now."""
    (seen,) = queries.rows([forecast.pk], user=delivery.webhook.owner, at=at)
    shown = {"probability": seen.crowd, "n_standing": seen.n_standing}  # type: ignore[attr-defined]  # annotated
    return {"crowd": shown if shown["probability"] is not None else None}


def _moment(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
