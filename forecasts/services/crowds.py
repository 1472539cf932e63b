"""Working out the crowd's points."""

import datetime as dt


def refresh(*, forecast_id: int, at: dt.datetime) -> None: ...


def stale(*, at: dt.datetime) -> list[int]:
    return []
