"""Removing a text that a law demands to be gone: the row stays, its leaf stays whole, and the removal is on record."""

import datetime as dt

from django.db import connection, transaction

from forecasts.ledger.hashing import derived, text_digest
from forecasts.ledger.kinds import BY_NAME, REMOVED, Kind, rows
from forecasts.models import Forecaster, Leaf, Removal
from forecasts.refusals import Conflict, Invalid, NotAllowed

from . import checks


@transaction.atomic
def remove(*, kind: str, row_id: int, field: str, by: Forecaster, at: dt.datetime, reason: str) -> Removal:
    """Put a removal on record and take the text away for good. To hide one, withhold it instead."""
    if not by.may_moderate:
        raise NotAllowed("Only an administrator removes texts.")
    of = _removable(kind, field)
    leaf = Leaf.objects.filter(kind=of.number, row_id=row_id).first()
    row = next(rows(of, [row_id]), None)
    if row is None:
        raise Invalid(f"There is no {kind} {row_id}.", field="row")
    if leaf is None:
        raise Conflict("It is not sealed yet. Try again in a minute.", field="row")
    if Removal.objects.filter(kind=kind, row_id=row_id, field=field).exists():
        raise Conflict("It is removed already.", field="field")
    made = Removal.objects.create(
        kind=kind,
        row_id=row_id,
        field=field,
        digest=text_digest(row.texts[field], derived(bytes(leaf.salt), field)),
        decided_by=by,
        decided_at=at,
        reason=checks.text(reason, field="reason", required=True),
    )
    with connection.cursor() as cursor:
        # An address that is none would be taken for one.
        put = "" if field == "url" else REMOVED
        cursor.execute(f'UPDATE {of.table} SET "{field}" = %s WHERE id = %s', [put, row_id])  # noqa: S608  # ours
    return made


def _removable(kind: str, field: str) -> Kind:
    having = {name: of.removable for name, of in BY_NAME.items() if of.removable}
    if kind not in having:
        raise Invalid(f"Choose one of {', '.join(having)}.", field="kind")
    if field not in having[kind]:
        raise Invalid(f"Of this kind choose one of {', '.join(having[kind])}.", field="field")
    return BY_NAME[kind]
