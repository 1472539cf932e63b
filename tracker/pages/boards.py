"""Leaderboards."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tracker.forms import BoardForm
from tracker.queries.leaderboards import Board, leaderboard
from tracker.queries.measures import MEASURES
from tracker.queries.rows import Row


@dataclass(frozen=True)
class Scale:
    """The values between which every bar of a board is drawn; what lies outside is drawn at its end."""

    least: float
    most: float

    def place(self, value: float | None) -> float | None:
        """Where a value stands, 0 to 1.

        >>> [Scale(-10, 30).place(value) for value in (0, 99, None)]
        [0.25, 1.0, None]
        """
        return None if value is None else min(max((value - self.least) / (self.most - self.least), 0.0), 1.0)


@dataclass(frozen=True)
class Drawn:
    """A row, and where its score and the ends of its interval stand on the bar that all rows share."""

    row: Row
    place: float | None
    low: float | None
    high: float | None


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    form = BoardForm(request.GET)
    board = leaderboard(**form.asked())
    form.offer(board.years)
    scale = _scale(board)
    context = {
        "form": form,
        "board": board,
        "measures": MEASURES.values(),
        "signed": board.measure.better == "higher",
        "digits": 1 if board.measure.better == "higher" else 3,
        "beside": board.measure.of == "brier",
        "contested": board.measure.of == "peer",
        "par": scale.place(0.0) if board.measure.better == "higher" else None,
        "ranked": _drawn(scale, board.ranked),
        "unranked": _drawn(scale, board.unranked),
        "references": _drawn(scale, board.references),
    }
    return render(request, "tracker/leaderboards.html", context, status=400 if form.errors else 200)


def _scale(board: Board) -> Scale:
    """From the intervals of those ranked and the references: a handful of forecasts may lie anywhere."""
    rows = [*board.ranked, *board.references] if board.ranked else [*board.unranked, *board.references]
    seen = [value for row in rows for value in (row.low, row.score, row.high) if value is not None]
    least, most = min(0.0, *seen, 0.0), max(0.0, *seen, 0.0)
    return Scale(least, most if most > least else least + 1)


def _drawn(scale: Scale, rows: list[Row]) -> list[Drawn]:
    return [Drawn(row, scale.place(row.score), scale.place(row.low), scale.place(row.high)) for row in rows]
