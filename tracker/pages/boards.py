"""Leaderboards, on pages and as a file."""

import datetime as dt

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from forecasts import spreadsheets
from forecasts.spreadsheets import Table, columns, same
from tracker.forms import BoardForm
from tracker.queries.examples import example
from tracker.queries.leaderboards import PAGE, leaderboard, leaderboard_page
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


COLUMNS = columns(
    *("rank", "rank_best", "rank_worst", "owner", "name", "label", "is_bot", "simulated", "score", "low", "high"),
    *("crowd", "n", "upsets", "coverage", "attainable", "contested"),
)


@spreadsheets.page
def table(request: HttpRequest, *, at: dt.datetime) -> Table:
    """The whole board as CSV, in the API's names."""
    form = BoardForm(request.GET)
    asked = form.asked()
    spreadsheets.refuse(form.errors)
    board = leaderboard(**asked)
    scope, measure = str(board.scope), board.measure
    of = same(scope=scope, measure=measure.name, better=measure.better, year=board.year, who=board.who)
    rows = (*board.ranked, *board.unranked, *board.references)
    return Table(
        f"leaderboard-{measure.name}-{scope.replace(':', '-')}", COLUMNS | of | same(settled=board.settled), rows
    )


def _page(text: str) -> int:
    """The page asked for; the first where that is no number."""
    return max(int(text), 1) if text.isdecimal() and len(text) < 9 else 1
