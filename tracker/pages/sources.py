"""Documents that predict, and the scoreboard of each: as a page, and as a frame for other sites."""

import datetime as dt

from csp.decorators import csp_replace
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from forecasts import citations
from forecasts.models import Source, Viewer
from tracker.queries import effects, hedges
from tracker.queries.sources import Scoreboard, listed, scoreboard

from .effects import charts
from .scoreboards import FATES, next_dates, roots, strip

# Sources on a page of the list; claims, forecasts and pairs that the page of one goes through.
PAGE, MOST, MOST_PAIRS = 30, 400, 60
# Elsewhere a frame of ours is refused. The word 'none' beside another would say nothing.
FRAMED = {**settings.CONTENT_SECURITY_POLICY["DIRECTIVES"], "frame-ancestors": ["*"]}


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    page = Paginator(Source.objects.order_by("title", "pk"), PAGE).get_page(request.GET.get("page"))
    return render(request, "tracker/sources.html", {"page": page, "sources": listed(list(page.object_list))})


@require_safe
def show(request: HttpRequest, slug: str) -> HttpResponse:
    at = timezone.now()
    context = _drawn(slug, user=request.user, at=at)
    board: Scoreboard = context["board"]  # type: ignore[assignment]
    context |= {
        "roots": roots(board),
        "charts": charts(effects.of_source(slug, user=request.user, at=at, most=MOST_PAIRS)),
        # Of a part of its words nothing could be said of its author.
        "authors": None if board.cut else hedges.of_source(board.source),
        "embed": request.build_absolute_uri(f"{board.source.get_absolute_url()}embed/"),
        "address": request.build_absolute_uri(board.source.get_absolute_url()),
        "most": MOST,
        "citation": citations.of_scoreboard(board.source, at=at),
        "document": citations.of_source(board.source),
    }
    return render(request, "tracker/source.html", context)


@require_safe
@xframe_options_exempt
@csp_replace(FRAMED)  # type: ignore[arg-type]  # typed for a view without arguments
@cache_control(public=True, max_age=300)
def embed(request: HttpRequest, slug: str) -> HttpResponse:
    """The strip alone, as a visitor sees it whoever looks: what frames it is not ours."""
    context = _drawn(slug, user=AnonymousUser(), at=timezone.now())
    context["address"] = request.build_absolute_uri(f"/sources/{slug}/")
    return HttpResponse(render_to_string("tracker/embed.html", context))


def _drawn(slug: str, *, user: Viewer, at: dt.datetime) -> dict[str, object]:
    board = scoreboard(get_object_or_404(Source, slug=slug), user=user, at=at, most=MOST)
    return {
        "board": board,
        "source": board.source,
        "strip": strip(board),
        "fates": FATES.items(),
        "dates": next_dates(board, at=at),
        "at": at,
    }
