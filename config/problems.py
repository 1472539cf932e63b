"""Errors of both APIs as problem details (RFC 9457), those that Django itself raises under their addresses included."""

import logging
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, UnreadablePostError
from django.views import defaults
from rest_framework import exceptions

from forecasts.refusals import Refused, RefusedMany

log = logging.getLogger(__name__)

Fault = dict[str, str | None]
# Told one by one: who sent ten thousand wrong rows sees the kind of fault in the first.
MOST_FAULTS = 100


# Django's own errors, the special before the general.
PLAIN: tuple[tuple[type[Exception], tuple[int, str, str]], ...] = (
    (Http404, (404, "not-found", "There is nothing at this address.")),
    (PermissionDenied, (403, "permission-denied", "You may not do this.")),
    (RequestDataTooBig, (413, "too-large", "The body is too large. Send less at a time.")),
    (SuspiciousOperation, (400, "bad-request", "The request could not be read.")),
    (UnreadablePostError, (400, "bad-request", "The request could not be read.")),
    (OperationalError, (503, "unavailable", "The database could not answer now. Try again soon.")),
)


def problem(status: int, detail: str, errors: list[Fault], headers: dict[str, str] | None = None) -> JsonResponse:
    """One shape for every error: what happened, and each fault with its field, code and remedy."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "errors": errors,
    }
    return JsonResponse(body, status=status, content_type="application/problem+json", headers=headers)


def handler(error: Exception, context: dict[str, Any]) -> HttpResponseBase | None:
    """What REST framework asks of an error; none for a fault of ours, which Django then answers with server_error."""
    match error:
        case RefusedMany():
            return problem(error.status, error.message, [_placed(*each) for each in error.faults[:MOST_FAULTS]])
        case Refused():
            return problem(error.status, error.message, [fault(error.field, error.code, error.message)])
        case exceptions.ValidationError():
            faults = list(_flat(error.detail))
            return problem(400, " ".join(_told(each) for each in faults[:5]), faults)
        case exceptions.APIException():
            return _raised(error)
        case OperationalError():
            log.error("database did not answer: %s", error)
    return next((single(*said) for kind, said in PLAIN if isinstance(error, kind)), None)


def _placed(place: str | int, refused: Refused) -> Fault:
    return fault(f"{place}.{refused.field}".rstrip("."), refused.code, refused.message)


def fault(field: str | None, code: str, detail: str) -> Fault:
    return {"field": field or None, "code": code.replace("_", "-"), "detail": detail}


def single(status: int, code: str, detail: str) -> JsonResponse:
    return problem(status, detail, [fault(None, code, detail)])


def _raised(error: exceptions.APIException) -> JsonResponse:
    headers = {}
    if header := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = header
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = f"{wait:.0f}"
    faults = list(_flat(error.detail))
    return problem(error.status_code, " ".join(str(each["detail"]) for each in faults), faults, headers)


def _flat(detail: Any, field: str = "") -> Iterator[Fault]:
    """Each fault by the path of its field, such as links.0; what is not of one field has none."""
    if isinstance(detail, dict):
        for name, within in detail.items():
            inner = field if name == "non_field_errors" else f"{field}.{name}".lstrip(".")
            yield from _flat(within, inner)
    elif isinstance(detail, list):
        for place, within in enumerate(detail):
            nested = isinstance(within, dict | list)
            yield from _flat(within, f"{field}.{place}".lstrip(".") if nested else field)
    else:
        yield fault(field, getattr(detail, "code", "invalid") or "invalid", str(detail))


def _told(each: Fault) -> str:
    return f"{each['field']}: {each['detail']}" if each["field"] else str(each["detail"])


def is_api(path: str) -> bool:
    """Whether programs ask there, and read problems."""
    return path.startswith(("/api/", "/compat/"))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if is_api(request.path):
        return single(400, "bad-request", "The request could not be read.")
    return defaults.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if is_api(request.path):
        return single(403, "permission-denied", "You may not do this.")
    return defaults.permission_denied(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if is_api(request.path):
        return single(404, "not-found", "There is nothing at this address. The API is described at /api/v1/docs/.")
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponseBase:
    if is_api(request.path):
        return single(500, "server-error", "A fault of ours. It was logged; nothing was half-written.")
    response: HttpResponse = defaults.server_error(request)
    return response
