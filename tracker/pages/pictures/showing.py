"""The address of a picture: answered at once where it is drawn, else once a worker has, or with when to ask again.

Nothing is drawn here. A picture is one of what a visitor may see, whoever asks.
"""

import hashlib
import json
import threading
import time
from typing import Any, Final

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe
from rest_framework.exceptions import APIException, NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from forecasts import spreadsheets
from forecasts.refusals import Refused
from tracker.charts.composing import composed
from tracker.models import Picture
from tracker.services import picturing
from tracker.tasks import announce_picture

from .asking import asked
from .subjects import SUBJECTS

KINDS: Final = {"svg": "image/svg+xml", "png": "image/png"}
# Seconds for which others may keep a picture, and for which we take it for current unseen: five minutes together.
KEPT, TRUSTED = 240, 60
# Seconds that somebody waits for a worker; the engine's first picture takes one.
PATIENCE, STEP = 4.0, 0.1
SOON: Final = 5
# The others have pages to serve.
_seats = threading.BoundedSemaphore(max(1, settings.WEB_THREADS // 2))
# Within an SVG that is opened by itself nothing runs and nothing is fetched.
POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


class PerAddress(SimpleRateThrottle):
    """Everybody, signed in or not: what shows pictures sends no sign-in."""

    scope = "pictures"
    rate = "120/min"

    def get_cache_key(self, request: Request, view: APIView | None) -> str:
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}


@require_safe
@xframe_options_exempt
def show(request: HttpRequest, chart: str, kind: str) -> HttpResponse:
    limit = PerAddress()
    if not limit.allow_request(Request(request), None):  # type: ignore[arg-type]  # counts without a view
        return _told("Too many pictures at a time.", 429, again=int(limit.wait() or SOON) + 1)
    try:
        picture = _found(chart, kind, request.GET.dict())
    except (APIException, Refused) as error:
        return _refused(error)
    if picture.drawn_at is None:
        return _told("The picture is being drawn. Ask again in a few seconds.", 503, again=SOON)
    return _sent(picture, chart, kind)


def _refused(error: APIException | Refused) -> HttpResponse:
    """In plain text, as of other files: a picture could not tell what was wrong with what was asked for."""
    match error:
        case ValidationError(detail=dict() as faults):
            return spreadsheets.refused(faults)
        case APIException():
            return _told(str(error.detail), error.status_code)
    again = SOON if error.status == 503 else 0
    return _told(f"{error.field}: {error.message}".removeprefix(": "), error.status, again=again)


def _found(chart: str, kind: str, given: dict[str, str]) -> Picture:
    if chart not in SUBJECTS:
        raise NotFound(f"There is no such picture. Charts are {', '.join(SUBJECTS)}, as .svg or .png.")
    known = f"picture:{hashlib.sha256(json.dumps([chart, kind, given]).encode()).hexdigest()}"
    if digest := cache.get(known):
        picture = Picture.objects.filter(digest=digest).first()
        if picture is not None and picture.drawn_at:
            return picture
    parameters, look = asked(chart, kind, given)
    at = timezone.now()
    subject = SUBJECTS[chart](parameters, at)
    recipe: dict[str, Any] = {
        "specification": composed(subject, look, at=at),
        "format": kind,
        "scale": look.scale,
        "title": subject.title,
        "alt": subject.alt,
    }
    picture = _awaited(picturing.ask(recipe=picturing.written(recipe), at=at))
    if picture.drawn_at:
        cache.set(known, picture.digest, timeout=TRUSTED)
    return picture


def _awaited(picture: Picture) -> Picture:
    """Waits while a worker draws it; not where the queue took no message, nor where enough others wait already."""
    if picture.drawn_at or not announce_picture(picture.pk) or not _seats.acquire(blocking=False):
        return picture
    try:
        ends = time.monotonic() + PATIENCE
        while picture.drawn_at is None and time.monotonic() < ends:
            time.sleep(STEP)
            picture = Picture.objects.filter(pk=picture.pk).first() or picture
    finally:
        _seats.release()
    return picture


def _sent(picture: Picture, chart: str, kind: str) -> HttpResponse:
    response = HttpResponse(bytes(picture.content or b""), content_type=KINDS[kind])
    response["ETag"] = f'"{picture.digest}"'
    response["Cache-Control"] = f"public, max-age={KEPT}"
    response["Content-Disposition"] = f'inline; filename="{chart}.{kind}"'
    response["Content-Security-Policy"] = POLICY
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    response["Access-Control-Allow-Origin"] = "*"
    return response


def _told(said: str, status: int, *, again: int = 0) -> HttpResponse:
    response = HttpResponse(f"{said}\n", content_type="text/plain; charset=utf-8", status=status)
    response["Cache-Control"] = "no-store"
    if again:
        response["Retry-After"] = str(again)
        # That of a picture which is not drawn yet is no fault that somebody should look after.
        response._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001
    return response
