"""Addresses of the record's pages."""

from django.urls import path

from . import estimating, evidencing, listing, reading, tokens

urlpatterns = [
    path("accounts/tokens/", tokens.index, name="tokens"),
    path("accounts/tokens/<slug:key>/revoke/", tokens.revoke, name="token-revoke"),
    path("forecasts/", listing.index, name="forecasts"),
    path("forecasts/<slug:slug>/", reading.show, name="forecast"),
    path("forecasts/<slug:slug>/estimate/", estimating.submit, name="forecast-estimate"),
    path("forecasts/<slug:slug>/withdraw/", estimating.withdraw, name="forecast-withdraw"),
    path("forecasts/<slug:slug>/evidence/", evidencing.add, name="forecast-evidence"),
    path("forecasts/<slug:slug>/evidence/<int:evidence_id>/rating/", evidencing.rate, name="evidence-rating"),
]
