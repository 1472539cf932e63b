"""Addresses of the record's pages."""

from django.urls import include, path

from . import (
    answering,
    estimating,
    evidencing,
    feeds,
    histories,
    ledger,
    listing,
    noting,
    reading,
    sessions,
    tables,
    tokens,
)

urlpatterns = [
    # Before allauth's, under its name.
    path("accounts/sessions/", sessions.Sessions.as_view(), name="usersessions_list"),
    path("accounts/tokens/", tokens.index, name="tokens"),
    path("accounts/tokens/<slug:key>/revoke/", tokens.revoke, name="token-revoke"),
    path("answer/", answering.index, name="answer"),
    path("answer/<slug:slug>/", answering.submit, name="answer-one"),
    path("feeds/", feeds.index, name="feeds"),
    path("feeds/renew/", feeds.renew, name="feeds-renew"),
    path("feeds/opened.atom", feeds.opened, name="feed-opened"),
    path("feeds/resolved.atom", feeds.resolved, name="feed-resolved"),
    path("feeds/sources/<slug:slug>.atom", feeds.source, name="feed-source"),
    path("feeds/own/<str:token>.atom", feeds.own, name="feed-own"),
    path("calendars/open.ics", feeds.open_calendar, name="calendar-open"),
    path("calendars/sources/<slug:slug>.ics", feeds.source_calendar, name="calendar-source"),
    path("calendars/own/<str:token>.ics", feeds.own_calendar, name="calendar-own"),
    path("ledger/", ledger.index, name="ledger"),
    path("ledger/<slug:kind>/<int:row_id>/", ledger.prove, name="proof"),
    path("curate/", include("forecasts.pages.curating.urls")),
    path("forecasts.csv", listing.table, name="forecasts-table"),
    path("forecasts/", listing.index, name="forecasts"),
    path("forecasts/<slug:slug>/", reading.show, name="forecast"),
    path("forecasts/<slug:slug>/crowd.csv", tables.crowd, name="crowd-table"),
    path("forecasts/<slug:slug>/estimates.csv", tables.estimates, name="estimates-table"),
    path("forecasts/<slug:slug>/evidence.csv", tables.evidence, name="evidence-table"),
    path("forecasts/<slug:slug>/notes.csv", tables.notes, name="notes-table"),
    path("forecasts/<slug:slug>/history/", histories.show, name="forecast-history"),
    path("forecasts/<slug:slug>/estimate/", estimating.submit, name="forecast-estimate"),
    path("forecasts/<slug:slug>/withdraw/", estimating.withdraw, name="forecast-withdraw"),
    path("forecasts/<slug:slug>/evidence/", evidencing.add, name="forecast-evidence"),
    path("forecasts/<slug:slug>/evidence/<int:evidence_id>/rating/", evidencing.rate, name="evidence-rating"),
    path("forecasts/<slug:slug>/notes/", noting.write, name="forecast-notes"),
    path("forecasts/<slug:slug>/notes/<int:note_id>/withhold/", noting.withhold, name="note-withhold"),
    path("forecasts/<slug:slug>/notes/<int:note_id>/restore/", noting.restore, name="note-restore"),
]
