"""Registering forecasts and wording them anew."""

import datetime as dt
from collections.abc import Collection as Some
from dataclasses import asdict
from typing import Any

import psycopg
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max

from forecasts.models import Claim, Collection, Forecast, Forecaster, Pair, Wording
from forecasts.refusals import Conflict, Invalid, NotAllowed

from . import checks, locks, texts
from .resolving import void_by
from .texts import TIMES, Text, text_of

__all__ = ["TIMES", "Text", "make_pair", "register", "reword", "text_of"]


@transaction.atomic
def register(
    *,
    slug: str,
    text: Text,
    by: Forecaster,
    at: dt.datetime,
    claim: Claim | None = None,
    part: str = "",
    position: int = 0,
    hedged: bool = False,
    predicts: str = "yes",
    tags: Some[str] = (),
    collections: Some[Collection] = (),
    condition: Forecast | None = None,
    condition_outcome: str = "",
    pair: Pair | None = None,
    reveal_at: dt.datetime | None = None,
) -> Forecast:
    """Put a question on record with its first wording."""
    refuse_unless_curator(by)
    checks.slug(slug, field="slug")
    text = _clean(text)
    _refuse_facts(predicts, reveal_at)
    _refuse_condition(condition, condition_outcome, pair)
    simulated = _simulated(collections, condition)
    forecast = _insert(
        slug=slug,
        claim=claim,
        part=checks.text(part, field="part", most=10),
        position=position or _next_position(claim),
        hedged=hedged,
        predicts=predicts,
        tags=checks.tags(tags, field="tags"),
        simulated=simulated,
        condition=condition,
        condition_outcome=condition_outcome,
        pair=pair,
        reveal_at=reveal_at,
        programs_in_crowd=settings.PROGRAMS_IN_CROWD,
        created_by=by,
        created_at=at,
        version=1,
        question=text.question,
        **{name: getattr(text, name) for name in TIMES},
    )
    forecast.collections.set(collections)
    Wording.objects.create(forecast=forecast, version=1, author=by, made_at=at, **asdict(text))
    return forecast


@transaction.atomic
def reword(
    *, forecast: Forecast, text: Text, by: Forecaster, at: dt.datetime, reason: str, version: int | None = None
) -> Wording:
    """Make a new wording; the old one stays, with the estimates that its words were read for.

    `version` names the wording that its author saw in force: where another has come since, nothing is overwritten.
    """
    refuse_unless_curator(by)
    text = _clean(text)
    # The resolution is read after the lock is held: a join would show the one from before a wait.
    forecast = Forecast.objects.select_for_update().get(pk=forecast.pk)
    current = forecast.wordings.get(version=forecast.version)
    if text == text_of(current):
        return current
    if version is not None and version != forecast.version:
        raise Conflict(
            f"Somebody else worded it anew meanwhile: wording {forecast.version}, because “{current.reason[:200]}”. "
            "Begin again from that one.",
            field="version",
        )
    if forecast.outcome:
        raise Conflict(f"It has resolved {forecast.outcome}. Reopen it before you word it anew.")
    if not reason.strip():
        raise Invalid("What it asks has changed: say why. It stays on record.", field="reason")
    version = forecast.version + 1
    wording = Wording.objects.create(
        forecast=forecast,
        version=version,
        author=by,
        made_at=at,
        reason=checks.text(reason, field="reason"),
        **asdict(text),
    )
    times = {name: getattr(text, name) for name in TIMES}
    Forecast.objects.filter(pk=forecast.pk).update(version=version, question=text.question, **times)
    return wording


def make_pair(*, slug: str, title: str, condition: Forecast, by: Forecaster) -> Pair:
    """The row that joins two branches; each is then registered with it."""
    refuse_unless_curator(by)
    checks.slug(slug, field="slug")
    title = checks.text(title, field="title", required=True, most=300)
    if Pair.objects.filter(slug=slug).exists():
        raise Conflict(f"There is a pair “{slug}” already. Choose another slug.", field="slug")
    return Pair.objects.create(slug=slug, title=title, condition=condition)


def refuse_unless_curator(by: Forecaster) -> None:
    if not by.may_curate:
        raise NotAllowed("Only a curator may register or word forecasts. Ask an administrator for the role.")


def _insert(*, slug: str, **columns: Any) -> Forecast:
    try:
        with transaction.atomic():
            return Forecast.objects.create(slug=slug, **columns)
    except IntegrityError as error:
        raise _explained(error, slug) from error


def _next_position(claim: Claim | None) -> int:
    """After what its claim has; where nobody gives an order, they stand as they came."""
    if claim is None:
        return 0
    last: int | None = claim.forecasts.aggregate(last=Max("position"))["last"]
    return (last or 0) + 1


def _simulated(collections: Some[Collection], condition: Forecast | None) -> bool:
    kinds = {collection.simulated for collection in collections}
    if len(kinds) > 1:
        raise Invalid("A forecast is in simulated collections or in real ones, never in both.", field="collections")
    simulated = True in kinds
    if condition is not None and condition.simulated != simulated:
        raise Invalid("A simulated forecast and a real one cannot depend on each other.", field="condition")
    return simulated


def _clean(text: Text) -> Text:
    """The text as it is stored, or a refusal that says what it lacks."""
    if faults := texts.faults(text):
        raise faults[0]
    return texts.stripped(text)


def _refuse_facts(predicts: str, reveal_at: dt.datetime | None) -> None:
    if predicts not in {"yes", "no"}:
        raise Invalid("Say what would bear the claim out: yes or no.", field="predicts")
    if reveal_at is not None:
        checks.aware(reveal_at, field="reveal_at")


def _refuse_condition(condition: Forecast | None, outcome: str, pair: Pair | None) -> None:
    if condition is None:
        if outcome:
            raise Invalid("Say on which forecast it depends, or leave the outcome out.", field="condition")
        if pair:
            raise Invalid("A branch of a pair depends on a forecast. Say on which.", field="condition")
        return
    if outcome not in {"yes", "no"}:
        raise Invalid("Say on which outcome of the condition it depends: yes or no.", field="condition_outcome")
    if pair and pair.condition_id != condition.pk:
        raise Invalid("The pair is on another condition.", field="pair")
    # Held, so that it cannot resolve before this branch is there to be voided with it.
    condition = locks.forecast(condition.pk)
    if void_by(condition.outcome, outcome):
        raise Conflict(
            f"The condition has resolved {condition.outcome} already: this would be void.", field="condition"
        )


def _explained(error: IntegrityError, slug: str) -> Exception:
    broken = error.__cause__.diag.constraint_name if isinstance(error.__cause__, psycopg.Error) else ""
    if broken == "pair_has_one_branch_per_outcome":
        return Conflict("The pair has a branch for this outcome already.", field="pair")
    if broken and "slug" in broken:
        return Conflict(f"There is a forecast “{slug}” already. Choose another slug.", field="slug")
    return error
