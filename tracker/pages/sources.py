"""Documents that predict, and the scoreboard of each."""

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from forecasts.models import Source
from tracker.queries import effects, hedges, sources

from .effects import charts


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    found = Source.objects.annotate(
        n_claims=Count("claims", distinct=True), n_forecasts=Count("claims__forecasts", distinct=True)
    )
    return render(request, "tracker/sources.html", {"sources": found.order_by("title")})


@require_safe
def show(request: HttpRequest, slug: str) -> HttpResponse:
    at = timezone.now()
    board = sources.scoreboard(get_object_or_404(Source, slug=slug), user=request.user, at=at)
    context = {
        "board": board,
        "source": board.source,
        "conditions": board.conditions,
        "charts": charts(effects.of_source(slug, user=request.user, at=at)),
        "authors": hedges.of_source(board.source),
        "at": at,
    }
    return render(request, "tracker/source.html", context)
