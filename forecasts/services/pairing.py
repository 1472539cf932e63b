"""Registering both branches of a pair at once: one text, two windows, so that no threshold can differ."""

import datetime as dt
from collections.abc import Collection as Some
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.db import transaction

from forecasts.catalog.texts import expanded
from forecasts.models import Claim, Collection, Forecast, Forecaster
from forecasts.refusals import Invalid

from . import checks
from .registering import make_pair, register
from .texts import WORDS, Text

BRANCHES = ("yes", "no")
WINDOW = "{window}"


def in_window(text: Text, window: str) -> Text:
    """The text of one branch: what it asks about, in the window that its condition leaves."""
    terms = {"window": window}
    words: dict[str, Any] = {name: expanded(getattr(text, name), terms) for name in WORDS}
    return replace(text, **words, sources=[expanded(source, terms) for source in text.sources])


@transaction.atomic
def register_pair(
    *,
    slug: str,
    title: str,
    text: Text,
    windows: Mapping[str, str],
    condition: Forecast,
    by: Forecaster,
    at: dt.datetime,
    claim: Claim | None = None,
    part: str = "",
    hedged: bool = False,
    predicts: str = "yes",
    tags: Some[str] = (),
    collections: Some[Collection] = (),
    reveal_at: dt.datetime | None = None,
) -> tuple[Forecast, Forecast]:
    """Put on record the forecast given that the condition comes true, and its twin given that it does not."""
    _refuse_one_window(text, windows)
    pair = make_pair(slug=slug, title=title, condition=condition, by=by)
    yes, no = (
        register(
            slug=f"{slug}-{answer}",
            text=in_window(text, windows[answer].strip()),
            by=by,
            at=at,
            claim=claim,
            part=part,
            # The author spoke of the world in which the condition holds: the twin inherits no hedge.
            hedged=hedged and answer == "yes",
            predicts=predicts,
            tags=tags,
            collections=collections,
            condition=condition,
            condition_outcome=answer,
            pair=pair,
            reveal_at=reveal_at,
        )
        for answer in BRANCHES
    )
    return yes, no


def _refuse_one_window(text: Text, windows: Mapping[str, str]) -> None:
    for name in ("question", "criteria"):
        if getattr(text, name) and WINDOW not in getattr(text, name):
            raise Invalid(f"Write {WINDOW} where the time stands: the branches ask about different times.", field=name)
    for answer in BRANCHES:
        checks.text(windows.get(answer, ""), field=f"window_{answer}", required=True, most=300)
    if windows["yes"].strip() == windows["no"].strip():
        raise Invalid("Both windows are the same. Say which time each branch asks about.", field="window_no")
