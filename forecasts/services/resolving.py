"""Settling forecasts: resolving, correcting, reopening, and what that does to the branches of a condition."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from django.db import IntegrityError, transaction

from forecasts.models import ANSWERED, ENDED, Forecast, Forecaster, Outcome, Resolution
from forecasts.refusals import Conflict, Invalid, NotAllowed
from forecasts.signals import forecast_resolved

from . import checks, foreseeing, locks


def resolve(
    *,
    forecast: Forecast,
    outcome: str,
    by: Forecaster,
    at: dt.datetime,
    known_at: dt.datetime,
    reason: str,
    links: Iterable[str] = (),
    revision: int | None = None,
) -> Resolution:
    """Resolve `forecast`, or correct its resolution when `revision` names the one that the resolver saw in force.

    Without `revision` a forecast that already has an outcome is refused, and shows what was decided.
    """
    if outcome not in ENDED:
        raise Invalid("Choose yes, no or annulled.", field="outcome")
    if checks.aware(known_at, field="known_at") > at:
        raise Invalid("The answer cannot become known in the future. Give a time up to now.", field="known_at")
    return _decide(forecast, outcome, by=by, at=at, known_at=known_at, reason=reason, links=links, revision=revision)


def reopen(
    *, forecast: Forecast, by: Forecaster, at: dt.datetime, reason: str, revision: int | None = None
) -> Resolution:
    """Take the resolution back: the answer is unknown again, and its branches come back to life."""
    return _decide(forecast, Outcome.REOPENED, by=by, at=at, known_at=at, reason=reason, links=(), revision=revision)


def foreseen(decide: Callable[[], Resolution]) -> list[Resolution]:
    """What a decision would bring about, itself first."""

    def brought() -> list[Resolution]:
        made = causes = [decide()]
        while causes:
            effects = Resolution.objects.filter(cause__in=causes).select_related("forecast__claim")
            causes = list(effects.order_by("forecast_id"))
            made = made + causes
        return made

    return foreseeing.foreseen(brought)


@dataclass(frozen=True)
class Verdict:
    """What a forecast's resolution says, whoever gave it."""

    outcome: str
    known_at: dt.datetime
    reason: str
    links: list[str]


def void_by(condition_outcome: str, wanted: str) -> bool:
    """Whether a branch that counts only if its condition resolves `wanted` is void.

    >>> [void_by(outcome, "yes") for outcome in ("yes", "no", "annulled", "reopened", "")]
    [False, True, True, False, False]
    """
    return condition_outcome in ENDED and condition_outcome != wanted


@transaction.atomic
def _decide(
    forecast: Forecast,
    outcome: str,
    *,
    by: Forecaster,
    at: dt.datetime,
    known_at: dt.datetime,
    reason: str,
    links: Iterable[str],
    revision: int | None,
) -> Resolution:
    if not by.may_resolve:
        raise NotAllowed("Only a resolver may decide this. Ask an administrator for the role.")
    verdict = Verdict(
        outcome,
        known_at,
        checks.text(reason, field="reason", required=True),
        [checks.url(link, field="links") for link in links if link.strip()],
    )
    tree = _lock_tree(forecast.pk)
    root = tree[forecast.pk]
    _refuse_unless_decidable(root, verdict.outcome, revision)
    made = _append(root, verdict, at=at, by=by)
    for row in (made, *_settle_branches(tree)):
        # After commit, or a worker could look too early. Robust: a frozen broker must not fail what is decided.
        announce = partial(forecast_resolved.send, sender=Resolution, resolution_id=row.pk, forecast_id=row.forecast_id)
        transaction.on_commit(announce, robust=True)
    return made


@transaction.atomic
def settle(conditions: Iterable[int]) -> list[Resolution]:
    """Void or revive what hangs on these forecasts, where they came on record with other resolutions than by deciding.

    Nothing is announced: the sweeps find what is there to score, as after every import.
    """
    return _settle_branches(_lock_tree(*conditions))


def _lock_tree(*forecast_ids: int) -> dict[int, Forecast]:
    """The forecasts and everything that hangs on them, parents first, each with the resolution in force."""
    tree = {forecast.pk: forecast for forecast in locks.family(*forecast_ids)}
    in_force = Resolution.objects.filter(pk__in=[f.resolution_id for f in tree.values()]).in_bulk()
    for forecast in tree.values():
        forecast.resolution = in_force.get(forecast.resolution_id) if forecast.resolution_id else None
    return tree


def _refuse_unless_decidable(forecast: Forecast, outcome: str, revision: int | None) -> None:
    current = forecast.resolution
    seen = current.revision if current else 0
    if revision is not None and revision != seen:
        said = f"{current.outcome}, {current.reason}" if current else "nothing"
        raise Conflict(f"Somebody else decided meanwhile: revision {seen} says {said}", field="revision")
    if outcome == Outcome.REOPENED and not forecast.outcome:
        raise Conflict("This forecast is not resolved, so there is nothing to reopen.", field="outcome")
    if outcome == Outcome.REOPENED and revision is None:
        raise Invalid("Say which revision you saw in force, which this takes back.", field="revision")
    if outcome != Outcome.REOPENED and forecast.outcome and revision is None and current:
        raise Conflict(
            f"Already resolved {current.outcome} on {current.decided_at:%d %B %Y}: {current.reason} "
            f"To correct it, give revision {seen}, which this would replace.",
            field="outcome",
        )
    condition = forecast.condition
    if condition is None:
        return
    if void_by(condition.outcome, forecast.condition_outcome):
        raise Conflict(
            f"It counts only if “{condition.question}” resolves {forecast.condition_outcome}, and that resolved "
            f"{condition.outcome}. Correct the condition first.",
            field="outcome",
        )
    if outcome in ANSWERED and not condition.outcome:
        raise Conflict(
            f"It counts only if “{condition.question}” resolves {forecast.condition_outcome}, which is not known yet. "
            "Resolve the condition first.",
            field="outcome",
        )


def _append(
    forecast: Forecast,
    verdict: Verdict,
    *,
    at: dt.datetime,
    by: Forecaster | None = None,
    cause: Resolution | None = None,
) -> Resolution:
    """Insert the successor of the revision in force. Losing that key to another writer is a conflict."""
    row = Resolution(
        forecast=forecast,
        revision=(forecast.resolution.revision if forecast.resolution else 0) + 1,
        outcome=verdict.outcome,
        known_at=verdict.known_at,
        decided_at=at,
        decided_by=by,
        reason=verdict.reason,
        links=verdict.links,
        cause=cause,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        if "resolution_revision_once" in str(error):
            raise Conflict("Somebody else decided at the same moment. Look again.", field="revision") from None
        raise
    forecast.resolution = row
    return row


def _settle_branches(tree: dict[int, Forecast]) -> list[Resolution]:
    """Void or revive every branch below, parents first, so that each sees what became of its condition.

    It is settled at the instant of its cause, whenever that is found out; never before what it replaces.
    """
    below = [(tree[f.condition_id], f) for f in tree.values() if f.condition_id is not None and f.condition_id in tree]
    said = _said_by_people([branch for _, branch in below])
    made = []
    for condition, branch in below:
        cause = condition.resolution
        if cause is None:
            continue
        at = max(cause.decided_at, branch.resolution.decided_at) if branch.resolution else cause.decided_at
        void = void_by(condition.outcome, branch.condition_outcome)
        verdict = _voided(condition, branch) if void else _revived(branch, said.get(branch.pk), at=at)
        if verdict is not None:
            made.append(_append(branch, verdict, at=at, cause=cause))
    return made


def _voided(condition: Forecast, branch: Forecast) -> Verdict | None:
    """The system's annulment; none where it is annulled already."""
    if branch.outcome == Outcome.ANNULLED or condition.resolution is None:
        return None
    reason = (
        f"Its condition “{condition.question}” resolved {condition.outcome}; "
        f"it counts only if that is {branch.condition_outcome}."
    )
    return Verdict(Outcome.ANNULLED, condition.resolution.known_at, reason, [])


def _revived(branch: Forecast, said: Resolution | None, *, at: dt.datetime) -> Verdict | None:
    """What a person last said of a branch that the system had annulled, else reopened; none where nothing changes."""
    in_force = branch.resolution
    if in_force is None or in_force.cause_id is None or in_force.outcome != Outcome.ANNULLED:
        return None
    if said is None or said.outcome == Outcome.REOPENED:
        return Verdict(Outcome.REOPENED, at, "Its condition no longer rules it out.", [])
    return Verdict(
        said.outcome,
        said.known_at,
        f"Its condition no longer rules it out. As decided before: {said.reason}",
        said.links,
    )


def _said_by_people(branches: list[Forecast]) -> dict[int, Resolution]:
    """Each branch's last resolution that a person gave."""
    rows = (
        Resolution.objects.filter(forecast__in=branches, decided_by__isnull=False)
        .order_by("forecast_id", "-revision")
        .distinct("forecast_id")
    )
    return {row.forecast_id: row for row in rows}
