"""Small pictures in a line of a list, drawn by the server."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import template

register = template.Library()

WIDTH, HEIGHT, ROOM = 96, 26, 3
Trace = Sequence[tuple[dt.datetime, float | None]]


@register.inclusion_tag("forecasts/parts/spark.html")
def spark(forecast: Any, at: dt.datetime) -> dict[str, object]:
    """What the crowd said from its first point to now, or to the close, in steps; nothing while it is hidden.

    `forecast` is annotated by queries.with_crowd, which leaves the trace out where it must not be seen.
    """
    until = min(at, forecast.closes_at)
    trace = [point for point in zip(forecast.trace_at or (), forecast.trace or (), strict=True) if point[0] <= until]
    said = [p for _, p in trace if p is not None]
    if not said:
        return {"path": ""}
    last = trace[-1][1]
    return {
        "path": stepped(trace, until),
        "end": None if last is None else _height(last),
        "first": said[0],
        "last": said[-1],
        "n": len(trace),
    }


def stepped(trace: Trace, until: dt.datetime) -> str:
    """The path of a step line from the first point to `until`, at the right; where nobody stands it breaks.

    >>> day = lambda n: dt.datetime(2027, 1, n, tzinfo=dt.UTC)
    >>> stepped([(day(1), 0.5), (day(2), 1.0)], day(3))
    'M3 13H48V3H93'
    >>> stepped([(day(1), 0.0), (day(2), None)], day(3))
    'M3 23H48'
    """
    first, length = trace[0][0], (until - trace[0][0]) or dt.timedelta(microseconds=1)
    places = [_number(ROOM + (WIDTH - 2 * ROOM) * ((at - first) / length)) for at, _ in trace]
    parts, drawing = [], False
    for place, (_, p) in zip(places, trace, strict=True):
        if drawing:
            parts.append(f"H{place}")
        if p is not None:
            parts.append(f"V{_height(p)}" if drawing else f"M{place} {_height(p)}")
        drawing = p is not None
    return "".join(parts) + (f"H{WIDTH - ROOM}" if drawing else "")


def _height(p: float) -> str:
    return _number(HEIGHT - ROOM - (HEIGHT - 2 * ROOM) * p)


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
