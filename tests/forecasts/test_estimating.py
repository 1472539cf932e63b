"""Putting probabilities on record, and withdrawing them."""

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from forecasts.models import Citation, Estimate, Forecast
from forecasts.refusals import Conflict, Invalid, NotAllowed, NotOpen, Refused
from forecasts.services import estimating, evidencing, registering
from tests import factories
from tests.factories import DAY, NOW, Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def forecast(cast: Cast) -> Forecast:
    return factories.forecast()


def submit(forecast: Forecast, cast: Cast, **changes: Any) -> Estimate:
    given: dict[str, Any] = {"forecaster": cast.ann, "probability": 0.7, "at": NOW, "via": "api"} | changes
    return estimating.submit(forecast=forecast, **given)


def test_an_estimate_is_recorded_with_what_it_rests_on(forecast: Forecast, cast: Cast) -> None:
    evidence = evidencing.add(forecast=forecast, by=cast.bob, at=NOW - DAY, title="A count", direction="raises")
    made = submit(forecast, cast, rationale=" It counts. ", evidence=[evidence.pk, evidence.pk], expires_at=NOW + DAY)
    made.refresh_from_db()
    assert (made.probability, made.made_at, made.expires_at, made.via) == (0.7, NOW, NOW + DAY, "api")
    assert (made.rationale, list(made.evidence.all()), made.wording.version) == ("It counts.", [evidence], 1)


@pytest.mark.parametrize("given", [0.0001, 0.9999, 0.123456789012345, "0.7"])
def test_a_probability_is_kept_to_the_last_bit(forecast: Forecast, cast: Cast, given: Any) -> None:
    submit(forecast, cast, probability=given)
    assert Estimate.objects.get().probability == float(given)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (0, "being wrong is impossible"),
        (1, "being wrong is impossible"),
        (-0.0, "being wrong is impossible"),
        (1.5, "outside 0.0001 to 0.9999"),
        (-0.5, "outside"),
        (70, r"Did you mean 0\.7\?"),
        (0.00001, "outside"),
        (0.99999, "outside"),
        (float("nan"), "finite"),
        (float("inf"), "finite"),
        ("-inf", "finite"),
        (10**400, "finite"),
        ("likely", "not a number"),
        ("", "not a number"),
        (True, "Give a number"),
        (None, "Give a number"),
        ([0.7], "Give a number"),
    ],
)
def test_what_is_no_probability_is_refused_with_the_reason(
    forecast: Forecast, cast: Cast, given: Any, said: str
) -> None:
    with pytest.raises(Invalid, match=said) as refusal:
        submit(forecast, cast, probability=given)
    assert refusal.value.field == "probability"
    assert not Estimate.objects.exists()


def test_before_opening_nothing_is_taken_and_the_opening_is_named(cast: Cast) -> None:
    upcoming = factories.forecast(opens_at=NOW + dt.timedelta(microseconds=1))
    with pytest.raises(NotOpen, match="opens on 01 June 2027") as refusal:
        submit(upcoming, cast)
    assert (refusal.value.field, refusal.value.status) == ("forecast", 409)
    assert not Estimate.objects.exists()


def test_from_the_instant_of_closing_nothing_is_taken(cast: Cast) -> None:
    closing = factories.forecast(closes_at=NOW)
    submit(closing, cast, at=NOW - dt.timedelta(microseconds=1))
    with pytest.raises(NotOpen, match="closed on 01 June 2027"):
        submit(closing, cast)
    with pytest.raises(NotOpen):
        factories.estimate(closing, cast.ann, None, NOW + DAY)
    assert Estimate.objects.count() == 1


@pytest.mark.parametrize(
    ("outcome", "said"), [("yes", "resolved yes"), ("no", "resolved no"), ("annulled", "was annulled")]
)
def test_a_settled_forecast_takes_nothing(forecast: Forecast, cast: Cast, outcome: str, said: str) -> None:
    factories.resolution(forecast, outcome)
    with pytest.raises(NotOpen, match=said):
        submit(forecast, cast)  # with a copy of the forecast from before it was settled
    assert not Estimate.objects.exists()


def test_a_reopened_forecast_takes_estimates_again(forecast: Forecast, cast: Cast) -> None:
    factories.resolution(forecast, "yes", NOW - 2 * DAY)
    factories.resolution(forecast, "reopened", NOW - DAY)
    submit(forecast, cast)
    assert Estimate.objects.count() == 1


def test_an_estimate_cannot_expire_before_it_is_made(forecast: Forecast, cast: Cast) -> None:
    for expires_at in (NOW, NOW - DAY):
        with pytest.raises(Invalid, match="before it is made") as refusal:
            submit(forecast, cast, expires_at=expires_at)
        assert refusal.value.field == "expires_at"


@pytest.mark.parametrize(
    ("expires_at", "said"),
    [
        (dt.datetime(2028, 1, 1), "with its zone"),  # noqa: DTZ001  what is refused
        (dt.datetime(9999, 12, 31, 23, tzinfo=dt.timezone(-14 * dt.timedelta(hours=1))), "from 1900 to 9000"),
        (dt.datetime(1, 1, 1, tzinfo=dt.timezone(14 * dt.timedelta(hours=1))), "from 1900 to 9000"),
    ],
)
def test_a_time_that_could_not_be_read_again_is_refused(
    forecast: Forecast, cast: Cast, expires_at: dt.datetime, said: str
) -> None:
    with pytest.raises(Invalid, match=said):
        submit(forecast, cast, expires_at=expires_at)


@pytest.mark.parametrize("change", [{"is_active": False}, {"closed_at": NOW - DAY}])
def test_a_closed_account_makes_no_estimate_even_from_an_open_session(
    forecast: Forecast, cast: Cast, change: dict[str, Any]
) -> None:
    type(cast.ann).objects.filter(pk=cast.ann.pk).update(**change)
    with pytest.raises(NotAllowed, match="closed"):
        submit(forecast, cast)
    assert not Estimate.objects.exists()


def test_a_simulated_forecaster_takes_part_in_rehearsals_only(forecast: Forecast) -> None:
    actor = factories.forecaster(simulated=True)
    with pytest.raises(NotAllowed, match="rehearsals only"):
        factories.estimate(forecast, actor, 0.7)
    assert not Estimate.objects.exists()
    Forecast.objects.filter(pk=forecast.pk).update(simulated=True)
    factories.estimate(forecast, actor, 0.7)


def test_only_evidence_on_this_forecast_can_be_cited(forecast: Forecast, cast: Cast) -> None:
    elsewhere = evidencing.add(
        forecast=factories.forecast(), by=cast.ann, at=NOW, title="Elsewhere", direction="neutral"
    )
    for unknown in (elsewhere.pk, 0, 2**70):
        with pytest.raises(Invalid, match=f"No evidence {unknown} on this forecast") as refusal:
            submit(forecast, cast, evidence=[unknown])
        assert refusal.value.field == "evidence"
    assert not Estimate.objects.exists()
    assert not Citation.objects.exists()


@pytest.mark.parametrize("rationale", ["\x00", "half a pair \ud800", "x" * 20_001])
def test_a_rationale_that_cannot_be_stored_is_refused(forecast: Forecast, cast: Cast, rationale: str) -> None:
    with pytest.raises(Invalid) as refusal:
        submit(forecast, cast, rationale=rationale)
    assert refusal.value.field == "rationale"


def test_the_same_key_again_is_the_same_estimate_whatever_has_happened_since(forecast: Forecast, cast: Cast) -> None:
    made = submit(forecast, cast, idempotency_key="k")
    submit(forecast, cast, probability=0.8, at=NOW + DAY)
    factories.resolution(forecast, "yes", NOW + DAY)
    assert submit(forecast, cast, idempotency_key="k", at=NOW + 2 * DAY) == made
    assert Estimate.objects.count() == 2


def test_a_key_cannot_stand_for_another_estimate(forecast: Forecast, cast: Cast) -> None:
    submit(forecast, cast, idempotency_key="k")
    for subject, probability in ((forecast, 0.8), (factories.forecast(), 0.7)):
        with pytest.raises(Conflict, match="was used for another estimate") as refusal:
            submit(subject, cast, probability=probability, at=NOW + DAY, idempotency_key="k")
        assert refusal.value.field == "Idempotency-Key"
    assert Estimate.objects.count() == 1


@pytest.mark.parametrize("said", [{"rationale": "Why."}, {"expires_at": NOW + 9 * DAY}, {"evidence": True}])
def test_a_key_stands_for_all_that_was_said_with_it(forecast: Forecast, cast: Cast, said: dict[str, Any]) -> None:
    if "evidence" in said:
        poll = evidencing.add(forecast=forecast, by=cast.ann, at=NOW, title="Poll", direction="raises")
        said = {"evidence": [poll.pk]}
    made = (
        submit(forecast, cast, idempotency_key="plain"),
        submit(forecast, cast, at=NOW + DAY, idempotency_key="k", **said),
    )
    for key, again in (("plain", said), ("k", {})):
        with pytest.raises(Conflict, match="was used for another estimate") as refusal:
            submit(forecast, cast, at=NOW + 2 * DAY, idempotency_key=key, **again)
        assert refusal.value.field == "Idempotency-Key"
    assert submit(forecast, cast, at=NOW + 2 * DAY, idempotency_key="k", **said) == made[1]
    assert Estimate.objects.count() == 2


def test_keys_of_two_forecasters_do_not_meet(forecast: Forecast, cast: Cast) -> None:
    made = [submit(forecast, cast, forecaster=actor, idempotency_key="k") for actor in (cast.ann, cast.bob)]
    assert len({estimate.pk for estimate in made}) == 2


@pytest.mark.parametrize("key", ["", "x" * 101, "a\x00b"])
def test_a_key_has_1_to_100_printable_characters(forecast: Forecast, cast: Cast, key: str) -> None:
    with pytest.raises(Invalid, match="1 to 100"):
        submit(forecast, cast, idempotency_key=key)


def test_nothing_is_written_before_ones_own_latest(forecast: Forecast, cast: Cast) -> None:
    submit(forecast, cast)
    with pytest.raises(Conflict, match="A later estimate of yours"):
        submit(forecast, cast, at=NOW - DAY)
    with pytest.raises(Conflict, match="A later estimate of yours"):
        factories.estimate(forecast, cast.ann, None, NOW - DAY)
    with pytest.raises(Conflict, match="at this very instant"):
        submit(forecast, cast, probability=0.8)
    assert Estimate.objects.get().probability == 0.7


def test_a_withdrawal_is_an_estimate_without_a_probability(forecast: Forecast, cast: Cast) -> None:
    submit(forecast, cast)
    made = factories.estimate(forecast, cast.ann, None, NOW + DAY)
    assert made.probability is None
    assert Estimate.objects.count() == 2


def test_who_does_not_stand_cannot_withdraw(forecast: Forecast, cast: Cast) -> None:
    def withdraw(at: dt.datetime) -> None:
        with pytest.raises(Conflict, match="nothing to withdraw"):
            factories.estimate(forecast, cast.ann, None, at)

    withdraw(NOW)
    submit(forecast, cast, forecaster=cast.bob)
    withdraw(NOW)
    submit(forecast, cast, expires_at=NOW + DAY)
    withdraw(NOW + DAY)
    submit(forecast, cast, at=NOW + 2 * DAY)
    factories.estimate(forecast, cast.ann, None, NOW + 3 * DAY)
    withdraw(NOW + 4 * DAY)


def test_an_estimate_answers_the_wording_of_its_day(forecast: Forecast, cast: Cast) -> None:
    first = submit(forecast, cast)
    text = factories.text(question="Will more than 4 things happen before 2028?")
    registering.reword(forecast=forecast, text=text, by=cast.curator, at=NOW, reason="Clearer.")
    second = submit(forecast, cast, at=NOW + DAY)
    assert [made.wording.version for made in (first, second)] == [1, 2]
    assert Estimate.objects.get(pk=first.pk).wording.question == "Will more than 3 things happen before 2028?"


def test_the_first_estimate_is_made_without_the_crowd_and_the_next_ones_with_it(forecast: Forecast, cast: Cast) -> None:
    submit(forecast, cast, forecaster=cast.bob)
    first, second = submit(forecast, cast), submit(forecast, cast, at=NOW + DAY)
    assert (first.crowd_seen, second.crowd_seen) == (False, True)


def test_who_comes_after_the_reveal_has_seen_the_crowd(cast: Cast) -> None:
    revealed = factories.forecast(reveal_at=NOW)
    early = submit(revealed, cast, at=NOW - dt.timedelta(microseconds=1))
    late = submit(revealed, cast, forecaster=cast.bob)
    assert (early.crowd_seen, late.crowd_seen) == (False, True)


def test_a_refusal_announces_nothing(forecast: Forecast, cast: Cast, django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks() as callbacks, pytest.raises(Refused):
        submit(forecast, cast, evidence=[0])
    assert callbacks == []
    with django_capture_on_commit_callbacks() as callbacks:
        submit(forecast, cast, idempotency_key="k")
    assert len(callbacks) == 1
    with django_capture_on_commit_callbacks() as callbacks:
        submit(forecast, cast, idempotency_key="k")
    assert callbacks == []


def seen_by(user: Any, forecast: Forecast, at: dt.datetime = NOW) -> tuple[list[str], bool]:
    """Whose estimates a user sees, and whether the forecast counts as revealed."""
    estimates = Estimate.objects.visible_to(user, at=at).filter(forecast=forecast)
    names = sorted(estimate.forecaster.username for estimate in estimates)
    return names, Forecast.objects.visible_to(user, at=at).filter(pk=forecast.pk).exists()


@pytest.fixture
def estimated(cast: Cast) -> Forecast:
    """Ann has estimated; bob has not."""
    made = factories.forecast(closes_at=NOW + 10 * DAY)
    factories.estimate(made, cast.ann, 0.6, NOW - DAY)
    factories.estimate(made, cast.curator, 0.3, NOW - DAY)
    return made


BOTH = ["ann", "curator"]


def test_who_has_estimated_sees_the_others(estimated: Forecast, cast: Cast) -> None:
    assert seen_by(cast.ann, estimated) == (BOTH, True)
    assert seen_by(cast.ann, estimated, NOW - 2 * DAY) == (["ann"], False)


def test_before_ones_own_estimate_one_sees_nothing(estimated: Forecast, cast: Cast) -> None:
    for user in (cast.bob, cast.resolver, cast.admin, AnonymousUser()):
        assert seen_by(user, estimated) == ([], False)


def test_an_estimate_elsewhere_reveals_nothing_here(estimated: Forecast, cast: Cast) -> None:
    factories.estimate(factories.forecast(), cast.bob, 0.5, NOW - DAY)
    assert seen_by(cast.bob, estimated) == ([], False)


def test_from_closing_everyone_sees_everything(estimated: Forecast, cast: Cast) -> None:
    for user in (cast.bob, AnonymousUser()):
        assert seen_by(user, estimated, estimated.closes_at - dt.timedelta(microseconds=1)) == ([], False)
        assert seen_by(user, estimated, estimated.closes_at) == (BOTH, True)


def test_a_reveal_time_rules_instead_of_closing(cast: Cast) -> None:
    made = factories.forecast(closes_at=NOW, reveal_at=NOW + DAY)
    factories.estimate(made, cast.ann, 0.6, NOW - DAY)
    for user in (cast.bob, AnonymousUser()):
        assert seen_by(user, made, NOW) == ([], False)
        assert seen_by(user, made, NOW + DAY) == (["ann"], True)


@pytest.mark.parametrize("outcome", ["yes", "no", "annulled"])
def test_once_resolved_everyone_sees_everything_and_a_reopening_hides_it_again(
    estimated: Forecast, cast: Cast, outcome: str
) -> None:
    factories.resolution(estimated, outcome)
    for user in (cast.bob, AnonymousUser()):
        assert seen_by(user, estimated) == (BOTH, True)
    factories.resolution(estimated, "reopened")
    for user in (cast.bob, AnonymousUser()):
        assert seen_by(user, estimated) == ([], False)
