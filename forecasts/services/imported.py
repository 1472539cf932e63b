"""What was brought along from elsewhere: shown to everybody or to its owner alone, and taken away again."""

from typing import Final, LiteralString

from django.db import connection, transaction
from django.db.models import QuerySet

from forecasts.models import Forecaster, Import, ImportedRecord
from forecasts.refusals import Conflict

from . import locks

# In plain statements: Django would read every row before it removes it. The questions last.
REMOVALS: Final[tuple[LiteralString, ...]] = (
    """DELETE FROM forecasts_importedestimate e USING forecasts_importedforecast f
        WHERE f.id = e.forecast_id AND f.record_id = ANY (%s)""",
    """DELETE FROM forecasts_importedoutcome o USING forecasts_importedforecast f
        WHERE f.id = o.forecast_id AND f.record_id = ANY (%s)""",
    "DELETE FROM forecasts_importedforecast WHERE record_id = ANY (%s)",
)


@transaction.atomic
def show(*, owner: Forecaster, origin: str, is_public: bool) -> bool:
    """Show what was brought from one place to everybody, or to its owner alone; whether there is such a record."""
    return bool(ImportedRecord.objects.filter(owner=owner, origin=origin).update(is_public=is_public))


@transaction.atomic
def take_away(*, owner: Forecaster, origin: str) -> int:
    """Remove all that was brought from one place, and the reports that speak of it; how many questions that were."""
    held = locks.forecaster(owner.pk)
    if Import.objects.filter(by=held, format=origin, state=Import.State.WAITING).exists():
        raise Conflict("A file from there waits to be brought along. Wait until that is done, then remove it.")
    return _remove(
        ImportedRecord.objects.filter(owner=held, origin=origin), Import.objects.filter(by=held, format=origin)
    )


@transaction.atomic
def forget(*, owner: Forecaster) -> None:
    """Remove everything that somebody brought along and every file they sent: they are leaving."""
    _remove(ImportedRecord.objects.filter(owner=owner), Import.objects.filter(by=owner))


def _remove(records: QuerySet[ImportedRecord], imports: QuerySet[Import]) -> int:
    """Return how many questions went. The files are held first, as by the job that carries one out."""
    files = list(imports.order_by("pk").select_for_update().values_list("pk", flat=True))
    held = list(records.select_for_update().values_list("pk", flat=True))
    n = 0
    with connection.cursor() as cursor:
        for statement in REMOVALS:
            cursor.execute(statement, [held])
            n = cursor.rowcount
        cursor.execute("DELETE FROM forecasts_importedrecord WHERE id = ANY (%s)", [held])
    drop_rows(files)
    return n


def drop_rows(ids: list[int]) -> bool:
    """Forget files and what is said of them; whether there were any."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM forecasts_importprogress WHERE of_id = ANY (%s)", [ids])
        cursor.execute("DELETE FROM forecasts_import WHERE id = ANY (%s)", [ids])
        return bool(cursor.rowcount)
