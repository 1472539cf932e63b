"""What logs say beside their message: of which request or job a line is; and one line for each answered request."""

import logging
import re
import time
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, Final

from celery import current_task
from celery.signals import before_task_publish
from django.http import HttpRequest
from django.http.response import HttpResponseBase

HEADER: Final = "X-Request-ID"
# What a proxy may give: nothing that could end a line or fill a disk.
GIVEN: Final = re.compile(r"[A-Za-z0-9_.:-]{8,64}")
# Asked every few seconds by whatever watches.
QUIET: Final = frozenset({"healthz", "readyz", "metrics"})
log = logging.getLogger(__name__)
_request_id: ContextVar[str] = ContextVar("request_id", default="")


class Origin(logging.Filter):
    """Puts on each line the request that it is of, its own or the one that asked for the job, and the job."""

    def filter(self, record: logging.LogRecord) -> bool:
        job = current_task._get_current_object() if current_task else None  # type: ignore[attr-defined]  # noqa: SLF001
        asked = job and job.request and getattr(job.request, "request_id", "")
        request_id, task_id = _request_id.get() or asked or "", (job and job.request.id) or ""
        told = {"request_id": request_id, "task": job.name if job and task_id else "", "task_id": task_id}
        record.__dict__.update(told, origin=request_id or task_id or "-")
        return True


def request_ids(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: gives each request an id, or keeps the proxy's; says it in the answer; notes what was answered."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get(HEADER, "")
        id_ = given if GIVEN.fullmatch(given) else uuid.uuid4().hex
        # It stays until the thread's next request: Django notes a refusal after the last middleware.
        _request_id.set(id_)
        began = time.monotonic()
        response = get_response(request)
        response[HEADER] = id_
        _note(request, response, began)
        return response

    return respond


def _note(request: HttpRequest, response: HttpResponseBase, began: float) -> None:
    """By its route: paths carry tokens, and query strings what people look for."""
    route = request.resolver_match.route if request.resolver_match else "nowhere"
    if route in QUIET:
        return
    user = getattr(request, "user", None)
    told = {
        "method": request.method if (request.method or "").isalpha() else "?",
        "route": route,
        "status": response.status_code,
        "ms": round(1000 * (time.monotonic() - began), 1),
        "forecaster": getattr(user, "pk", None),
    }
    log.info("%(method)s %(route)s %(status)s %(ms)s ms", told, extra=told)


@before_task_publish.connect(dispatch_uid="config.logs")
def _carry_on(headers: dict[str, Any], **_: object) -> None:
    """The job says of which request it is."""
    if id_ := _request_id.get():
        headers["request_id"] = id_
