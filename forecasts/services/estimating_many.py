"""Many estimates of one forecaster as one: all of them on record, or none."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from forecasts.models import Citation, Estimate, Evidence, Forecast, Forecaster
from forecasts.refusals import Conflict, Invalid, NotAllowed, Refused, RefusedRows
from forecasts.signals import estimates_recorded

from . import asking, checks, estimating, locks
from .asking import Asked

MOST: Final = 10_000
# What is left of an idempotency key beside the number of its row.
LONGEST_KEY: Final = 90
COPY = """
COPY forecasts_estimate (id, forecast_id, forecaster_id, wording_id, probability, made_at, expires_at, crowd_seen,
    rationale, via, idempotency_key) FROM STDIN
"""


@dataclass(frozen=True, slots=True)
class Said:
    """What is said to one forecast, named by its slug; without a probability it withdraws."""

    forecast: str
    probability: object
    rationale: str = ""
    evidence: tuple[int, ...] = ()
    expires_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """What came of it; repeated says that this idempotency key had made it before."""

    id: int
    forecast: str
    probability: float | None
    made_at: dt.datetime
    wording: int
    crowd_seen: bool
    repeated: bool


@transaction.atomic
def submit_all(
    said: Sequence[Said], *, by: Forecaster, at: dt.datetime, via: str, idempotency_key: str | None = None
) -> list[Made]:
    """Record all of it from `at` on, and answer in the order given. A refusal names every row at fault.

    A dozen queries, whatever the number of rows.
    """
    if not 1 <= len(said) <= MOST:
        raise Invalid(f"Give 1 to {MOST:,} estimates; these are {len(said):,}.")
    keys = _keys(idempotency_key, len(said))
    # One at a time per forecaster: of two requests with the same key the second finds what the first recorded.
    by = locks.forecaster(by.pk)
    if not by.takes_part:
        raise NotAllowed("This account is closed.")
    if earlier := _made_before(said, keys, by):
        return earlier
    found = asking.held({each.forecast for each in said}, by=by)
    _refuse(said, found, by, at)
    asked = [found[each.forecast] for each in said]
    seen = _among(Forecast.objects.visible_to(by, at=at), asked)
    made = [
        Made(id_, one.slug, _probability(each), at, one.version, one.pk in seen, repeated=False)
        for id_, one, each in zip(_new_ids(len(said)), asked, said, strict=True)
    ]
    _record(made, said, asked, by=by, via=via, keys=keys)
    announce = partial(estimates_recorded.send, sender=Estimate, forecast_ids=[one.pk for one in asked])
    # After commit, or a worker could look too early. Robust: a frozen broker must not fail what is recorded.
    transaction.on_commit(announce, robust=True)
    return made


def _probability(said: Said) -> float | None:
    return None if said.probability is None else checks.probability(said.probability)


def _keys(key: str | None, n: int) -> list[str]:
    """One for each row and one for the end, so that a longer or shorter request is another one; none without a key."""
    if key is None:
        return []
    if not (1 <= len(key) <= LONGEST_KEY and key.isprintable()):
        raise Invalid(f"An idempotency key has 1 to {LONGEST_KEY} printable characters.", field="Idempotency-Key")
    return [f"{key}#{place}" for place in range(n + 1)]


def _made_before(said: Sequence[Said], keys: list[str], by: Forecaster) -> list[Made]:
    """What the same key made; none if nothing yet. For anything else than the same rows it is refused."""
    if not keys:
        return []
    before = Estimate.objects.filter(forecaster=by, idempotency_key__in=keys).select_related("forecast", "wording")
    earlier = {each.idempotency_key: each for each in before.prefetch_related("evidence")}
    if not earlier:
        return []
    rows = [earlier.get(key) for key in keys]
    if rows.pop() or not all(row and _same(row, each) for row, each in zip(rows, said, strict=True)):
        raise Conflict("This idempotency key was used for other estimates. Use a new one.", field="Idempotency-Key")
    return [
        Made(
            row.pk, row.forecast.slug, row.probability, row.made_at, row.wording.version, row.crowd_seen, repeated=True
        )
        for row in rows
        if row
    ]


def _same(row: Estimate, said: Said) -> bool:
    cited = {piece.pk for piece in row.evidence.all()}
    kept = (row.forecast.slug, row.probability, row.rationale, row.expires_at, cited)
    return kept == (said.forecast, said.probability, said.rationale.strip(), said.expires_at, set(said.evidence))


def _refuse(said: Sequence[Said], found: dict[str, Asked], by: Forecaster, at: dt.datetime) -> None:
    shut = {one.pk for one in found.values() if not one.open_at(at)}
    closed = Forecast.objects.select_related("resolution").in_bulk(shut)
    wanted = {id_ for each in said for id_ in each.evidence}
    brought = set(Evidence.objects.filter(pk__in=wanted).values_list("forecast", "pk")) if wanted else set()
    first: dict[str, int] = {}
    faults: list[tuple[int, Refused]] = []
    for place, each in enumerate(said):
        try:
            one = _one(each, found, first.setdefault(each.forecast, place), place)
            if by.simulated and not one.simulated:
                raise NotAllowed("A simulated forecaster takes part in rehearsals only.", field="forecast")
            if one.pk in closed:
                estimating.refuse_unless_open(closed[one.pk], at)
            _check(each, one, at, brought)
        except Refused as refused:
            faults.append((place, refused))
    if faults:
        raise RefusedRows(faults, len(said))


def _one(said: Said, found: dict[str, Asked], first: int, place: int) -> Asked:
    if said.forecast not in found:
        raise Invalid(f"There is no forecast “{said.forecast[:80]}”.", field="forecast")
    if first != place:
        raise Invalid(f"Row {first} is about it already: one estimate of a forecast at a time.", field="forecast")
    return found[said.forecast]


def _check(said: Said, asked: Asked, at: dt.datetime, brought: set[tuple[int, int]]) -> None:
    _probability(said)
    checks.text(said.rationale, field="rationale")
    estimating.refuse_expired(said.expires_at, at)
    if asked.latest_at is not None and asked.latest_at >= at:
        raise Conflict(estimating.LATER, field="forecast")
    if said.probability is None and not asked.stands(at):
        raise Conflict(estimating.NOTHING_STANDS, field="probability")
    if unknown := sorted(id_ for id_ in set(said.evidence) if (asked.pk, id_) not in brought):
        raise Invalid(f"No evidence {', '.join(map(str, unknown))} on this forecast. Add it first.", field="evidence")


def _among(forecasts: QuerySet[Forecast], asked: Iterable[Asked]) -> set[int]:
    # One array: ten thousand parameters take longer to put into the statement than the statement takes.
    ids = RawSQL("SELECT unnest(%s::bigint[])", [[one.pk for one in asked]])
    return set(forecasts.filter(pk__in=ids).values_list("pk", flat=True))


def _new_ids(n: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('forecasts_estimate', 'id')) FROM generate_series(1, %s)", [n]
        )
        return [row[0] for row in cursor.fetchall()]


def _record(
    made: Sequence[Made], said: Sequence[Said], asked: Sequence[Asked], *, by: Forecaster, via: str, keys: Sequence[str]
) -> None:
    """By COPY, which takes thousands of rows in the time of a few statements."""
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(COPY) as copy:
        for place, (row, each, one) in enumerate(zip(made, said, asked, strict=True)):
            known = (row.id, one.pk, by.pk, one.wording_id, row.probability, row.made_at)
            key = keys[place] if keys else None
            copy.write_row((*known, each.expires_at, row.crowd_seen, each.rationale.strip(), via, key))
    cited = [
        Citation(estimate_id=row.id, evidence_id=id_)
        for row, each in zip(made, said, strict=True)
        for id_ in sorted(set(each.evidence))
    ]
    Citation.objects.bulk_create(cited, batch_size=5000)
