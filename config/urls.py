"""Every address of the site."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from config import api, health, metrics, pages

handler400 = "config.problems.bad_request"
handler403 = "config.problems.permission_denied"
handler404 = "config.problems.not_found"
handler500 = "config.problems.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("tracker.pages.urls")),
    path("", include("forecasts.pages.urls")),
    path("accounts/", include("allauth.urls")),
    path("favicon.ico", pages.icon),
    path("admin/", admin.site.urls),
    path("api/v1/", include(api.urlpatterns)),
    path("compat/metaculus/api/", include("forecasts.compat.urls")),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", metrics.metrics),
]
