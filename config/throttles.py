"""Rate limits of the API: per forecaster when signed in, per address otherwise; and the headers that tell of them.

Counts live in the cache. Without it every request is let through (config/cache.py).
"""

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponseBase
from rest_framework.request import Request
from rest_framework.throttling import AnonRateThrottle, SimpleRateThrottle, UserRateThrottle

if TYPE_CHECKING:  # REST framework's views load this module while they load
    from rest_framework.views import APIView


class Telling(SimpleRateThrottle):
    """Leaves on the request what the headers will say: the limit, what remains of it, seconds until more does."""

    def allow_request(self, request: Request, view: "APIView") -> bool:
        self.history: list[float] = []
        allowed = super().allow_request(request, view)
        if self.history:
            limit, period = self.parse_rate(self.rate)
            reset = math.ceil(self.history[-1] + (period or 0) - self.now)
            told = (limit, max((limit or 0) - len(self.history), 0), max(reset, 0))
            request._request.rate_limit = told  # type: ignore[attr-defined]  # noqa: SLF001  # for the middleware below
        return allowed


class PerForecaster(Telling, UserRateThrottle):
    """Everyone who is signed in; a visitor is counted by address alone."""

    scope = "forecaster"

    def get_cache_key(self, request: Request, view: "APIView") -> str | None:
        return super().get_cache_key(request, view) if request.user.is_authenticated else None


class PerAddress(Telling, AnonRateThrottle):
    scope = "address"


def rate_limit_headers(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Middleware: REST framework counts requests and does not say so."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        for name, value in zip(("Limit", "Remaining", "Reset"), getattr(request, "rate_limit", ()), strict=False):
            response[f"X-RateLimit-{name}"] = str(value)
        return response

    return respond
