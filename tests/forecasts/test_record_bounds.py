"""What can be stored at all: each constraint, tried through the ORM and by SQL."""

from typing import Any

import psycopg
import pytest
from django.db import connection, models, transaction

from forecasts.models import Estimate, Forecast, Pair, Resolution
from forecasts.services import evidencing, registering
from tests import factories
from tests.factories import DAY, NOW

from .record import Put, Record, both_ways, put_by_sql, refused, run

pytestmark = pytest.mark.django_db

OUTSIDE = [0, 1, 1.5, 70, -0.5, 0.00009999, 0.99990001, "NaN", "Infinity", "-Infinity"]


@both_ways
@pytest.mark.parametrize("probability", OUTSIDE)
def test_a_probability_outside_the_bounds_cannot_be_stored(record: Record, put: Put, probability: Any) -> None:
    with refused("estimate_probability_within_bounds"):
        put(record.estimate, probability=probability, made_at=NOW + DAY)
    assert Estimate.objects.count() == 1


@pytest.mark.parametrize("probability", OUTSIDE)
def test_a_probability_outside_the_bounds_cannot_be_copied_in(record: Record, probability: Any) -> None:
    columns = "forecast_id, forecaster_id, wording_id, probability, made_at, crowd_seen, rationale, via"
    row = (record.forecast.pk, record.by.pk, record.wording.pk, probability, NOW + DAY, False, "", "import")
    with (
        pytest.raises(psycopg.errors.CheckViolation, match="estimate_probability_within_bounds"),
        transaction.atomic(),
        connection.cursor() as cursor,
        cursor.copy(f"COPY forecasts_estimate ({columns}) FROM STDIN") as rows,
    ):
        rows.write_row(row)
    assert Estimate.objects.count() == 1


@both_ways
@pytest.mark.parametrize("probability", [0.0001, 0.9999, None])
def test_the_bounds_themselves_and_a_withdrawal_can_be_stored(record: Record, put: Put, probability: Any) -> None:
    put(record.estimate, probability=probability, made_at=NOW + DAY)
    assert Estimate.objects.latest("made_at").probability == probability


ESTIMATES: list[tuple[dict[str, Any], str]] = [
    ({}, "estimate_once_per_instant"),
    ({"made_at": NOW + DAY, "expires_at": NOW + DAY}, "estimate_expires_after_made"),
    ({"made_at": NOW + DAY, "expires_at": NOW}, "estimate_expires_after_made"),
]


@both_ways
@pytest.mark.parametrize(("change", "constraint"), ESTIMATES)
def test_what_an_estimate_cannot_be(record: Record, put: Put, change: dict[str, Any], constraint: str) -> None:
    with refused(constraint):
        put(record.estimate, **change)


@both_ways
def test_an_idempotency_key_makes_one_estimate(record: Record, put: Put) -> None:
    made = factories.estimate(record.forecast, record.by, 0.6, NOW + DAY, idempotency_key="k")
    with refused("estimate_once_per_key"):
        put(made, made_at=NOW + 2 * DAY)


@both_ways
def test_an_estimate_cannot_answer_the_words_of_another_forecast(record: Record, put: Put) -> None:
    with refused("estimate_cites_its_own_wording"):
        put(record.estimate, wording_id=record.other.wordings.get().pk, made_at=NOW + DAY)


@both_ways
def test_an_estimate_cannot_cite_the_evidence_of_another_forecast(record: Record, put: Put) -> None:
    strange = evidencing.add(forecast=record.other, by=record.by, at=NOW, title="Elsewhere", direction="lowers")
    with refused("are of different forecasts"):
        put(record.citation, evidence_id=strange.pk)
    with refused("citation_once"):
        put(record.citation)


@both_ways
@pytest.mark.parametrize("ratio", [0, -1, 1_000_001, "NaN", "Infinity"])
def test_a_likelihood_ratio_is_positive_and_finite(record: Record, put: Put, ratio: Any) -> None:
    with refused("evidence_likelihood_ratio_is_positive"):
        put(record.evidence, likelihood_ratio=ratio, added_at=NOW + DAY)
    with refused("rating_likelihood_ratio_is_positive"):
        put(record.rating, likelihood_ratio=ratio, rated_at=NOW + DAY)


@both_ways
def test_evidence_and_ratings_are_once_per_instant(record: Record, put: Put) -> None:
    with refused("evidence_once_per_instant"):
        put(record.evidence)
    with refused("rating_once_per_instant"):
        put(record.rating)


RESOLUTIONS: list[tuple[dict[str, Any], str]] = [
    ({}, "resolution_revision_once"),
    ({"revision": 3}, "would leave a gap after 1"),
    ({"revision": 0}, "resolution_revision_from_1"),
    ({"revision": -1}, "revision_check|resolution_revision_from_1"),
    ({"revision": 2, "outcome": "maybe"}, "resolution_outcome_is_known"),
    ({"revision": 2, "known_at": NOW + DAY}, "resolution_known_before_decided"),
    ({"revision": 2, "decided_by_id": None}, "resolution_by_a_person_or_by_a_cause"),
]


@both_ways
@pytest.mark.parametrize(("change", "constraint"), RESOLUTIONS)
def test_what_a_resolution_cannot_be(record: Record, put: Put, change: dict[str, Any], constraint: str) -> None:
    with refused(constraint):
        put(record.resolution, **change)
    assert Resolution.objects.get() == record.resolution


@both_ways
def test_the_first_resolution_is_no_reopening_and_no_second_one(record: Record, put: Put) -> None:
    with refused("has no resolution to reopen"):
        put(record.resolution, forecast_id=record.forecast.pk, outcome="reopened")
    with refused("would leave a gap after 0"):
        put(record.resolution, forecast_id=record.forecast.pk, revision=2)


@both_ways
def test_a_resolution_stored_past_the_services_is_in_force_all_the_same(record: Record, put: Put) -> None:
    put(record.resolution, revision=2, outcome="no")
    current = Forecast.objects.get(pk=record.other.pk).resolution
    assert current is not None
    assert (current.revision, current.outcome) == (2, "no")


@both_ways
def test_the_cause_of_a_resolution_is_one_of_its_condition(record: Record, put: Put) -> None:
    effect = {"revision": 2, "outcome": "annulled", "decided_by_id": None}
    with refused("is a resolution of its condition"):
        put(record.resolution, **effect, cause_id=record.resolution.pk)
    branch = factories.forecast(condition=record.forecast, condition_outcome="yes")
    made = factories.resolution(branch, "annulled")
    with refused("is a resolution of its condition"):
        put(made, **effect, cause_id=record.resolution.pk)
    with refused("resolution_by_a_person_or_by_a_cause"):
        cause = factories.resolution(record.forecast, "no")
        put(made, revision=2, cause_id=cause.pk)


@both_ways
def test_no_forecast_begins_with_a_resolution(record: Record, put: Put) -> None:
    factories.resolution(record.other, "no", revision=1)
    with refused("cannot begin with a resolution"):
        put(record.forecast, slug="born-resolved", resolution_id=record.resolution.pk)


@both_ways
@pytest.mark.parametrize("closes_at", [NOW - 100 * DAY, NOW - 101 * DAY])
def test_closing_comes_after_opening_on_a_forecast_and_on_its_wording(record: Record, put: Put, closes_at: Any) -> None:
    with refused("forecast_closes_after_it_opens"):
        put(record.forecast, slug="backwards", closes_at=closes_at)
    with refused("wording_closes_after_it_opens"):
        put(record.wording, version=2, reason="Shorter.", closes_at=closes_at)
    with refused("forecast_closes_after_it_opens"):
        Forecast.objects.filter(pk=record.forecast.pk).update(closes_at=closes_at)
    with refused("forecast_closes_after_it_opens"):
        run("UPDATE forecasts_forecast SET closes_at = %s WHERE id = %s", closes_at, record.forecast.pk)


WORDINGS: list[tuple[dict[str, Any], str]] = [
    ({}, "wording_version_once"),
    ({"version": 3, "reason": "Clearer."}, "would leave a gap after 1"),
    ({"version": 2, "reason": ""}, "wording_change_has_a_reason"),
    ({"version": 0}, "wording_change_has_a_reason"),
]


@both_ways
@pytest.mark.parametrize(("change", "constraint"), WORDINGS)
def test_what_a_wording_cannot_be(record: Record, put: Put, change: dict[str, Any], constraint: str) -> None:
    with refused(constraint):
        put(record.wording, **change)


@both_ways
def test_a_condition_is_older_than_what_depends_on_it(record: Record, put: Put) -> None:
    # So that none depends on itself, and no circle can be stored.
    early, middle, late = 10**7, 10**7 + 1, 10**7 + 2
    put_by_sql(record.forecast, id=middle, slug="middle")
    put_by_sql(record.wording, forecast_id=middle)
    for condition in (middle, late):  # its own, and a later one
        with refused("forecast_condition_is_older"):
            put_by_sql(record.forecast, id=middle, slug="circle", condition_id=condition, condition_outcome="yes")
    with refused("forecast_condition_is_older"):
        put_by_sql(record.forecast, id=early, slug="circle", condition_id=middle, condition_outcome="yes")
    with refused("forecast_condition_is_older"):
        put(record.forecast, slug="circle", condition_id=late, condition_outcome="yes")


BRANCHES: list[tuple[dict[str, Any], str]] = [
    ({"condition": True, "condition_outcome": ""}, "forecast_condition_names_its_outcome"),
    ({"condition": True, "condition_outcome": "may"}, "forecast_condition_names_its_outcome"),
    ({"condition_outcome": "yes"}, "forecast_condition_names_its_outcome"),
    ({"pair": True}, "forecast_in_a_pair_has_a_condition"),
    ({"pair": True, "condition": True, "condition_outcome": "yes"}, "pair_has_one_branch_per_outcome"),
]


@pytest.fixture
def pair(record: Record) -> Pair:
    """On the open forecast, with its branch for yes."""
    made = registering.make_pair(slug="pair", title="Both", condition=record.forecast, by=factories.curator())
    factories.forecast("first", condition=record.forecast, condition_outcome="yes", pair=made)
    return made


@both_ways
@pytest.mark.parametrize(("change", "constraint"), BRANCHES)
def test_what_a_branch_cannot_be(record: Record, pair: Pair, put: Put, change: dict[str, Any], constraint: str) -> None:
    ids = {"condition": record.forecast.pk, "pair": pair.pk}
    columns = {f"{name}_id" if name in ids else name: ids.get(name, value) for name, value in change.items()}
    with refused(constraint):
        put(record.other, slug="branch", resolution_id=None, **columns)


@both_ways
def test_the_branches_of_a_pair_share_its_condition(record: Record, pair: Pair, put: Put) -> None:
    with refused("branches_share_the_condition"):
        put(
            record.forecast,
            slug="stranger",
            condition_id=record.other.pk,
            condition_outcome="no",
            pair_id=pair.pk,
            id=10**7,
        )
    with refused("branches_share_the_condition"):
        Pair.objects.filter(pk=pair.pk).update(condition=record.other)
    with refused("branches_share_the_condition"):
        run("DELETE FROM forecasts_pair WHERE id = %s", pair.pk)


@both_ways
@pytest.mark.parametrize(
    ("low", "high"),
    [(-0.1, 0.5), (0.5, 1.1), (0.5, 0.5), (0.6, 0.4), (None, 0.5), (0.5, None), ("NaN", 0.5), (0.5, "NaN")],
)
def test_a_hedge_is_a_range_within_0_and_1_or_none(put: Put, low: Any, high: Any) -> None:
    claim = claim_of(factories.source())
    with refused("claim_hedge_range_within_0_1"):
        put(claim, key="C2", position=2, hedge_low=low, hedge_high=high)
    put(claim, key="C3", position=3, hedge_low=0, hedge_high=1)


@both_ways
def test_keys_and_positions_of_claims_are_their_own(put: Put) -> None:
    claim = claim_of(factories.source())
    with refused("claim_key_once_per_source"):
        put(claim, position=2)
    with refused("claim_position_once_per_source"):
        put(claim, key="C2")


def claim_of(source: Any) -> models.Model:
    made: models.Model = source.claims.create(key="C1", position=1, author="A. Writer", restated="It rains.")
    return made
