"""A comparison as its page shows it, worked out once for the same record: the whole path rests on every round."""

import datetime as dt
import hashlib
import math
from dataclasses import dataclass, replace

from django.core.cache import cache
from django.db.models import Max, Min, Q
from django.db.models.functions import Greatest

from forecasts.models import Resolution, Wording
from tracker.scopes import Scope

from .comparison import Comparison, Subject, comparison
from .viewing import view

# How long one is kept at most, in seconds, and how it is laid out: another layout is another number.
KEPT, LAYOUT = 86_400, 1


@dataclass(frozen=True)
class Glance:
    """A comparison with its latest rounds, and what its chart needs of all of them.

    drawn says whether it has one: a path takes two instants. farthest is how far the mean has been from 0 lately.
    """

    read: Comparison
    drawn: bool
    farthest: float

    @property
    def most(self) -> float:
        """How far from 0 the chart reaches: to where the path is now. First intervals span all there is, and would hide
        it. Upwards to a twentieth, so that the axis ends at a round number.
        """
        last = self.read.last
        widest = last.high - last.low if last else 2.0
        return min(math.ceil(20 * max(self.farthest, 1.25 * widest)) / 20, 1.0)


def glance(*, a: Subject, b: Subject, scope: Scope, settled: bool, at: dt.datetime, shown: int) -> Glance:
    """From the cache where no decision, wording or total has changed since, and nothing has settled."""
    key = _key(a, b, scope, settled, shown)
    kept: Glance | None = cache.get(key)
    if kept is None:
        kept = worked_out(comparison(a=a, b=b, scope=scope, settled=settled, at=at), shown)
        cache.set(key, kept, timeout=seconds_kept(scope, settled=settled, at=at))
    return replace(kept, read=replace(kept.read, a=a, b=b))


def worked_out(read: Comparison, shown: int) -> Glance:
    late = read.rounds[len(read.rounds) // 4 :]
    # Accounts stay out of the cache, with what they hold.
    a, b = replace(read.a, forecaster=None), replace(read.b, forecaster=None)
    return Glance(
        read=replace(read, a=a, b=b, rounds=read.rounds[-shown:]),
        drawn=len({each.entered_at for each in read.rounds}) > 1,
        farthest=max((abs(each.mean) for each in late), default=1.0),
    )


def _key(a: Subject, b: Subject, scope: Scope, settled: bool, shown: int) -> str:
    """Decisions and wordings are only added; the version of the totals tells of scores that were worked out anew."""
    totals = view(scope, settled=settled).version
    decided = Resolution.objects.aggregate(last=Max("pk"))["last"]
    worded = Wording.objects.aggregate(last=Max("pk"))["last"]
    asked = repr((a.key, b.key, str(scope), settled, shown, totals, decided, worded))
    return f"compared:{LAYOUT}:{hashlib.sha256(asked.encode()).hexdigest()}"


def seconds_kept(scope: Scope, *, settled: bool, at: dt.datetime) -> float:
    """Until the next one settles: that alone comes by itself."""
    if not settled:
        return KEPT
    early = scope.answered().filter(Q(closes_at__gt=at) | Q(resolve_by__gt=at))
    following = early.aggregate(at=Min(Greatest("closes_at", "resolve_by")))["at"]
    return KEPT if following is None else min((following - at).total_seconds(), KEPT)
