"""The ledger for people: its newest seals, and what was sealed of one row."""

import json
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from forecasts.models import Checkpoint, Unsealed
from forecasts.queries.proving import PROVABLE, Unsealable, proof, told

from .paging import Newest

PAGE: Final = 25
# Counted no further: what waits is gone within a minute.
MOST_WAITING: Final = 1000


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    newest_first = Checkpoint.objects.order_by("-number")
    page, last = Newest(newest_first, PAGE).get_page(request.GET.get("page")), newest_first.first()
    context = {
        "page": page,
        "checkpoints": [_shown(each) for each in page],
        "last": last and _shown(last),
        "waiting": Unsealed.objects.values("pk")[: MOST_WAITING + 1].count(),
        "most_waiting": MOST_WAITING,
        "at": timezone.now(),
    }
    return render(request, "forecasts/ledger.html", context)


def _shown(checkpoint: Checkpoint) -> dict[str, Any]:
    return told(checkpoint) | {"made_at": checkpoint.made_at}


@require_safe
def prove(request: HttpRequest, kind: str, row_id: int) -> HttpResponse:
    if kind not in PROVABLE:
        raise Http404
    at = timezone.now()
    try:
        found = proof(kind, row_id, user=request.user, at=at)
    except Unsealable:
        return render(request, "forecasts/proof.html", {"kind": kind, "row_id": row_id})
    if found is None:
        raise Http404
    context = {
        "kind": kind,
        "row_id": row_id,
        "proof": found,
        "sealed": json.loads(found["leaf"]).items(),
    }
    return render(request, "forecasts/proof.html", context)
