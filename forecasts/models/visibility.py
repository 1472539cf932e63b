"""Who may see the crowd, others' estimates and their rationales: one rule for pages, API, feeds and exports."""

import datetime as dt

from django.apps import apps
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models import OuterRef, Q, Subquery
from django.db.models.lookups import IsNull

Viewer = AbstractBaseUser | AnonymousUser


def revealed_to(user: Viewer, *, at: dt.datetime, path: str = "") -> Q:
    """Forecasts revealed to `user`; `path` leads from the filtered rows to the forecast, such as "forecast".

    A forecast is revealed to everyone from its reveal time (without one, from closing) or once it is resolved, and to a
    forecaster from their own first estimate.
    """
    prefix = f"{path}__" if path else ""
    opened = Q(**{f"{prefix}reveal_at__lte": at})
    closed = Q(**{f"{prefix}reveal_at__isnull": True, f"{prefix}closes_at__lte": at})
    resolved = Q(**{f"{prefix}resolution__outcome__in": ["yes", "no", "annulled"]})
    everyone = opened | closed | resolved
    if user.pk is None:
        return everyone
    own = apps.get_model("forecasts", "Estimate").objects.filter(
        forecast_id=OuterRef(f"{path}_id" if path else "pk"), forecaster_id=user.pk, made_at__lte=at
    )
    # Asked of each row by itself: of EXISTS the database would first read all that somebody ever estimated.
    return everyone | Q(IsNull(Subquery(own.values("pk")[:1]), False))
