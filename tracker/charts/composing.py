"""A chart as a picture that stands alone, on a page of others or on paper: its specification with all that it shows in
it, a title, what is what, and where it is from.
"""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from textwrap import wrap
from typing import Any, Final

from django.conf import settings
from django.contrib.staticfiles import finders

from forecasts.links import absolute

from . import look, specifications

THEMES: Final = ("light", "dark")
NARROWEST, WIDEST, USUAL = 320, 1200, 720
# Pixels of letters, and lines of a title, and of what is said under it, beyond which they are cut.
TITLE, SMALL, LINES, MOST_SAID = 16, 12, 3, 8
# How wide a letter is on average, as a share of its size: what wraps lines where nothing measures them.
BOLD, PLAIN = 0.62, 0.56
MARGIN: Final = 16
# What an axis and the room around it take.
AXIS: Final = 50
HOVERED: Final = 0


@dataclass(frozen=True)
class Subject:
    """What a chart shows a visitor: rows by the name of the data, parameters by theirs, and words to go with it.

    `nothing` says why there is nothing to draw, where that is so. `path` leads to the page.
    """

    chart: str
    title: str
    says: str
    path: str
    alt: str
    rows: Mapping[str, list[Any]] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    nothing: str = ""


@dataclass(frozen=True)
class Look:
    """How a picture is wanted: width and height in pixels of its own, of which a PNG has `scale` times as many."""

    theme: str = THEMES[0]
    width: int = USUAL
    scale: int = 1


def composed(subject: Subject, wanted: Look, *, at: dt.datetime) -> dict[str, Any]:
    """The Vega-Lite specification, data and look within; nothing in it is to be fetched from anywhere."""
    chart = specifications()[subject.chart]
    square = chart.pop("usermeta", {}).get("square", False)
    source = wrap(f"{_place(subject)} · as it stood on {at.day} {at:%B %Y}", _letters(wanted.width, SMALL, PLAIN))
    title = _title(subject, wanted.width)
    words = len(title["text"]) * (TITLE + 5) + len(title["subtitle"]) * (SMALL + 4) + len(source) * (SMALL + 3)
    drawn = 120 if subject.nothing else wanted.width - 2 * MARGIN if square else max(190, round(0.42 * wanted.width))
    chart |= {
        "description": subject.alt,
        "width": wanted.width,
        "height": 2 * MARGIN + words + drawn + AXIS,
        "autosize": {"type": "fit", "contains": "padding"},
        "padding": {"left": MARGIN, "right": MARGIN, "top": MARGIN, "bottom": MARGIN + len(source) * (SMALL + 3)},
        "title": title,
        "config": _filled(look(), tokens(wanted.theme)) | _around(tokens(wanted.theme)),
    }
    return chart | (_saying(subject, wanted, source) if subject.nothing else _showing(chart, subject, wanted, source))


def _showing(chart: dict[str, Any], subject: Subject, wanted: Look, source: list[str]) -> dict[str, Any]:
    encoding = chart["encoding"]
    if wanted.width < 480:
        encoding["x"]["axis"]["tickCount"] = 3
    return {
        "encoding": encoding,
        "params": [param | {"value": subject.parameters[param["name"]]} for param in chart.get("params", [])],
        "datasets": dict(subject.rows),
        "layer": [*_layers(chart["layer"], subject), _source(source, below=48 if encoding["x"].get("title") else 30)],
    }


def _saying(subject: Subject, wanted: Look, source: list[str]) -> dict[str, Any]:
    said = wrap(subject.nothing, _letters(wanted.width, SMALL + 2, PLAIN))
    mark = {"type": "text", "text": said, "fontSize": SMALL + 2, "lineHeight": SMALL + 7}
    why = {"data": {"values": [{}]}, "mark": mark}
    return {"encoding": {}, "params": [], "layer": [why, _source(source, below=30)]}


@cache
def tokens(theme: str) -> dict[str, str]:
    """The stylesheet's tokens, with those of the dark in their place where it is asked for."""
    styles = Path(finders.find("site.css") or "").read_text(encoding="utf-8")
    light, dark = (
        dict(re.findall(r"(--[\w-]+): ([^;]+);", part))
        for part in re.findall(r":root \{(.*?)\}", styles, re.DOTALL)[:2]
    )
    return light | dark if theme == "dark" else light


def _filled(part: Any, given: Mapping[str, str]) -> Any:
    """The same with each token's value in its place."""
    match part:
        case str():
            return given[part] if part.startswith("--") else part
        case list():
            return [_filled(each, given) for each in part]
        case dict():
            return {name: _filled(each, given) for name, each in part.items()}
    return part


def _around(given: Mapping[str, str]) -> dict[str, Any]:
    """What a chart on a page leaves to the page."""
    return {
        "background": given["--card"],
        "padding": None,
        "title": {
            "anchor": "start",
            "frame": "group",
            "offset": 14,
            "color": given["--ink"],
            "fontSize": TITLE,
            "fontWeight": 600,
            "lineHeight": TITLE + 5,
            "subtitleColor": given["--soft"],
            "subtitleFontSize": SMALL,
            "subtitleLineHeight": SMALL + 4,
            "subtitlePadding": 5,
        },
        "text": {"color": given["--soft"], "fontSize": SMALL},
    }


def _title(subject: Subject, width: int) -> dict[str, Any]:
    title = wrap(subject.title, _letters(width, TITLE, BOLD), max_lines=LINES, placeholder=" …")
    said = "" if subject.nothing else subject.says
    return {"text": title, "subtitle": wrap(said, _letters(width, SMALL, PLAIN), max_lines=MOST_SAID, placeholder=" …")}


def _letters(width: int, size: int, share: float) -> int:
    """How many fit on a line beside what an axis takes."""
    return int((width - 2 * MARGIN - 40) / (size * share))


def _place(subject: Subject) -> str:
    return absolute(subject.path).removeprefix(f"{settings.SITE_URL.partition('://')[0]}://")


def _layers(layers: list[dict[str, Any]], subject: Subject) -> list[dict[str, Any]]:
    """Those with something to show. What only answers a pointer is left out, and what leads elsewhere."""
    kept = []
    for layer in layers:
        name, marks, encoding = layer["data"].get("name"), layer["mark"], layer["encoding"]
        if (name and not subject.rows.get(name)) or (marks.get("opacity") == HOVERED and "tooltip" in encoding):
            continue
        encoding.pop("href", None)
        marks.pop("cursor", None)
        kept.append(layer | {"data": {"name": name}} if name else layer)
    return kept


def _source(lines: list[str], *, below: int) -> dict[str, Any]:
    """Where it is from, under the chart, so many pixels below its last line of the grid."""
    mark = {"type": "text", "text": lines, "align": "left", "baseline": "top", "lineHeight": SMALL + 3, "aria": False}
    place = {"x": {"value": 0}, "y": {"value": {"expr": f"height + {below}"}}}
    return {"data": {"values": [{}]}, "mark": mark, "encoding": place}
