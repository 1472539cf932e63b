"""Which totals a board or a calibration reads: of a scope, a year or all, settled or all that resolved."""

import hashlib
import math
from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import CharField, Func, Max, Q, QuerySet, Sum

from forecasts.models import Forecast
from tracker.models import Counted, MomentTotal, Owner, Total
from tracker.scopes import KINDS, Scope

# Scopes that a menu offers: those with the most forecasts.
OFFERED = 60
MINUTE = 60


@dataclass(frozen=True)
class View:
    """Settled forecasts of a scope, unless none are or the reader wants all that resolved, which are provisional.

    n_forecasts counts them, and attainable is the share of their scheduled time, 0 to 1, that one who always stood
    would cover: an answer that comes early ends it. version changes with every change of the scope's totals.
    """

    scope: Scope
    provisional: bool
    year: int | None
    years: list[int]
    n_forecasts: int
    attainable: float
    version: str

    @property
    def settled(self) -> bool:
        return not self.provisional

    def totals(self, **owner: object) -> Q:
        """The condition on parts of totals."""
        wanted = {"scope": str(self.scope), **owner}
        if self.settled:
            wanted["settled"] = True
        if self.year is not None:
            wanted["year"] = self.year
        return Q(**{f"total__{name}": value for name, value in wanted.items()})

    def counted(self) -> QuerySet[Counted]:
        """What the totals hold, forecast by forecast, with the run whose scores they took."""
        found = Counted.objects.filter(run__isnull=False, scopes__contains=[str(self.scope)])
        if self.settled:
            found = found.filter(settled=True)
        return found if self.year is None else found.filter(year=self.year)

    def forecasts(self) -> QuerySet[Forecast]:
        """The forecasts that count, for what is read of them one by one."""
        return self.scope.answered().filter(pk__in=self.counted().values("forecast"))


def or_none(value: float) -> float | None:
    """A number of the arithmetic as pages and the API have it, where NaN is None."""
    return None if math.isnan(value) else float(value)


class Stored(Func):
    """Which version of a row of sums this is, and where it lies: whoever adds to it leaves another.

    Sums that come back to the same numbers are another version all the same.
    """

    template = "(tracker_momenttotal.xmin::text || tracker_momenttotal.ctid::text)"
    output_field = CharField()


def view(scope: Scope, *, settled: bool, year: int | None = None) -> View:
    """One query, whatever the number of forecasts: always one half stood on each of them."""
    constant = MomentTotal.objects.filter(total__scope=str(scope), total__owner=Owner.CONSTANT, measure="baseline")
    kept = list(
        constant.annotate(stored=Stored())
        .order_by("pk")
        .values_list("total__year", "total__settled", "n", "attainable", "stored")
    )
    # Totals that were taken back leave a row of zeros.
    rows = [row for row in kept if row[2] > 0]
    provisional = not settled or not any(row[1] for row in rows)
    seen = [row for row in rows if provisional or row[1]]
    years = sorted({row[0] for row in seen}, reverse=True)
    counted = [row for row in seen if year is None or row[0] == year]
    n_forecasts = sum(row[2] for row in counted)
    attainable = int(sum(row[3] for row in counted)) / (1e6 * n_forecasts) if n_forecasts else 0.0
    version = hashlib.sha256(repr([row[4] for row in kept]).encode()).hexdigest()
    return View(scope, provisional, year, years, n_forecasts, attainable, version)


def scopes(most: int = OFFERED) -> list[Scope]:
    """Those in which something counts, everything first; for menus, so no more than `most`, the largest.

    A scope in which something counts for the first time is there at once; the sizes may be a minute old.
    """
    key = f"scopes:{most}:{Total.objects.aggregate(newest=Max('pk'))['newest']}"
    kept: list[str] | None = cache.get(key)
    if kept is None:
        counted = (
            MomentTotal.objects.filter(total__owner=Owner.CONSTANT, measure="baseline", n__gt=0)
            .values_list("total__scope")
            .annotate(size=Sum("n"))
            .order_by("-size", "total__scope")
        )
        kept = [text for text, _ in counted[:most]]
        cache.set(key, kept, timeout=MINUTE)
    found = [Scope(*text.split(":", 1)) for text in kept]
    return sorted({Scope(), *found}, key=lambda scope: (KINDS.index(scope.kind), scope.key))
