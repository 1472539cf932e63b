"""Deciding a forecast in the admin: said once, shown with what it would bring about, then put on record."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from forecasts.forms import refuse
from forecasts.models import Forecast, Forecaster
from forecasts.refusals import Refused
from forecasts.services import resolving

from .decisions import Decision, Reopening, Resolving


def deeds(forecast: Forecast) -> list[tuple[str, str]]:
    """What a resolver may do with it, each with its address."""
    named = [("Correct" if forecast.outcome else "Resolve", "resolve")]
    if forecast.outcome:
        named.append(("Reopen", "reopen"))
    return [(deed, reverse(f"admin:forecasts_forecast_{name}", args=(forecast.pk,))) for deed, name in named]


class Decides(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic when it runs
    """Two pages beside a forecast's own: one resolves or corrects it, one reopens it."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<path:object_id>/resolve/", view(self.resolve), name="forecasts_forecast_resolve"),
            path("<path:object_id>/reopen/", view(self.reopen), name="forecasts_forecast_reopen"),
            *super().get_urls(),
        ]

    def resolve(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._decide(request, object_id, Resolving)

    def reopen(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._decide(request, object_id, Reopening)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        forecast = self.get_object(request, unquote(object_id))
        offered = deeds(forecast) if forecast and _resolver(request) else []
        return super().change_view(request, object_id, form_url, {"deeds": offered} | (extra_context or {}))

    def _decide(self, request: HttpRequest, object_id: str, kind: type[Decision]) -> HttpResponse:
        by = _resolver(request)
        if by is None:
            raise PermissionDenied
        forecast = self.get_object(request, unquote(object_id))
        if forecast is None:
            raise Http404
        if request.method != "POST":
            return self._page(request, forecast, kind(initial=kind.about(forecast)))
        form = kind(request.POST)
        if not form.is_valid() or "_change" in request.POST:
            return self._page(request, forecast, form)
        try:
            return self._carry_out(request, forecast, form, by)
        except Refused as refused:
            refuse(form, refused, revision="")
            return self._page(request, forecast, form, status=refused.status)

    def _carry_out(self, request: HttpRequest, forecast: Forecast, form: Decision, by: Forecaster) -> HttpResponse:
        at = timezone.now()
        if "_confirmed" not in request.POST:
            made, *effects = resolving.foreseen(lambda: form.decide(forecast, by=by, at=at))
            return self._page(request, forecast, form, "confirm", made=made, effects=effects)
        made = form.decide(forecast, by=by, at=at)
        said = f"{made.get_outcome_display()}, revision {made.revision}"
        self.log_change(request, forecast, f"Decided: {said}.")
        messages.success(request, f"On record: {said}.")
        return redirect("admin:forecasts_forecast_change", forecast.pk)

    def _page(
        self,
        request: HttpRequest,
        forecast: Forecast,
        form: Decision,
        page: str = "decide",
        *,
        status: int = 200,
        **more: object,
    ) -> HttpResponse:
        deed = "Correct" if forecast.outcome and isinstance(form, Resolving) else form.deed
        context = self.admin_site.each_context(request) | {
            "title": f"{deed} a forecast",
            "deed": deed,
            "opts": self.opts,
            "forecast": forecast,
            "wording": forecast.wordings.get(version=forecast.version),
            "form": form,
            "media": self.media + form.media,
            **more,
        }
        return TemplateResponse(request, f"admin/forecasts/forecast/{page}.html", context, status=status)


def _resolver(request: HttpRequest) -> Forecaster | None:
    user = request.user
    return user if isinstance(user, Forecaster) and user.may_resolve else None
