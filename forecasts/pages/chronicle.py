"""What happened on a forecast, by time: what its chart shows, as rows of a table."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from django.db.models import QuerySet

from forecasts import queries
from forecasts.instants import MICROSECOND
from forecasts.models import CrowdPoint, Estimate, Evidence, Forecast, Viewer, Wording

SHOWN: Final = 60
POINTS: Final = {
    Evidence.Direction.RAISES.value: "raises it",
    Evidence.Direction.LOWERS.value: "lowers it",
    Evidence.Direction.NEUTRAL.value: "bears on it",
}


@dataclass(frozen=True)
class Entry:
    """One instant: what the crowd came to, what the reader said, and in words what else there was."""

    at: dt.datetime
    what: tuple[str, ...] = ()
    crowd: CrowdPoint | None = None
    own: Estimate | None = None

    def joined(self, other: "Entry") -> "Entry":
        """Both, which were at one instant."""
        return replace(self, what=self.what + other.what, crowd=self.crowd or other.crowd, own=self.own or other.own)


@dataclass(frozen=True)
class Chronicle:
    """The newest instants first, and the one that what is left out came before; none where that is nothing."""

    entries: list[Entry]
    left_before: dt.datetime | None


def chronicle(
    forecast: Forecast, *, user: Viewer, at: dt.datetime, before: dt.datetime | None = None, most: int = SHOWN
) -> Chronicle:
    """What happened up to `at`, or before `before`: as `user` may see it, at most so many instants."""
    until = at if before is None else min(at, before - MICROSECOND)
    found: dict[dt.datetime, Entry] = {}
    # Of each kind one instant more than are shown: what is older than all of those is older than what is shown.
    evidence = Evidence.objects.filter(forecast=forecast, added_at__lte=until)
    kinds: tuple[QuerySet[Any], ...] = (
        queries.crowd_points(forecast, user=user, at=at).filter(at__lte=until).order_by("-at")[: most + 1],
        queries.own_estimates(forecast, user=user).filter(made_at__lte=until).order_by("-made_at")[: most + 1],
        Wording.objects.filter(forecast=forecast, version__gt=1, made_at__lte=until).order_by("-made_at")[: most + 1],
        # An archive brings any number at one instant.
        evidence.filter(added_at__in=evidence.order_by("-added_at").values("added_at").distinct()[: most + 1]).order_by(
            "-added_at", "-id"
        ),
    )
    for entry in _entries(*kinds):
        found[entry.at] = found[entry.at].joined(entry) if entry.at in found else entry
    newest = sorted(found, reverse=True)
    entries = [found[moment] for moment in newest[:most]]
    return Chronicle(entries, entries[-1].at if len(newest) > most else None)


def _entries(
    points: Iterable[CrowdPoint], own: Iterable[Estimate], wordings: Iterable[Wording], evidence: Iterable[Evidence]
) -> Iterator[Entry]:
    yield from (Entry(point.at, crowd=point) for point in points)
    for estimate in own:
        yield Entry(estimate.made_at, own=estimate, what=() if estimate.probability else ("you withdrew",))
    for wording in wordings:
        if wording.version > 1:
            yield Entry(wording.made_at, what=(f"wording {wording.version}: {wording.reason}",))
    for piece in evidence:
        yield Entry(piece.added_at, what=(f"evidence that {POINTS[piece.direction]}: {piece.title}",))
