"""Putting probabilities on record, and withdrawing them."""

import datetime as dt
from collections.abc import Collection as Some
from functools import partial

from django.db import IntegrityError, transaction

from forecasts.models import Citation, Estimate, Evidence, Forecast, Forecaster, Status, Wording
from forecasts.refusals import Conflict, Invalid, NotOpen
from forecasts.signals import estimate_recorded

from . import asking, checks, locks

NOTHING_STANDS = "You have no estimate standing here, so there is nothing to withdraw."
LATER = "A later estimate of yours is on record already."
# With the evidence, what a repeated idempotency key must repeat.
SAID = ("forecast_id", "probability", "rationale", "expires_at")


def submit(
    *,
    forecast: Forecast,
    forecaster: Forecaster,
    probability: object,
    at: dt.datetime,
    via: str,
    rationale: str = "",
    evidence: Some[int] = (),
    expires_at: dt.datetime | None = None,
    idempotency_key: str | None = None,
) -> Estimate:
    """Record what `forecaster` thinks from `at` on. A repeated idempotency key returns the estimate it made."""
    value = checks.probability(probability)
    refuse_expired(expires_at, at)
    return _recorded(
        Estimate(
            forecast=forecast,
            forecaster=forecaster,
            probability=value,
            made_at=at,
            expires_at=expires_at,
            rationale=checks.text(rationale, field="rationale"),
            via=via,
            idempotency_key=checks.idempotency_key(idempotency_key),
        ),
        evidence,
    )


def withdraw(*, forecast: Forecast, forecaster: Forecaster, at: dt.datetime, via: str) -> Estimate:
    """Stop standing: recorded as an estimate without a probability."""
    return _recorded(Estimate(forecast=forecast, forecaster=forecaster, probability=None, made_at=at, via=via), ())


def refuse_expired(expires_at: dt.datetime | None, at: dt.datetime) -> None:
    if expires_at is not None and checks.aware(expires_at, field="expires_at") <= at:
        raise Invalid("It would expire before it is made. Choose a later time.", field="expires_at")


def _recorded(estimate: Estimate, evidence: Some[int]) -> Estimate:
    try:
        return _record(estimate, evidence)
    except IntegrityError as error:
        if "estimate_once_per_instant" in str(error):
            raise Conflict("You already made an estimate at this very instant. Send it again.") from None
        raise


@transaction.atomic
def _record(estimate: Estimate, evidence: Some[int]) -> Estimate:
    # One at a time per forecaster: of two requests with the same key the second finds what the first recorded.
    estimate.forecaster = locks.forecaster(estimate.forecaster_id)
    if earlier := _same_key(estimate, evidence):
        return earlier
    asked = asking.held([estimate.forecast.slug], by=estimate.forecaster)[estimate.forecast.slug]
    checks.may_take_part(estimate.forecaster, simulated=asked.simulated)
    if not asked.open_at(estimate.made_at):
        refuse_unless_open(locks.forecast(estimate.forecast_id), estimate.made_at)
    if asked.latest_at is not None and asked.latest_at > estimate.made_at:
        raise Conflict(LATER)
    if estimate.probability is None and not asked.stands(estimate.made_at):
        raise Conflict(NOTHING_STANDS)
    seen = Forecast.objects.visible_to(estimate.forecaster, at=estimate.made_at)
    # Whoever has estimated it sees its crowd.
    estimate.crowd_seen = asked.latest_at is not None or seen.filter(pk=estimate.forecast_id).exists()
    # What else it says is read only if somebody asks.
    estimate.wording = Wording.from_db("default", ["id", "version"], [asked.wording_id, asked.version])
    cited = _own_evidence(estimate.forecast_id, evidence)
    estimate.save(force_insert=True)
    if cited:
        Citation.objects.bulk_create(Citation(estimate=estimate, evidence_id=id_) for id_ in cited)
    # After commit, or a worker could look too early. Robust: a frozen broker must not fail what is recorded.
    announce = partial(estimate_recorded.send, sender=Estimate, forecast_id=estimate.forecast_id)
    transaction.on_commit(announce, robust=True)
    return estimate


def refuse_unless_open(forecast: Forecast, at: dt.datetime) -> None:
    status = forecast.status_at(at)
    if status == Status.OPEN:
        return
    why = {
        Status.UPCOMING: f"It opens on {forecast.opens_at:%d %B %Y, %H:%M} UTC. Come back then.",
        Status.RESOLVED: f"It has resolved {forecast.outcome}.",
        Status.ANNULLED: "It was annulled.",
    }.get(status, f"It closed on {forecast.closes_at:%d %B %Y, %H:%M} UTC.")
    raise NotOpen(f"This forecast takes no estimates now. {why}", field="forecast")


def _same_key(estimate: Estimate, evidence: Some[int]) -> Estimate | None:
    if estimate.idempotency_key is None:
        return None
    earlier = Estimate.objects.filter(
        forecaster=estimate.forecaster_id, idempotency_key=estimate.idempotency_key
    ).first()
    if earlier is None:
        return None
    cited = set(earlier.citations.values_list("evidence_id", flat=True))
    if cited != set(evidence) or any(getattr(earlier, name) != getattr(estimate, name) for name in SAID):
        raise Conflict("This idempotency key was used for another estimate. Use a new one.", field="Idempotency-Key")
    return earlier


def _own_evidence(forecast_id: int, evidence: Some[int]) -> list[int]:
    wanted = sorted(set(evidence))
    # Of nothing nothing is asked.
    found = set(Evidence.objects.filter(forecast=forecast_id, pk__in=wanted).values_list("pk", flat=True))
    if unknown := [id_ for id_ in wanted if id_ not in found]:
        raise Invalid(f"No evidence {', '.join(map(str, unknown))} on this forecast. Add it first.", field="evidence")
    return wanted
