"""Scoring."""

import datetime as dt


def score_resolution(*, resolution_id: int, at: dt.datetime) -> None: ...


def score_pending(*, at: dt.datetime) -> None: ...
