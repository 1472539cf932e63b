"""Pair effects: who counts, at which instant, and who may see them."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext

from forecasts.models import Collection, Forecast, Forecaster
from forecasts.services import registering
from tests import factories
from tests.factories import DAY, NOW
from tracker.queries.effects import PairEffect, effects, of_source, pairs
from tracker.scopes import Scope

pytestmark = pytest.mark.django_db
VISITOR = AnonymousUser()


class Twins:
    """A premise and a pair on it, revealed to everyone unless `fields` say otherwise."""

    def __init__(self, cast: factories.Cast, slug: str = "gap", premise: Forecast | None = None, **fields: Any) -> None:
        self.premise = premise or factories.forecast(f"{slug}-premise", collections=fields.get("collections", ()))
        self.pair = registering.make_pair(slug=slug, title="The gap", condition=self.premise, by=cast.curator)
        given = {"condition": self.premise, "pair": self.pair, "reveal_at": NOW - 50 * DAY} | fields
        self.no = factories.forecast(f"{slug}-no", condition_outcome="no", **given)
        self.yes = factories.forecast(f"{slug}-yes", condition_outcome="yes", **given)

    def say(self, who: Forecaster, given_yes: float | None, given_no: float | None, at: Any = NOW) -> None:
        factories.estimate(self.yes, who, given_yes, at)
        factories.estimate(self.no, who, given_no, at)

    def crowd(self, n: int) -> list[Forecaster]:
        """n people: the i-th says (50 + i)% and 50%."""
        people = [factories.forecaster() for _ in range(n)]
        for i, who in enumerate(people):
            self.say(who, (50 + i) / 100, 0.5)
        return people


def read(twins: Twins, user: Any = VISITOR, at: Any = NOW + DAY) -> PairEffect:
    (found,) = effects([twins.pair], user=user, at=at)
    return found


@pytest.fixture
def twins(cast: factories.Cast) -> Twins:
    return Twins(cast)


def test_nobody_on_both_is_no_effect(twins: Twins, cast: factories.Cast) -> None:
    factories.estimate(twins.yes, cast.ann, 0.7)
    factories.estimate(twins.no, cast.bob, 0.2)
    found = read(twins)
    assert (found.revealed, found.effect, found.crowds, found.own, found.stopped) == (True, None, {}, None, False)


@pytest.mark.parametrize(("n", "ends"), [(1, (None, None)), (5, (None, None)), (6, (0.0, 0.05)), (7, (0.0, 0.06))])
def test_an_interval_takes_six(twins: Twins, n: int, ends: tuple[float | None, float | None]) -> None:
    twins.crowd(n)
    found = read(twins).effect
    assert found is not None
    assert (found.n, found.n_more, found.n_less) == (n, n - 1, 0)
    assert found.difference.value == pytest.approx((n - 1) / 200)
    assert (found.difference.low, found.difference.high) == pytest.approx(ends)


def test_the_crowd_is_of_the_same_people(twins: Twins, cast: factories.Cast) -> None:
    twins.crowd(3)
    factories.estimate(twins.yes, cast.ann, 0.99)
    factories.estimate(twins.no, cast.bob, 0.01)
    found = read(twins)
    assert {name: round(sides.difference, 4) for name, sides in found.crowds.items()} == {
        "recency_weighted": 0.01,
        "median": 0.01,
        "mean_log_odds": 0.01,
    }
    assert found.crowd == found.crowds["recency_weighted"]


def test_the_crowd_weighs_newer_estimates_more_as_it_does_everywhere(twins: Twins) -> None:
    for age, p in enumerate((0.9, 0.9, 0.9, 0.2, 0.2)):
        twins.say(factories.forecaster(), p, 0.5, NOW - (20 - age) * DAY)
    found = read(twins)
    assert found.crowds["median"].given_yes == 0.9
    assert found.crowds["recency_weighted"].given_yes == 0.2


def test_who_withdrew_or_expired_on_a_branch_does_not_count(twins: Twins, cast: factories.Cast) -> None:
    twins.say(cast.ann, 0.7, 0.5)
    twins.say(cast.bob, 0.6, 0.5)
    factories.estimate(twins.no, cast.ann, None, NOW + DAY)
    factories.estimate(twins.no, cast.bob, 0.4, NOW + DAY, expires_at=NOW + 2 * DAY)
    counted = []
    for after in (0, 1, 2):
        found = read(twins, at=NOW + after * DAY).effect
        counted.append(found.n if found else 0)
    assert counted == [2, 1, 0]


def test_of_a_revision_the_latest_counts(twins: Twins, cast: factories.Cast) -> None:
    twins.say(cast.ann, 0.7, 0.5)
    factories.estimate(twins.yes, cast.ann, 0.9, NOW + DAY)
    found = read(twins, at=NOW + 2 * DAY).effect
    assert found is not None
    assert found.difference.value == pytest.approx(0.4)


@pytest.mark.parametrize("outcome", ["yes", "no", "annulled"])
def test_once_a_branch_is_void_the_effect_is_that_of_the_last_instant_before(
    twins: Twins, cast: factories.Cast, outcome: str
) -> None:
    twins.say(cast.ann, 0.7, 0.5)
    factories.estimate(twins.yes, cast.ann, 0.1, NOW + 5 * DAY)
    factories.resolution(twins.premise, outcome, NOW + 9 * DAY, known_at=NOW + 5 * DAY)
    found = read(twins, user=cast.ann, at=NOW + 10 * DAY)
    assert found.stopped
    assert found.at < NOW + 5 * DAY
    assert found.effect is not None
    assert found.effect.difference.value == pytest.approx(0.2)


def test_a_condition_that_is_reopened_sets_the_effect_going_again(twins: Twins, cast: factories.Cast) -> None:
    twins.say(cast.ann, 0.7, 0.5)
    factories.resolution(twins.premise, "yes", NOW + DAY)
    factories.resolution(twins.premise, "reopened", NOW + 2 * DAY)
    factories.estimate(twins.yes, cast.ann, 0.9, NOW + 3 * DAY)
    found = read(twins, at=NOW + 4 * DAY)
    assert (found.stopped, found.at) == (False, NOW + 4 * DAY)
    assert found.effect is not None
    assert found.effect.difference.value == pytest.approx(0.4)


def test_nothing_shows_of_others_until_both_branches_are_revealed(cast: factories.Cast) -> None:
    twins = Twins(cast, reveal_at=NOW + 90 * DAY)
    twins.crowd(8)
    factories.estimate(twins.yes, cast.ann, 0.9)
    for user in (VISITOR, cast.bob, cast.ann):
        found = read(twins, user=user)
        assert (found.revealed, found.effect, found.crowds, found.own) == (False, None, {}, None)
    factories.estimate(twins.no, cast.ann, 0.4)
    found = read(twins, user=cast.ann)
    assert found.revealed
    assert found.effect is not None
    assert found.effect.n == 9
    assert found.own is not None
    assert found.own.difference == pytest.approx(0.5)
    assert read(twins, at=NOW + 91 * DAY).effect == found.effect


def test_a_void_branch_does_not_give_away_the_one_that_is_still_hidden(cast: factories.Cast) -> None:
    twins = Twins(cast, reveal_at=NOW + 90 * DAY)
    twins.crowd(8)
    factories.resolution(twins.premise, "yes", NOW + DAY)
    assert Forecast.objects.visible_to(VISITOR, at=NOW + 2 * DAY).filter(pk=twins.no.pk).exists()
    found = read(twins, at=NOW + 2 * DAY)
    assert (found.revealed, found.effect, found.crowds) == (False, None, {})


def test_ones_own_effect_is_shown_to_oneself_and_to_nobody_else(twins: Twins, cast: factories.Cast) -> None:
    twins.say(cast.ann, 0.7, 0.5)
    own = read(twins, user=cast.ann).own
    assert own is not None
    assert (own.given_yes, own.given_no) == (0.7, 0.5)
    assert own.log_odds_ratio == pytest.approx(0.8473, abs=1e-4)
    assert read(twins, user=cast.bob).own is None


def test_pairs_stand_in_the_order_of_their_source_and_a_lone_branch_is_no_pair(cast: factories.Cast) -> None:
    essay = factories.source("essay")
    claims = [essay.claims.create(key=f"C{n}", position=n, author="A", restated="It.") for n in (1, 2)]
    premise = factories.forecast("premise", claim=claims[0])
    Twins(cast, "second", premise, claim=claims[1], position=2)
    Twins(cast, "first", premise, claim=claims[1], position=1)
    Twins(cast, "elsewhere")
    lone = registering.make_pair(slug="lone", title="Lone", condition=premise, by=cast.curator)
    factories.forecast(claim=claims[0], condition=premise, condition_outcome="yes", pair=lone)
    assert [found.pair.slug for found in of_source("essay", user=VISITOR, at=NOW)] == ["first", "second"]
    assert [pair.slug for pair in pairs(Scope())] == ["first", "second", "elsewhere"]
    assert [pair.slug for pair in pairs(Scope(), source="essay")] == ["first", "second"]


def test_a_rehearsed_pair_shows_in_its_collection_only(cast: factories.Cast) -> None:
    rehearsal = Collection.objects.create(slug="rehearsal", title="Rehearsal", simulated=True)
    Twins(cast, "rehearsed", collections=[rehearsal])
    assert list(pairs(Scope())) == []
    assert [pair.slug for pair in pairs(Scope("collection", "rehearsal"))] == ["rehearsed"]


def test_the_number_of_queries_depends_on_neither_pairs_nor_people(twins: Twins, cast: factories.Cast) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            effects(pairs(Scope()), user=cast.ann, at=NOW + DAY)
        return len(captured)

    twins.crowd(1)
    few = count()
    for number in range(3):
        Twins(cast, f"more{number}").crowd(7)
    factories.resolution(twins.premise, "yes", NOW)
    assert count() == few == 3
    with CaptureQueriesContext(connection) as captured:
        assert effects([], user=VISITOR, at=NOW) == []
    assert len(captured) == 0
