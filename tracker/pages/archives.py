"""Archives of the whole record, for administrators: asked for, followed while a worker makes one, downloaded."""

import logging
from collections.abc import Callable
from functools import partial, wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from forecasts.jobs import enqueue
from forecasts.pages.actors import actor
from forecasts.refusals import NotAllowed
from tracker.models import Archive
from tracker.queries.archives import lately, looks
from tracker.services import archives, archiving
from tracker.tasks import make_archive

LATELY = 10
LARGEST_ID = 2**63 - 1
log = logging.getLogger(__name__)


def administering(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    @never_cache
    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            archives.refuse_unless_allowed(actor(request))
        except NotAllowed as refused:
            raise PermissionDenied(refused.message) from None
        return view(request, *args, **kwargs)

    return guarded


@require_http_methods(["GET", "HEAD", "POST"])
@administering
def index(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    if request.method == "POST":
        archive = archives.ask(by=actor(request), at=at)
        # After commit, or a worker could look too early. Robust: the beat finds what no message brought.
        transaction.on_commit(partial(enqueue, make_archive, archive.pk), robust=True)
        return redirect("archive", archive.pk)
    context = {"lately": lately(LATELY), "at": at, "section": "accounts"}
    return render(request, "tracker/archives.html", context)


@require_safe
@administering
def show(request: HttpRequest, archive_id: int) -> HttpResponse:
    at = timezone.now()
    (look,) = looks([_found(archive_id)])
    context = {
        "look": look,
        "archive": look.archive,
        "quiet": look.quiet(at),
        "n_files": len(archiving.FILES),
        "at": at,
        "section": "accounts",
    }
    return render(request, "tracker/archive.html", context)


@require_safe
@administering
def download(request: HttpRequest, archive_id: int) -> HttpResponseBase:
    """The ZIP, part by part; the page says why where there is none."""
    archive = _found(archive_id)
    if archive.state != Archive.State.MADE:
        return redirect("archive", archive.pk)
    log.info("archive %d goes to %s", archive.pk, request.user.get_username())
    response = StreamingHttpResponse(archives.content(archive), content_type="application/zip")
    response["Content-Length"] = str(archive.size)
    name = f"forecast-tracker-{archive.asked_at:%Y-%m-%d}.zip"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _found(archive_id: int) -> Archive:
    return get_object_or_404(Archive.objects.select_related("by"), pk=min(archive_id, LARGEST_ID))
