"""The discussion of a forecast: notes as somebody may see them."""

import datetime as dt

from django.db.models import QuerySet

from forecasts.models import Forecast, Note, Viewer


def notes(forecast: Forecast, *, user: Viewer, at: dt.datetime) -> QuerySet[Note]:
    """The notes on a forecast that `user` may see, newest first, each with the withholding `in_force`."""
    return (
        Note.objects.visible_to(user, at=at)
        .filter(forecast=forecast)
        .select_related("author")
        .with_withholdings()
        .order_by("-made_at", "-id")
    )
