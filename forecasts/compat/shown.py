"""What a post looks like: a forecast, its question, one's own estimates and the crowd. No queries."""

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from forecasts.models import CrowdPoint, Forecast, Wording
from forecasts.queries import Stood

from . import tournaments
from .asking import BINARY, NAMES


def post(
    forecast: Any, wording: Wording, own: Sequence[Stood], *, points: Sequence[CrowdPoint], at: dt.datetime
) -> dict[str, Any]:
    """`forecast` is as queries.in_full gives it, with its `n_estimates`; a visitor has no estimates of their own."""
    within = tournaments.of(forecast)
    return {
        "id": forecast.pk,
        "title": forecast.question,
        "slug": forecast.slug,
        "status": NAMES[forecast.status_at(at)],
        "published_at": forecast.created_at,
        # Whole numbers, which clients compare, while the crowd is hidden too: nobody that they may know of.
        "nr_forecasters": forecast.n_standing or 0,
        "forecasts_count": forecast.n_estimates or 0,
        "projects": {
            "tournament": within,
            "category": [],
            "default_project": within[0] if within else tournaments.SITE,
        },
        "question": _question(forecast, wording, at)
        | {
            "my_forecasts": _own(own),
            "aggregations": {"recency_weighted": {"history": list(_crowd(points)), "latest": _latest(forecast)}},
        },
    }


def _question(forecast: Forecast, wording: Wording, at: dt.datetime) -> dict[str, Any]:
    resolution = forecast.resolution if forecast.outcome else None
    return {
        "id": forecast.pk,
        "post_id": forecast.pk,
        "title": forecast.question,
        "type": BINARY,
        "status": NAMES[forecast.status_at(at)],
        "description": wording.background,
        "resolution_criteria": _criteria(wording),
        "fine_print": _fine_print(forecast, wording),
        "open_time": forecast.opens_at,
        "scheduled_close_time": forecast.closes_at,
        "actual_close_time": min(forecast.closes_at, resolution.known_at) if resolution else forecast.closes_at,
        "scheduled_resolve_time": forecast.resolve_by,
        "actual_resolve_time": resolution.known_at if resolution else None,
        "resolution_set_time": resolution.decided_at if resolution else None,
        "cp_reveal_time": forecast.reveal_at or forecast.closes_at,
        "spot_scoring_time": forecast.spot_at or forecast.reveal_at or forecast.closes_at,
        "resolution": forecast.outcome or None,
        "question_weight": 1.0,
        "include_bots_in_aggregates": forecast.programs_in_crowd,
    }


def _criteria(wording: Wording) -> str:
    sources = "\n".join(f"- {source}" for source in wording.sources)
    return _parts(("", wording.criteria), ("Where to look:\n", sources))


def _fine_print(forecast: Forecast, wording: Wording) -> str:
    condition = forecast.condition
    counts = condition and (
        f"This counts only if “{condition.question}” (question {condition.pk}) resolves {forecast.condition_outcome}; "
        "otherwise it is annulled. Answer as if that were so."
    )
    return _parts(
        ("", counts or ""),
        ("If the sources fail: ", wording.fallback),
        ("What annuls it: ", wording.annulled_if),
        ("When the answer counts as known: ", wording.known_at_rule),
    )


def _parts(*parts: tuple[str, str]) -> str:
    return "\n\n".join(f"{heading}{text}" for heading, text in parts if text)


def _own(history: Sequence[Stood]) -> dict[str, Any]:
    rows = [
        {
            "start_time": stood.began_at.timestamp(),
            "end_time": stood.ended_at.timestamp() if stood.ended_at else None,
            "forecast_values": [1 - stood.probability, stood.probability],
        }
        for stood in history
    ]
    return {"history": rows, "latest": rows[-1] if rows else None}


def _latest(forecast: Any) -> dict[str, Any] | None:
    if forecast.crowd is None:
        return None
    return _stretch(forecast.moved_at, None, forecast.n_standing, forecast.crowd)


def _crowd(points: Sequence[CrowdPoint]) -> Iterator[dict[str, Any]]:
    """From each point to the next; none where nobody stood."""
    for point, following in pairwise([*points, None]):
        if point and point.recency_weighted is not None:
            yield _stretch(point.at, following.at if following else None, point.n, point.recency_weighted)


def _stretch(begins: dt.datetime, ends: dt.datetime | None, n: int, probability: float) -> dict[str, Any]:
    return {
        "start_time": begins.timestamp(),
        "end_time": ends.timestamp() if ends else None,
        "forecaster_count": n,
        "centers": [probability],
    }
