"""Resolving, correcting, reopening, and what it does to branches."""

from itertools import pairwise

import pytest

from forecasts.models import Forecast, Resolution
from forecasts.refusals import Conflict, Invalid, NotAllowed, Refused
from forecasts.services import resolving
from tests import factories
from tests.factories import DAY, NOW

pytestmark = pytest.mark.django_db


def outcome(forecast: Forecast) -> str:
    return Forecast.objects.select_related("resolution").get(pk=forecast.pk).outcome


@pytest.fixture
def premise(cast: factories.Cast) -> Forecast:
    return factories.forecast("premise")


@pytest.fixture
def branch(premise: Forecast) -> Forecast:
    return factories.forecast("branch", condition=premise, condition_outcome="yes")


def test_a_resolver_resolves_and_the_resolution_is_in_force(premise: Forecast, cast: factories.Cast) -> None:
    made = resolving.resolve(
        forecast=premise,
        outcome="yes",
        by=cast.resolver,
        at=NOW,
        known_at=NOW - DAY,
        reason="Seen.",
        links=["https://example.org"],
    )
    premise.refresh_from_db()
    assert premise.resolution == made
    assert (made.revision, made.decided_by, made.cause) == (1, cast.resolver, None)


@pytest.mark.parametrize("role", ["ann", "curator"])
def test_nobody_without_the_role_resolves(premise: Forecast, cast: factories.Cast, role: str) -> None:
    with pytest.raises(NotAllowed):
        factories.resolution(premise, "yes", by=getattr(cast, role))
    assert not Resolution.objects.exists()


def test_a_closed_account_decides_nothing(premise: Forecast, cast: factories.Cast) -> None:
    cast.resolver.closed_at = NOW
    with pytest.raises(NotAllowed):
        factories.resolution(premise, "yes", by=cast.resolver)


def test_reopening_names_the_revision_it_takes_back(premise: Forecast) -> None:
    factories.resolution(premise, "yes")
    factories.resolution(premise, "no", revision=1)
    for unseen in (None, 1):
        with pytest.raises(Refused) as refusal:
            factories.resolution(premise, "reopened", revision=unseen)
        assert refusal.value.field == "revision"
    assert outcome(premise) == "no"


def test_a_second_resolution_is_refused_and_shows_what_was_decided(premise: Forecast) -> None:
    factories.resolution(premise, "yes", reason="It was counted twice.")
    with pytest.raises(Conflict, match="It was counted twice"):
        factories.resolution(premise, "no")
    assert outcome(premise) == "yes"


def test_a_correction_names_the_revision_it_replaces(premise: Forecast) -> None:
    factories.resolution(premise, "yes")
    factories.resolution(premise, "no", revision=1)
    assert outcome(premise) == "no"
    with pytest.raises(Conflict, match="revision 2"):
        factories.resolution(premise, "yes", revision=1)


def test_the_answer_cannot_become_known_in_the_future(premise: Forecast) -> None:
    with pytest.raises(Invalid, match="future"):
        factories.resolution(premise, "yes", known_at=NOW + DAY)


def test_what_is_not_resolved_cannot_be_reopened(premise: Forecast) -> None:
    with pytest.raises(Conflict, match="nothing to reopen"):
        factories.resolution(premise, "reopened")


# What becomes of a branch that counts only if the condition resolves yes, by what a person said of each before.
# Rows: what the branch had been given while the condition stood at yes; columns: what the condition turns to.
COMBINATIONS = {
    "": {"yes": "", "no": "annulled", "annulled": "annulled", "reopened": ""},
    "yes": {"yes": "yes", "no": "annulled", "annulled": "annulled", "reopened": "yes"},
    "no": {"yes": "no", "no": "annulled", "annulled": "annulled", "reopened": "no"},
    "annulled": {"yes": "annulled", "no": "annulled", "annulled": "annulled", "reopened": "annulled"},
    "reopened": {"yes": "", "no": "annulled", "annulled": "annulled", "reopened": ""},
}


@pytest.mark.parametrize(
    ("said", "turned", "expected"),
    [(said, turned, expected) for said, row in COMBINATIONS.items() for turned, expected in row.items()],
)
def test_what_becomes_of_a_branch(premise: Forecast, branch: Forecast, said: str, turned: str, expected: str) -> None:
    factories.resolution(premise, "yes")
    if said == "reopened":
        factories.resolution(branch, "yes")
    if said:
        factories.resolution(branch, said)
    turn = factories.resolution(premise, turned, at=NOW + DAY, **({} if turned == "reopened" else {"revision": 1}))
    assert outcome(branch) == expected

    in_force = Forecast.objects.get(pk=branch.pk).resolution
    if expected == "annulled" and said != "annulled":
        assert in_force is not None
        assert (in_force.cause, in_force.decided_by) == (turn, None)

    back = factories.resolution(premise, "yes", at=NOW + 2 * DAY, revision=2)
    restored = {"reopened": ""}.get(said, said)
    assert outcome(branch) == restored
    if expected == "annulled" and said != "annulled":
        in_force = Forecast.objects.get(pk=branch.pk).resolution
        assert in_force is not None
        assert in_force.cause == back


@pytest.mark.parametrize("turned", ["yes", "no", "annulled"])
def test_the_twin_lives_exactly_when_the_other_is_void(premise: Forecast, branch: Forecast, turned: str) -> None:
    twin = factories.forecast(condition=premise, condition_outcome="no")
    factories.resolution(premise, turned)
    assert (outcome(branch), outcome(twin)) == {
        "yes": ("", "annulled"),
        "no": ("annulled", ""),
        "annulled": ("annulled", "annulled"),
    }[turned]


def test_a_premise_voids_and_revives_at_any_depth(premise: Forecast, branch: Forecast) -> None:
    deeper = [branch]
    for _ in range(4):
        deeper.append(factories.forecast(condition=deeper[-1], condition_outcome="yes"))
    voided = factories.resolution(premise, "no")
    assert [outcome(forecast) for forecast in deeper] == ["annulled"] * 5
    assert Forecast.objects.get(pk=branch.pk).resolution.cause == voided  # type: ignore[union-attr]
    for above, below in pairwise(deeper):
        in_force = [Forecast.objects.get(pk=forecast.pk).resolution for forecast in (above, below)]
        assert in_force[1].cause == in_force[0]  # type: ignore[union-attr]
    factories.resolution(premise, "reopened")
    assert [outcome(forecast) for forecast in deeper] == [""] * 5


def test_a_branch_cannot_be_decided_while_its_condition_is_unknown(branch: Forecast) -> None:
    with pytest.raises(Conflict, match="Resolve the condition first"):
        factories.resolution(branch, "yes")
    factories.resolution(branch, "annulled")


def test_a_void_branch_cannot_be_decided(premise: Forecast, branch: Forecast) -> None:
    factories.resolution(premise, "no")
    with pytest.raises(Conflict, match="Correct the condition first"):
        factories.resolution(branch, "yes", revision=1)


def test_a_failure_in_a_branch_leaves_the_condition_unresolved(
    premise: Forecast, branch: Forecast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(resolving, "_voided", fail)
    with pytest.raises(RuntimeError):
        factories.resolution(premise, "no")
    assert not Resolution.objects.exists()
