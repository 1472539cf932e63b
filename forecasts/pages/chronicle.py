"""What happened on a forecast, by time: what its chart shows, as rows of a table."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from forecasts.models import CrowdPoint, Estimate, Evidence, Wording

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


def chronicle(
    *, points: Iterable[CrowdPoint], own: Iterable[Estimate], wordings: Iterable[Wording], evidence: Iterable[Evidence]
) -> list[Entry]:
    """The newest first, at most SHOWN."""
    found: dict[dt.datetime, Entry] = {}
    for entry in _entries(points, own, wordings, evidence):
        found[entry.at] = found[entry.at].joined(entry) if entry.at in found else entry
    return [found[at] for at in sorted(found, reverse=True)[:SHOWN]]


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
