"""Every address of the site."""

from django.urls import URLPattern, URLResolver, include, path

from config import api, health

handler400 = "config.problems.bad_request"
handler403 = "config.problems.permission_denied"
handler404 = "config.problems.not_found"
handler500 = "config.problems.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include(api.urlpatterns)),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
]
