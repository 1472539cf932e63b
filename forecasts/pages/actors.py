"""Who acts: somebody signed in, or they are asked to sign in and come back to the forecast."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from forecasts.models import Forecaster


def acting(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A form's address: posts by somebody signed in. Anything else leads to the forecast's page, where the form is."""

    @wraps(view)
    def guarded(request: HttpRequest, slug: str, **kwargs: int) -> HttpResponse:
        home = reverse("forecast", args=[slug])
        if not request.user.is_authenticated:
            return redirect_to_login(home)
        return view(request, slug, **kwargs) if request.method == "POST" else redirect(home)

    return guarded


def actor(request: HttpRequest) -> Forecaster:
    """Who is signed in; only for views that nobody else reaches."""
    if not isinstance(request.user, Forecaster):
        raise TypeError("nobody is signed in")
    return request.user
