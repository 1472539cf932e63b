"""Who may come here: curators. Others are told what to do."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from forecasts.models import Forecaster


def curating(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not isinstance(request.user, Forecaster) or not request.user.may_curate:
            raise PermissionDenied(
                "Curators register and word forecasts. Ask an administrator for the role of curator."
            )
        return view(request, *args, **kwargs)

    return guarded
