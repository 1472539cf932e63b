"""Leaderboards, on pages and as a file."""

from functools import partial
from operator import attrgetter
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from forecasts import spreadsheets
from tracker.forms import BoardForm
from tracker.queries.examples import example
from tracker.queries.leaderboards import PAGE, leaderboard, leaderboard_page
from tracker.queries.rows import Row
from tracker.queries.viewing import view

from .drawing import Scale, drawn


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    form = BoardForm(request.GET)
    asked = form.asked()
    wanted = _page(request.GET.get("page", ""))
    board, own = leaderboard_page(**asked, page=wanted, reader=request.user.pk)
    form.offer(board.years)
    page = Paginator(range(board.n_people), PAGE).get_page(wanted)
    scale = Scale.holding(board.least, board.most)
    shown = {row.name for row in (*board.ranked, *board.unranked)}
    context = {
        "form": form,
        "board": board,
        "page": page,
        "own": own,
        # Shown beside the page only while the page itself does not hold it.
        "around": drawn(scale, own.around) if own and own.row.name not in shown else [],
        "signed": board.measure.better == "higher",
        "digits": 1 if board.measure.better == "higher" else 3,
        "beside": board.measure.of == "brier",
        "contested": board.measure.of == "peer",
        "par": scale.place(0.0) if board.measure.better == "higher" else None,
        "ranked": drawn(scale, board.ranked),
        "unranked": drawn(scale, board.unranked),
        "references": drawn(scale, board.references),
        "example": example(
            view(board.scope, settled=asked["settled"], year=board.year), board.measure, reader=request.user.pk
        ),
    }
    return render(request, "tracker/leaderboards.html", context, status=400 if form.errors else 200)


COLUMNS: spreadsheets.Columns = {
    name: attrgetter(name)
    for name in (
        *("rank", "rank_best", "rank_worst", "owner", "name", "label", "is_bot", "simulated", "score", "low", "high"),
        *("crowd", "n", "upsets", "coverage", "attainable", "contested"),
    )
}


@require_safe
def table(request: HttpRequest) -> HttpResponseBase:
    """The whole board as CSV, in the API's names; what it is of stands in each row, so that files can be joined."""
    form = BoardForm(request.GET)
    asked = form.asked()
    if form.errors:
        return spreadsheets.refused(form.errors)
    board = leaderboard(**asked)
    of: dict[str, Any] = {
        "scope": str(board.scope),
        "measure": board.measure.name,
        "better": board.measure.better,
        "year": board.year,
        "who": board.who,
        "settled": board.settled,
    }
    columns = COLUMNS | {name: partial(_same, value) for name, value in of.items()}
    name = f"leaderboard-{board.measure.name}-{of['scope'].replace(':', '-')}"
    return spreadsheets.sent(name, columns, (*board.ranked, *board.unranked, *board.references))


def _same(value: Any, _: Row) -> Any:
    return value


def _page(text: str) -> int:
    """The page asked for; the first where that is no number."""
    return max(int(text), 1) if text.isdecimal() and len(text) < 9 else 1
