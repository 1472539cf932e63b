"""A board's last reference row: always the base rate of its forecasts, which only hindsight knows."""

from dataclasses import replace

from django.db.models import Sum

from tracker.models import CellTotal, Owner
from tracker.scoring.hindsight import always_the_base_rate
from tracker.scoring.shares import WHOLE

from .measures import Measure
from .rows import Row
from .viewing import View

NAME, LABEL = "base_rate", "Always the base rate, which only hindsight knows"


def base_rate(shown: View, measure: Measure, one_half: Row) -> Row | None:
    """The row, made from that of always one half, which stood as long; None for measures that depend on the others."""
    if measure.of not in {"brier", "log_score", "baseline", "spot_baseline"}:
        return None
    view = "final" if measure.of == "spot_baseline" else "time"
    held = CellTotal.objects.filter(shown.totals(owner=Owner.CONSTANT, method="one_half"), view=view)
    sums = held.aggregate(weight=Sum("weight"), yes=Sum("yes"))
    if not sums["weight"]:
        return None
    found = always_the_base_rate(sums["weight"] / WHOLE, sums["yes"] / WHOLE)
    score = {"brier": found.brier, "log_score": found.log_score}.get(measure.of, found.baseline)
    if not measure.adds_up and measure.of == "baseline":
        score /= sums["weight"] / WHOLE
    return replace(one_half, name=NAME, label=LABEL, score=score)
