"""What somebody brought along from elsewhere, place by place, and the files they sent."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from forecasts.importing.formats import FORMATS
from forecasts.models import ANSWERED, Forecaster, Import, ImportedForecast, ImportedRecord

from . import jobs
from .jobs import Look


@dataclass(frozen=True)
class Counted:
    """A record with how many questions it has, and how many of them came out yes or no."""

    record: ImportedRecord
    n_questions: int
    n_answered: int

    @property
    def label(self) -> str:
        return label(self.record.origin)


def label(origin: str) -> str:
    """What a place is called, after “from”."""
    if origin == "plain":
        return "a plain file"
    return FORMATS[origin].label if origin in FORMATS else origin


def looks(imports: Iterable[Import]) -> list[Look[Import]]:
    return jobs.looks(imports, table="forecasts_import")


def own(account: Forecaster) -> QuerySet[Import]:
    """The files that somebody sent, newest first, without their bytes and reports."""
    found = Import.objects.filter(by=account).select_related("progress").defer("content", "report")
    return found.order_by("-asked_at", "-pk")


def counted(records: QuerySet[ImportedRecord]) -> list[Counted]:
    """By origin; two queries."""
    found = list(records.order_by("origin"))
    forecasts = ImportedForecast.objects.filter(record__in=found).with_outcome()
    sizes = {
        record: (n, answered)
        for record, n, answered in forecasts.order_by()
        .values("record")
        .annotate(n=Count("pk"), answered=Count("pk", filter=Q(outcome__in=ANSWERED)))
        .values_list("record", "n", "answered")
    }
    return [Counted(record, *sizes.get(record.pk, (0, 0))) for record in found]
