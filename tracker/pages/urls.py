"""Addresses of the reading's pages."""

from django.urls import path

from . import (
    accounts,
    boards,
    calibrations,
    comparisons,
    deciding,
    forecasters,
    helping,
    home,
    letters,
    queues,
    scores,
    sources,
    webhooks,
)
from .pictures import showing

urlpatterns = [
    path("", home.show, name="home"),
    path("sources/", sources.index, name="sources"),
    path("sources/<slug:slug>/", sources.show, name="source"),
    path("sources/<slug:slug>/embed/", sources.embed, name="source-embed"),
    path("forecasts/<slug:slug>/scores/", scores.show, name="forecast-scores"),
    path("leaderboards.csv", boards.table, name="leaderboards-table"),
    path("leaderboards/", boards.show, name="leaderboards"),
    path("calibration/", calibrations.show, name="calibration"),
    path("calibration/forecasts/", calibrations.behind, name="calibration-forecasts"),
    path("compare/", comparisons.show, name="compare"),
    path("compare/names/", comparisons.names, name="names"),
    path("forecasters/<str:name>/", forecasters.show, name="forecaster"),
    path("resolve/", queues.queue, name="resolve"),
    path("resolve/<slug:slug>/", deciding.decide, name="resolve-forecast"),
    path("resolve/<slug:slug>/decided/", deciding.decided, name="resolve-decided"),
    path("scoring/", queues.scoring, name="scoring"),
    path("accounts/", accounts.show, name="account"),
    path("accounts/webhooks/", webhooks.index, name="webhooks"),
    path("accounts/webhooks/<int:webhook_id>/", webhooks.show, name="webhook"),
    path("accounts/webhooks/<int:webhook_id>/<slug:verb>/", webhooks.act, name="webhook-act"),
    path("accounts/program/", accounts.program, name="account-program"),
    path("accounts/export/", accounts.export, name="account-export"),
    path("accounts/close/", accounts.close, name="account-close"),
    path("accounts/closed/", accounts.closed, name="account-closed"),
    path("accounts/letters/", letters.choose, name="letters"),
    path("accounts/letters/preview/", letters.preview, name="letters-preview"),
    path("accounts/letters/stop/<str:token>/", letters.stop, name="letters-stop"),
    path("charts/<slug:chart>.svg", showing.show, {"kind": "svg"}, name="chart-svg"),
    path("charts/<slug:chart>.png", showing.show, {"kind": "png"}, name="chart-png"),
    path("help/", helping.show, name="help"),
]
