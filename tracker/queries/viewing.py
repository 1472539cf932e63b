"""Which totals a board or a calibration reads: of a scope, a year or all, settled or all that resolved."""

import math
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from forecasts.models import Forecast
from tracker.models import Counted, MomentTotal, Owner
from tracker.scopes import KINDS, Scope


@dataclass(frozen=True)
class View:
    """Settled forecasts of a scope, unless none are or the reader wants all that resolved, which are provisional.

    n_forecasts counts them, and attainable is the share of their scheduled time, 0 to 1, that one who always stood
    would cover: an answer that comes early ends it.
    """

    scope: Scope
    provisional: bool
    year: int | None
    years: list[int]
    n_forecasts: int
    attainable: float

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

    def forecasts(self) -> QuerySet[Forecast]:
        """The forecasts that count, for what is read of them one by one."""
        counted = Counted.objects.filter(run__isnull=False)
        if self.settled:
            counted = counted.filter(settled=True)
        if self.year is not None:
            counted = counted.filter(year=self.year)
        return self.scope.answered().filter(pk__in=counted.values("forecast"))


def or_none(value: float) -> float | None:
    """A number of the arithmetic as pages and the API have it, where NaN is None."""
    return None if math.isnan(value) else float(value)


def view(scope: Scope, *, settled: bool, year: int | None = None) -> View:
    """One query, whatever the number of forecasts: always one half stood on each of them."""
    constant = MomentTotal.objects.filter(
        total__scope=str(scope), total__owner=Owner.CONSTANT, measure="baseline", n__gt=0
    )
    rows = list(constant.values_list("total__year", "total__settled", "n", "attainable"))
    provisional = not settled or not any(row[1] for row in rows)
    seen = [row for row in rows if provisional or row[1]]
    years = sorted({row[0] for row in seen}, reverse=True)
    counted = [row for row in seen if year is None or row[0] == year]
    n_forecasts = sum(row[2] for row in counted)
    attainable = int(sum(row[3] for row in counted)) / (1e6 * n_forecasts) if n_forecasts else 0.0
    return View(scope, provisional, year, years, n_forecasts, attainable)


def scopes() -> list[Scope]:
    """Those in which something counts, everything first; for menus."""
    counted = MomentTotal.objects.filter(total__owner=Owner.CONSTANT, measure="baseline", n__gt=0)
    found = [Scope(*text.split(":", 1)) for text in set(counted.values_list("total__scope", flat=True))]
    return sorted({Scope(), *found}, key=lambda scope: (KINDS.index(scope.kind), scope.key))
