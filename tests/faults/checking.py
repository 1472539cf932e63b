"""After a fault: everything that was promised is there, once, and all that follows from it is as worked out anew."""

from collections import Counter

from django.db import connections
from django.db.models import F
from django.utils import timezone

from forecasts.columns import columns_of, points_of
from forecasts.models import ANSWERED, CrowdState, Estimate, Forecast, Resolution, Unsealed
from forecasts.queries import verifying
from forecasts.services import crowds
from tests.service import wait_until
from tests.tracker.recomputed import recomputed, stored
from tracker.models import Failure, Recount, Score, ScoringRun
from tracker.services import reading, scoring

from .load import Promises


def await_quiet() -> None:
    """Until the workers have done all that there is to do, as they find it out by themselves."""
    connections.close_all()
    wait_until(lambda: not unfinished(), f"the workers have caught up, who have {unfinished()}", seconds=120)


def unfinished() -> dict[str, int]:
    left = {
        "to score": len(scoring.pending()),
        "to fold": Recount.objects.count(),
        "crowds": len(crowds.stale(at=timezone.now())),
        "to seal": Unsealed.objects.count(),
        "failures": Failure.objects.count(),
    }
    return {what: n for what, n in left.items() if n}


def check(promises: Promises) -> str:
    """Assert all of it, and tell what was tried and what was found."""
    await_quiet()
    estimates, resolutions = _estimates_found(promises), _resolutions_found(promises)
    scored = _scored_once()
    totals = stored()
    assert totals == recomputed(at=timezone.now())
    assert list(verifying.faults()) == []
    answers = ", ".join(f"{n} x {answer}" for answer, n in sorted(promises.answers.items(), key=str))
    kept = f"{len(promises.resolutions)} resolutions acknowledged, {resolutions} found"
    return (
        f"so far {len(promises.estimates)} estimates acknowledged, {estimates} found; "
        f"{kept}; {scored} in force, each scored once; "
        f"{len(totals)} totals equal recomputation; the ledger verifies; answers: {answers}"
    )


def _estimates_found(promises: Promises) -> int:
    rows = Estimate.objects.filter(idempotency_key__isnull=False)
    found = Counter(rows.values_list("idempotency_key", flat=True))
    assert set(found) == set(promises.estimates), "what was acknowledged is what is on record"
    assert set(found.values()) <= {1}
    said = {
        key: (slug, p, id_)
        for key, slug, p, id_ in rows.values_list("idempotency_key", "forecast__slug", "probability", "pk")
    }
    assert said == promises.estimates
    return len(said)


def _resolutions_found(promises: Promises) -> int:
    found = Counter(Resolution.objects.values_list("reason", "forecast__slug"))
    assert found == Counter(promises.resolutions.items())
    return len(found)


def _scored_once() -> int:
    """Every resolution in force has one current run, made from what is on record now; nothing else counts."""
    resolved = Forecast.objects.exclude(resolution=None).select_related("resolution", "claim")
    in_force = {forecast.resolution_id: forecast for forecast in resolved}
    current = ScoringRun.objects.filter(current=True, rules=scoring.RULES, resolution__in=in_force)
    assert Counter(current.values_list("resolution", flat=True)) == Counter(list(in_force))
    ids = [forecast.pk for forecast in in_force.values()]
    columns, points = columns_of(ids), points_of(ids)
    for run in current:
        forecast = in_force[run.resolution_id]
        assert forecast.resolution
        inputs = reading.read(forecast, forecast.resolution, columns[forecast.pk], points[forecast.pk])
        # An annulled one scores nobody, so its run does not wait for the crowd.
        assert forecast.outcome not in ANSWERED or run.digest == inputs.digest(scoring.RULES)
        assert run.n_scores == len(reading.rows(inputs)) == Score.objects.filter(run=run).count()
    assert not ScoringRun.objects.filter(current=False).exists(), "what was replaced is discarded"
    assert not Score.objects.exclude(run__in=ScoringRun.objects.values("pk")).exists()
    late = CrowdState.objects.exclude(n_estimates=0).annotate(n=F("n_estimates")).values_list("forecast", "n")
    counted = Counter(Estimate.objects.values_list("forecast", flat=True))
    assert dict(late) == dict(counted), "every crowd has taken in every estimate"
    return len(in_force)
