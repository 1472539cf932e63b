"""Leaderboards."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from tracker.forms import BoardForm
from tracker.queries.leaderboards import MEASURES, Board, Row, leaderboard


@dataclass(frozen=True)
class Drawn:
    """A row and where its dot stands on the bar that all rows share, 0 to 1."""

    row: Row
    place: float


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    form = BoardForm(request.GET)
    board = leaderboard(**form.asked(), at=timezone.now())
    form.offer(board.years)
    context = {
        "form": form,
        "board": board,
        "measures": MEASURES.values(),
        "digits": 1 if board.measure.better == "higher" else 3,
        "ranked": _drawn(board, board.ranked),
        "unranked": _drawn(board, board.unranked),
        "references": _drawn(board, board.references),
    }
    return render(request, "tracker/leaderboards.html", context, status=400 if form.errors else 200)


def _drawn(board: Board, rows: list[Row]) -> list[Drawn]:
    """On one scale: from 0 to the largest for losses, around 0 for scores."""
    most = max((abs(row.score) for row in [*board.ranked, *board.unranked, *board.references]), default=0) or 1
    if board.measure.better == "lower":
        return [Drawn(row, row.score / most) for row in rows]
    return [Drawn(row, (1 + row.score / most) / 2) for row in rows]
