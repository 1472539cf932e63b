"""Registering forecasts and wording them anew."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from forecasts.models import Claim, Collection, Forecast, Pair, Wording
from forecasts.refusals import Conflict, Invalid, NotAllowed
from forecasts.services import amending, pairing, registering, texts
from forecasts.services.foreseeing import foreseen
from tests import factories
from tests.factories import DAY, NOW, Cast

pytestmark = pytest.mark.django_db


def test_a_simulated_forecast_and_a_real_one_do_not_depend_on_each_other(cast: factories.Cast) -> None:
    rehearsal = Collection.objects.create(slug="rehearsal", title="Rehearsal", simulated=True)
    simulated, real = factories.forecast(collections=[rehearsal]), factories.forecast()
    for condition, collections in ((simulated, []), (real, [rehearsal])):
        with pytest.raises(Invalid) as refusal:
            factories.forecast(condition=condition, condition_outcome="yes", collections=collections)
        assert refusal.value.field == "condition"


def test_a_forecast_is_registered_with_its_first_wording(cast: Cast) -> None:
    text = factories.text(spot_at=NOW, question=" Will it rain? ")
    made = registering.register(slug="rain", text=text, by=cast.curator, at=NOW, tags=["sky", "sky", "rain"])
    made.refresh_from_db()
    assert (made.question, made.version, made.tags, made.created_by) == (
        "Will it rain?",
        1,
        ["rain", "sky"],
        cast.curator,
    )
    assert registering.text_of(made.wordings.get()) == replace(text, question="Will it rain?")


@pytest.mark.parametrize("role", ["ann", "resolver"])
def test_nobody_without_the_role_registers_or_words(cast: Cast, role: str) -> None:
    actor = getattr(cast, role)
    with pytest.raises(NotAllowed):
        factories.forecast(by=actor)
    assert not Forecast.objects.exists()
    forecast = factories.forecast()
    with pytest.raises(NotAllowed):
        registering.reword(forecast=forecast, text=factories.text(criteria="New."), by=actor, at=NOW, reason="x")
    with pytest.raises(NotAllowed):
        registering.make_pair(slug="pair", title="Both", condition=forecast, by=actor)
    assert (Wording.objects.count(), Pair.objects.count()) == (1, 0)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"slug": "Upper"}, "slug"),
        ({"slug": "two--dashes"}, "slug"),
        ({"slug": "x" * 121}, "slug"),
        ({"slug": "new\n"}, "slug"),
        ({"question": " "}, "question"),
        ({"question": "It will rain."}, "question"),
        ({"question": "x" * 500 + "?"}, "question"),
        ({"criteria": ""}, "criteria"),
        ({"background": "\x00"}, "background"),
        ({"fallback": "\ud800"}, "fallback"),
        ({"sources": ["x" * 501]}, "sources"),
        ({"sources": [" "]}, "sources"),
        ({"closes_at": NOW - 100 * DAY}, "closes_at"),
        ({"closes_at": dt.datetime(2028, 1, 1)}, "closes_at"),  # noqa: DTZ001  what is refused
        ({"resolve_by": NOW + 99 * DAY}, "resolve_by"),
        ({"spot_at": NOW - 101 * DAY}, "spot_at"),
        ({"spot_at": NOW + 101 * DAY}, "spot_at"),
        ({"tags": ["no spaces"]}, "tags"),
        ({"tags": ["x" * 41]}, "tags"),
        ({"part": "x" * 11}, "part"),
        ({"predicts": "maybe"}, "predicts"),
        ({"reveal_at": dt.datetime(2028, 1, 1)}, "reveal_at"),  # noqa: DTZ001  what is refused
        ({"condition_outcome": "yes"}, "condition"),
    ],
)
def test_a_forecast_that_makes_no_sense_is_refused_with_its_field(
    cast: Cast, fields: dict[str, Any], named: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        factories.forecast(**fields)
    assert refusal.value.field == named
    assert (Forecast.objects.count(), Wording.objects.count()) == (0, 0)


def test_a_slug_is_taken_once(cast: Cast) -> None:
    factories.forecast("rain")
    with pytest.raises(Conflict, match="There is a forecast “rain” already") as refusal:
        factories.forecast("rain")
    assert refusal.value.field == "slug"
    assert Forecast.objects.count() == 1


def test_a_branch_names_the_outcome_it_depends_on(cast: Cast) -> None:
    condition = factories.forecast()
    for outcome in ("", "annulled"):
        with pytest.raises(Invalid, match="yes or no"):
            factories.forecast(condition=condition, condition_outcome=outcome)
    assert factories.forecast(condition=condition, condition_outcome="no").condition == condition


@pytest.mark.parametrize(("outcome", "wanted"), [("yes", "no"), ("no", "yes"), ("annulled", "yes")])
def test_a_branch_that_would_be_void_is_refused(cast: Cast, outcome: str, wanted: str) -> None:
    condition = factories.forecast()
    stale = Forecast.objects.select_related("resolution").get(pk=condition.pk)
    factories.resolution(condition, outcome)
    with pytest.raises(Conflict, match="would be void"):
        factories.forecast(condition=stale, condition_outcome=wanted)
    assert Forecast.objects.count() == 1


def test_a_pair_has_two_branches_on_one_condition(cast: Cast) -> None:
    condition = factories.forecast()
    pair = registering.make_pair(slug="pair", title="Both", condition=condition, by=cast.curator)
    for outcome in ("yes", "no"):
        factories.forecast(condition=condition, condition_outcome=outcome, pair=pair)
    with pytest.raises(Conflict, match="a branch for this outcome already"):
        factories.forecast(condition=condition, condition_outcome="no", pair=pair)
    with pytest.raises(Invalid, match="on another condition"):
        factories.forecast(condition=factories.forecast(), condition_outcome="no", pair=pair)
    with pytest.raises(Invalid, match="Say on which"):
        factories.forecast(pair=pair)
    assert pair.branches.count() == 2


def test_a_pair_has_a_slug_of_its_own(cast: Cast) -> None:
    condition = factories.forecast()
    registering.make_pair(slug="pair", title="Both", condition=condition, by=cast.curator)
    with pytest.raises(Conflict, match="There is a pair “pair” already"):
        registering.make_pair(slug="pair", title="Both", condition=condition, by=cast.curator)
    for fields in ({"slug": "A pair", "title": "Both"}, {"slug": "b", "title": ""}, {"slug": "b", "title": "x" * 301}):
        with pytest.raises(Invalid):
            registering.make_pair(**fields, condition=condition, by=cast.curator)
    assert Pair.objects.count() == 1


def test_a_forecast_of_a_simulated_collection_is_simulated(cast: Cast) -> None:
    rehearsal = Collection.objects.create(slug="rehearsal", title="Rehearsal", simulated=True)
    real = Collection.objects.create(slug="real", title="Real")
    assert factories.forecast(collections=[rehearsal]).simulated
    assert not factories.forecast(collections=[real]).simulated
    with pytest.raises(Invalid, match="never in both"):
        factories.forecast(collections=[real, rehearsal])
    assert Forecast.objects.count() == 2


def test_a_new_wording_takes_force_and_the_old_one_stays(cast: Cast) -> None:
    forecast = factories.forecast()
    text = factories.text(question="Will more than 4 things happen?", closes_at=NOW + 50 * DAY, spot_at=NOW)
    made = registering.reword(forecast=forecast, text=text, by=cast.curator, at=NOW, reason="Clearer.")
    forecast.refresh_from_db()
    assert (made.version, made.author, made.made_at, made.reason) == (2, cast.curator, NOW, "Clearer.")
    assert (forecast.version, forecast.question) == (2, "Will more than 4 things happen?")
    assert (forecast.closes_at, forecast.spot_at) == (NOW + 50 * DAY, NOW)
    assert registering.text_of(forecast.wordings.get(version=1)) == factories.text()


def test_the_same_words_again_make_no_wording(cast: Cast) -> None:
    forecast = factories.forecast()
    text = replace(factories.text(), criteria=f"  {factories.text().criteria}\n")
    assert registering.reword(forecast=forecast, text=text, by=cast.curator, at=NOW, reason="").version == 1
    assert Wording.objects.count() == 1


def test_a_new_wording_needs_a_reason_and_must_make_sense(cast: Cast) -> None:
    forecast = factories.forecast()
    with pytest.raises(Invalid) as refusal:
        registering.reword(forecast=forecast, text=factories.text(criteria="New."), by=cast.curator, at=NOW, reason=" ")
    assert refusal.value.field == "reason"
    with pytest.raises(Invalid) as refusal:
        registering.reword(forecast=forecast, text=factories.text(question="No."), by=cast.curator, at=NOW, reason="x")
    assert refusal.value.field == "question"
    assert Wording.objects.count() == 1


def test_what_has_resolved_is_not_worded_anew(cast: Cast) -> None:
    forecast = factories.forecast()
    factories.resolution(forecast, "yes")
    with pytest.raises(Conflict, match="Reopen it before"):
        registering.reword(forecast=forecast, text=factories.text(criteria="New."), by=cast.curator, at=NOW, reason="x")
    factories.resolution(forecast, "reopened")
    made = registering.reword(
        forecast=forecast, text=factories.text(criteria="New."), by=cast.curator, at=NOW, reason="x"
    )
    assert made.version == 2


def test_every_fault_of_a_text_is_found_at_once() -> None:
    text = factories.text(question=" It rains. ", criteria="", sources=[""], resolve_by=NOW - 300 * DAY)
    assert [fault.field for fault in texts.faults(text)] == ["criteria", "sources", "question", "resolve_by"]
    assert texts.faults(factories.text()) == []


def test_what_was_foreseen_leaves_no_trace(cast: Cast) -> None:
    made = foreseen(lambda: registering.register(slug="rain", text=factories.text(), by=cast.curator, at=NOW))
    assert made.slug == "rain"
    assert not Forecast.objects.exists()


def test_a_wording_that_was_seen_no_longer_in_force_is_not_overwritten(cast: Cast) -> None:
    forecast = factories.forecast()
    registering.reword(forecast=forecast, text=factories.text(criteria="B."), by=cast.curator, at=NOW, reason="b")
    with pytest.raises(Conflict, match="wording 2, because “b”"):
        registering.reword(
            forecast=forecast, text=factories.text(criteria="C."), by=cast.curator, at=NOW, reason="c", version=1
        )
    registering.reword(
        forecast=forecast, text=factories.text(criteria="C."), by=cast.curator, at=NOW, reason="c", version=2
    )
    assert forecast.wordings.count() == 3


def test_forecasts_of_a_claim_stand_in_the_order_in_which_they_came() -> None:
    claim = Claim.objects.create(source=factories.source(), key="C1", position=1, author="A", restated="It rains.")
    positions = [factories.forecast(claim=claim, part=part).position for part in ("a", "b")]
    assert positions == [1, 2]
    assert factories.forecast().position == 0


def test_both_branches_of_a_pair_are_registered_or_neither(cast: Cast) -> None:
    condition = factories.forecast()
    text = factories.text(question="Will it rain in {window}?", criteria="Yes if it rains in {window}.")
    given = {"slug": "rain", "title": "Rain", "text": text, "condition": condition, "by": cast.curator, "at": NOW}
    yes, no = pairing.register_pair(windows={"yes": "2027", "no": "2028"}, hedged=True, **given)
    assert (yes.question, no.question) == ("Will it rain in 2027?", "Will it rain in 2028?")
    assert (yes.condition_outcome, no.condition_outcome, yes.pair) == ("yes", "no", no.pair)
    assert (yes.hedged, no.hedged) == (True, False)
    factories.forecast("snow-no")
    with pytest.raises(Conflict):
        pairing.register_pair(windows={"yes": "2027", "no": "2028"}, **given | {"slug": "snow"})
    assert not Pair.objects.filter(slug="snow").exists()
    assert not Forecast.objects.filter(slug="snow-yes").exists()


def test_nobody_without_the_role_amends_or_registers_a_pair(cast: Cast) -> None:
    forecast = factories.forecast()
    text = factories.text(question="Will it rain in {window}?", criteria="Yes if it rains in {window}.")
    with pytest.raises(NotAllowed):
        amending.amend(forecast=forecast, tags=["a"], collections=[], by=cast.ann)
    with pytest.raises(NotAllowed):
        pairing.register_pair(
            slug="p", title="P", text=text, windows={"yes": "a", "no": "b"}, condition=forecast, by=cast.ann, at=NOW
        )
    assert Forecast.objects.count() == 1
