"""Datetimes as whole microseconds since 1970-01-01 UTC, which is what the arithmetic counts in, and back."""

import datetime as dt

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
MICROSECOND = dt.timedelta(microseconds=1)


def microseconds(at: dt.datetime) -> int:
    """Exact, unlike a timestamp in seconds.

    >>> microseconds(dt.datetime(1970, 1, 1, 0, 0, 1, tzinfo=dt.UTC))
    1000000
    """
    return (at - EPOCH) // MICROSECOND


def instant(count: int) -> dt.datetime:
    """Exact.

    >>> instant(1_000_000).isoformat()
    '1970-01-01T00:00:01+00:00'
    """
    return EPOCH + count * MICROSECOND
