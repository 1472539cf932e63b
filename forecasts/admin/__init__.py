"""The record as an administrator and a resolver see it: everything to look at, decisions and roles to make."""

import django.contrib.auth.admin  # noqa: F401  registers Group, which is taken back below
from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.contrib.auth.models import Group

from forecasts.models import (
    Claim,
    Collection,
    Estimate,
    Evidence,
    Forecast,
    Forecaster,
    Note,
    Pair,
    Rating,
    Resolution,
    Source,
    Wording,
)

from .forecasters import ForecasterAdmin
from .forecasts import ForecastAdmin
from .history import EstimateAdmin, EvidenceAdmin, RatingAdmin, ResolutionAdmin, WordingAdmin
from .moderating import NoteAdmin
from .origins import ClaimAdmin, CollectionAdmin, PairAdmin, SourceAdmin

admin.site.site_header = admin.site.site_title = "Forecast Tracker"
admin.site.index_title = "The record"
# One door: its rate limits and second factor hold here as well.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

for model, model_admin in (
    (Forecast, ForecastAdmin),
    (Resolution, ResolutionAdmin),
    (Wording, WordingAdmin),
    (Estimate, EstimateAdmin),
    (Evidence, EvidenceAdmin),
    (Rating, RatingAdmin),
    (Note, NoteAdmin),
    (Source, SourceAdmin),
    (Claim, ClaimAdmin),
    (Collection, CollectionAdmin),
    (Pair, PairAdmin),
    (Forecaster, ForecasterAdmin),
):
    admin.site.register(model, model_admin)
# Roles are columns of the forecaster, checked in the services; groups would grant nothing.
admin.site.unregister(Group)
