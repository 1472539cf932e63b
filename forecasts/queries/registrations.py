"""Large catalogues that curators asked for."""

from collections.abc import Iterable

from forecasts.models import Registration

from . import jobs
from .jobs import Look


def looks(registrations: Iterable[Registration]) -> list[Look[Registration]]:
    return jobs.looks(registrations, table="forecasts_registration")


def lately(most: int) -> list[Look[Registration]]:
    """The newest first, without their texts."""
    found = Registration.objects.select_related("by", "progress").defer("text", "report", "faults")
    return looks(found.order_by("-asked_at", "-pk")[:most])
