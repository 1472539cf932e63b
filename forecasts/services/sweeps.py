"""Looking again only at what may have changed since the last whole look, however long ago that was."""

import datetime as dt

from forecasts.models import Sweep

# A row is dated before its transaction commits, and by the database's clock: look at the last hour again.
OVERLAP = dt.timedelta(hours=1)
EVER = dt.datetime(1900, 1, 1, tzinfo=dt.UTC)


def since(name: str) -> dt.datetime:
    """From when on rows may not have been looked at."""
    last = Sweep.objects.filter(name=name).first()
    return last.began_at - OVERLAP if last else EVER


def looked(name: str, *, began_at: dt.datetime) -> None:
    """Note a look that left nothing undone."""
    Sweep.objects.update_or_create(name=name, defaults={"began_at": began_at})
