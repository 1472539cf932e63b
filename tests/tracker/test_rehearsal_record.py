"""What a rehearsal of full size leaves on record, and what calibration and boards make of it."""

from collections import Counter
from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from pytest_django import DjangoDbBlocker

from forecasts.models import Collection, Estimate, Evidence, Forecast, Forecaster, Pair, Resolution
from tests import factories
from tests.factories import NOW
from tracker.queries.calibration import Calibration, calibration
from tracker.queries.leaderboards import leaderboard
from tracker.rehearsal import FORECASTS, SEED
from tracker.rehearsal.characters import CAST, DIRECTOR
from tracker.rehearsal.script import scenes
from tracker.rehearsal.staging import answers, rehearse
from tracker.scopes import Scope

pytestmark = pytest.mark.django_db
SCOPE = Scope("collection", "rehearsal")
SCRIPT = scenes(seed=SEED, forecasts=FORECASTS, anchor=NOW.replace(hour=0))
# With some hundred forecasts the test tells these from chance, and lets those who are calibrated be.
SAYS = {
    "overconfident": "is hardly chance",
    "noisy": "is hardly chance",
    "calibrated": "could be chance",
    "late": "could be chance",
    "withdrawing": "could be chance",
}


@pytest.fixture(scope="module", autouse=True)
def _rehearsed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """One rehearsal for all, since it takes a while; each test's own transaction nests in this one."""
    with django_db_blocker.unblock(), transaction.atomic():
        rehearse(seed=SEED, forecasts=FORECASTS, at=NOW)
        connection.check_constraints()
        yield
        transaction.set_rollback(True)


def test_it_puts_settled_open_due_and_voided_forecasts_on_record_all_of_them_labelled() -> None:
    statuses = Counter(forecast.status_at(NOW) for forecast in Forecast.objects.select_related("resolution"))
    assert statuses == {"resolved": FORECASTS + 1, "open": 7, "due": 1, "annulled": 1}
    collection = Collection.objects.get()
    assert collection.slug == "rehearsal"
    assert collection.simulated
    assert "simulated" in collection.title
    assert "Everything in this collection is simulated" in collection.description
    for forecast in Forecast.objects.all():
        wording = forecast.wordings.get()
        assert forecast.simulated
        assert list(forecast.collections.all()) == [collection]
        assert forecast.question.startswith("Rehearsal")
        assert "simulated" in forecast.question
        assert f"simulation with seed {SEED}" in wording.criteria
        assert wording.background.startswith("Everything here is simulated")


def test_everybody_in_it_is_simulated_and_nobody_can_sign_in() -> None:
    company = Forecaster.objects.all()
    assert {account.username for account in company} == {DIRECTOR, *CAST}
    assert all(account.simulated and not account.has_usable_password() for account in company)
    assert [a.username for a in company if a.may_curate or a.may_resolve or a.is_staff] == [DIRECTOR]


def test_what_is_said_is_what_was_simulated() -> None:
    said = {
        (part.slug, name, part.instant(statement.step), statement.probability)
        for scene in SCRIPT
        for part in scene
        for name, theirs in part.said().items()
        for statement in theirs
    }
    columns = ("forecast__slug", "forecaster__username", "made_at", "probability")
    assert {*Estimate.objects.values_list(*columns)} == said
    assert set(Estimate.objects.values_list("via", flat=True)) == {"simulation"}
    assert not Estimate.objects.filter(made_at__gt=NOW).exists()
    assert Estimate.objects.filter(probability=None).exists()


def test_each_resolution_is_what_the_simulation_decided_and_none_was_made_before_the_answer_was_known() -> None:
    parts = {part.slug: part for scene in SCRIPT for part in scene}
    by_people = Resolution.objects.filter(decided_by__isnull=False).select_related("forecast", "decided_by")
    assert by_people.count() == FORECASTS + 1
    for resolution in by_people:
        part = parts[resolution.forecast.slug]
        assert (resolution.outcome, resolution.known_at) == (part.outcome, part.known_at)
        assert resolution.known_at < resolution.decided_at < NOW
        assert resolution.decided_by is not None
        assert resolution.decided_by.username == DIRECTOR
        assert not resolution.forecast.estimates.filter(made_at__gte=resolution.known_at).exists()
    early = [r for r in by_people if r.known_at < r.forecast.closes_at]
    assert early
    assert {r.outcome for r in early} == {"yes"}


def test_the_premise_voids_one_branch_and_the_other_pair_stays_open() -> None:
    voided = Resolution.objects.get(outcome="annulled")
    assert voided.cause is not None
    assert voided.cause.forecast.slug == "rehearsal-premise"
    assert voided.forecast.condition_outcome != voided.cause.outcome
    assert not voided.forecast.estimates.filter(made_at__gte=voided.decided_at).exists()
    for pair in Pair.objects.all():
        assert sorted(branch.condition_outcome for branch in pair.branches.all()) == ["no", "yes"]
        assert all(branch.condition == pair.condition for branch in pair.branches.all())
        # Twins ask the same of the same days, or their difference means nothing.
        assert len({branch.question.split("index")[1] for branch in pair.branches.all()}) == 1
    assert Pair.objects.count() == 2


def test_open_forecasts_carry_evidence_with_ratios_citations_ratings_and_rationales() -> None:
    evidence = Evidence.objects.filter(forecast__slug__startswith="rehearsal-open")
    assert evidence.exists()
    for item in evidence:
        assert item.likelihood_ratio is not None
        assert (item.likelihood_ratio > 1) == (item.direction == "raises")
        assert item.title.startswith("Simulated")
        assert not item.url
        citing = item.cited_by.get()
        assert (citing.forecaster_id, citing.made_at) == (item.added_by_id, item.added_at)
        assert item.ratings.count() == 4
    assert {rating.useful for item in Evidence.objects.all() for rating in item.ratings.all()} == {True, False}
    rationales = Estimate.objects.filter(forecast__slug="rehearsal-open-1", probability__isnull=False)
    assert all(estimate.rationale.startswith("Simulated") for estimate in rationales)


def test_one_open_forecast_hides_its_crowd_and_the_others_show_it(cast: factories.Cast) -> None:
    hidden = Forecast.objects.exclude(pk__in=Forecast.objects.visible_to(cast.ann, at=NOW))
    assert [forecast.slug for forecast in hidden] == ["rehearsal-hidden-until-you-estimate"]


def test_the_answers_are_those_of_what_is_unresolved() -> None:
    told = {answer.slug: answer for answer in answers(seed=SEED)}
    unresolved = [forecast for forecast in Forecast.objects.select_related("resolution") if not forecast.outcome]
    assert set(told) == {forecast.slug for forecast in unresolved}
    due = Forecast.objects.get(slug="rehearsal-due")
    answer = told["rehearsal-due"]
    assert answer.known_at == due.closes_at
    factories.resolution(due, answer.outcome, at=NOW, known_at=answer.known_at)
    assert "rehearsal-due" not in {answer.slug for answer in answers(seed=SEED)}


def test_calibration_and_boards_say_of_each_character_what_was_simulated() -> None:
    factories.score(at=NOW)
    found: dict[str, Calibration] = {}
    for name, character in CAST.items():
        forecaster = Forecaster.objects.get(username=name)
        found[name] = shown = calibration(scope=SCOPE, forecaster=forecaster)
        assert not shown.provisional
        assert shown.slope is not None
        assert character.slope[0] < shown.slope < character.slope[1], name
        assert SAYS.get(character.name, "") in shown.sentence, name
        coverage = shown.weight / (FORECASTS + 1)
        assert character.coverage[0] < coverage < character.coverage[1], name
        assert calibration(scope=Scope(), forecaster=forecaster).n_forecasts == 0

    # All watched the same walks, so the characters differ by far more exactly than chance lets any one of them be seen.
    slopes = {name.split("-")[-1]: shown.slope or 0.0 for name, shown in found.items()}
    assert slopes["overconfident"] / slopes["calibrated"] == pytest.approx(0.5, abs=0.08)
    assert slopes["underconfident"] / slopes["calibrated"] == pytest.approx(2.0, abs=0.3)

    board = leaderboard(scope=SCOPE, measure="peer")
    ranked = [row.name for row in board.ranked]
    # Who comes in the last tenth has too little at stake for an interval.
    assert sorted(ranked) == sorted(name for name in CAST if "late" not in name)
    assert all((row.rank_best or 99) <= (row.rank or 99) <= (row.rank_worst or 0) for row in board.ranked)
    assert all("calibrated" in name for name in ranked[:2])
    everything = leaderboard(scope=Scope())
    assert not [row for row in (*everything.ranked, *everything.unranked) if row.name in CAST]
