"""What waits for a resolver, and how far the scoring of what was decided has come."""

import datetime as dt

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from forecasts.models import Resolution
from tracker.forms import QueueForm
from tracker.queries.progress import overview, progress
from tracker.queries.queue import KINDS, Place, page

LATEST, PER_PAGE = 10, 50
LARGEST_ID = 2**63 - 1


@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    form = QueueForm(request.GET)
    kind, source = form.asked()
    after = _place(request.GET.get("after", ""))
    found = page(kind=kind, source=source, user=request.user, at=at, after=after)
    # What followed of itself is counted with its cause: a premise decides dozens of branches at once.
    recent = _decided().filter(current_for__isnull=False, decided_by__isnull=False).annotate(n_effects=_effects())
    context = {
        "at": at,
        "form": form,
        "kind": kind,
        "kinds": KINDS.items(),
        "source": source,
        "rows": found.rows,
        "first": after is None,
        "following": _written(found.following) if found.following else "",
        "recent": (lately := progress(recent.order_by("-decided_at", "-id")[:LATEST])),
        "moving": any(each.moving for each in lately),
        "overview": overview(at=at),
    }
    return render(request, "tracker/queue.html", context, status=400 if form.errors else 200)


@require_safe
def scoring(request: HttpRequest) -> HttpResponse:
    """Every resolution, the latest first, and how far it has come."""
    at = timezone.now()
    before = request.GET.get("before", "")
    # Python refuses to read thousands of digits.
    known = before.isascii() and before.isdigit() and len(before) < 20 and int(before) <= LARGEST_ID
    rows = list(_decided().filter(pk__lt=int(before) if known else LARGEST_ID).order_by("-id")[: PER_PAGE + 1])
    shown = progress(rows[:PER_PAGE])
    context = {
        "rows": shown,
        "before": rows[PER_PAGE - 1].pk if len(rows) > PER_PAGE else None,
        "first": not known,
        "moving": any(each.moving for each in shown),
        "overview": overview(at=at),
        "at": at,
    }
    return render(request, "tracker/scoring.html", context)


def _decided() -> QuerySet[Resolution]:
    return Resolution.objects.select_related("forecast__claim", "decided_by")


def _effects() -> Coalesce:
    """How many branches a decision settled by itself."""
    caused = Resolution.objects.filter(cause=OuterRef("pk")).order_by().values("cause")
    return Coalesce(Subquery(caused.annotate(n=Count("pk")).values("n")), 0)


def _written(place: Place) -> str:
    return f"{place[0].isoformat()}_{place[1]}"


def _place(text: str) -> Place | None:
    """Where a page begins; what was made up begins at the beginning."""
    written, _, pk = text.partition("_")
    try:
        resolve_by, number = dt.datetime.fromisoformat(written), int(pk)
        if resolve_by.tzinfo is None or not 0 <= number <= LARGEST_ID:
            return None
        return resolve_by.astimezone(dt.UTC), number
    except (ValueError, OverflowError):
        return None
