"""Addresses of the curators' pages, under /curate/."""

from django.urls import path

from . import amending, catalogues, registering, registrations, rewording, sourcing

urlpatterns = [
    path("", registering.index, name="curate"),
    path("forecast/", registering.register, name="curate-forecast"),
    path("check/", registering.check, name="curate-check"),
    path("find/<slug:name>/", registering.find, name="curate-find"),
    path("forecast/<slug:slug>/", rewording.reword, name="curate-reword"),
    path("forecast/<slug:slug>/tags/", amending.amend, name="curate-amend"),
    path("catalogue/", catalogues.register, name="curate-catalogue"),
    path("catalogue/<int:registration_id>/", registrations.show, name="curate-registration"),
    path("source/", sourcing.register, name="curate-source"),
    path("source/<slug:slug>/", sourcing.show, name="curate-claims"),
    path("source/<slug:slug>/<slug:key>/", sourcing.amend_claim, name="curate-claim"),
]
