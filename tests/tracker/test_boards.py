"""Leaderboards and calibration: what counts, in which scope, settled or provisional."""

import pytest

from forecasts.models import Collection, Forecast
from forecasts.refusals import Invalid
from forecasts.services import programs
from tests import factories
from tests.factories import DAY, NOW
from tracker.queries.calibration import calibration
from tracker.queries.leaderboards import leaderboard
from tracker.queries.viewing import scopes
from tracker.scopes import Scope
from tracker.scoring import boards

pytestmark = pytest.mark.django_db
LATER = NOW + 400 * DAY


def settle(cast: factories.Cast, outcome: str = "yes", p: float = 0.8, **fields: object) -> Forecast:
    """A forecast that ann says p of and bob one half, both throughout, resolved at its close."""
    made = factories.forecast(**fields)
    factories.estimate(made, cast.ann, p, at=made.opens_at)
    factories.estimate(made, cast.bob, 0.5, at=made.opens_at)
    factories.resolution(made, outcome, at=LATER, known_at=made.closes_at)
    return made


@pytest.fixture
def two_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """For a rank."""
    monkeypatch.setattr(boards, "MINIMUM_FORECASTS", 2)
    monkeypatch.setattr(boards, "MINIMUM_UPSETS", 0)


def test_a_board_weighs_by_coverage_and_ranks_from_the_minimum_up(cast: factories.Cast, two_are_enough: None) -> None:
    settle(cast, "yes")
    settle(cast, "no")
    alone = factories.forecast()
    factories.estimate(alone, cast.curator, 0.9, at=NOW)
    factories.resolution(alone, "yes", at=LATER, known_at=alone.closes_at)
    factories.score(at=LATER)

    board = leaderboard(scope=Scope(), measure="brier")
    assert not board.provisional
    assert [(row.rank, row.name, row.n, round(row.score, 4)) for row in board.ranked] == [
        (1, "bob", 2, 0.25),
        (2, "ann", 2, 0.34),
    ]
    assert [(row.rank, row.name, round(row.coverage, 4)) for row in board.unranked] == [
        (None, "curator", round(1 / 6, 4))
    ]
    assert {row.label for row in board.references} >= {"Always one half", "Crowd, median"}
    assert board.attainable == pytest.approx(1)


def test_peer_scores_of_those_who_all_stood_add_up_to_zero_and_standing_alone_counts_on_no_peer_board(
    cast: factories.Cast,
) -> None:
    settle(cast)
    alone = factories.forecast()
    factories.estimate(alone, cast.curator, 0.9, at=NOW)
    factories.resolution(alone, "yes", at=LATER, known_at=alone.closes_at)
    factories.score(at=LATER)
    rows = leaderboard(scope=Scope()).unranked
    assert [row.name for row in rows] == ["ann", "bob"]
    assert sum(row.score for row in rows) == pytest.approx(0)


def test_the_base_rate_stands_among_the_references_where_it_needs_nobody_else(cast: factories.Cast) -> None:
    for outcome in ("yes", "no", "no", "no"):
        settle(cast, outcome)
    factories.score(at=LATER)

    def shown(measure: str) -> float | None:
        rows = leaderboard(scope=Scope(), measure=measure).references
        return next((row.score for row in rows if row.name == "base_rate"), None)

    assert shown("brier") == pytest.approx(3 / 16)
    assert shown("log_score") == pytest.approx(0.5623351446188083)  # nats of a coin that shows one side in four
    assert shown("baseline") == pytest.approx(75.48875021634687)  # 4 * 100 (1 - 0.8112781244591328 bits)
    assert shown("baseline_rate") == pytest.approx(75.48875021634687 / 4)
    assert shown("spot_baseline") == pytest.approx(75.48875021634687)
    assert shown("peer") is None


def test_equal_scores_share_a_rank(cast: factories.Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boards, "MINIMUM_FORECASTS", 1)
    monkeypatch.setattr(boards, "MINIMUM_UPSETS_OF_PEERS", 0)
    settle(cast, p=0.5)
    factories.score(at=LATER)
    assert [row.rank for row in leaderboard(scope=Scope()).ranked] == [1, 1]


def test_nothing_settled_shows_all_marked_provisional(cast: factories.Cast) -> None:
    made = factories.forecast()
    factories.estimate(made, cast.ann, 0.8)
    factories.resolution(made, "yes", at=NOW + DAY)
    factories.score(at=NOW + DAY)
    early = leaderboard(scope=Scope(), measure="brier")
    assert (early.provisional, len(early.unranked)) == (True, 1)

    settle(cast)
    factories.score(at=LATER)
    after = leaderboard(scope=Scope(), measure="brier")
    assert (after.provisional, after.n_forecasts) == (False, 2)
    assert leaderboard(scope=Scope(), measure="brier", settled=False).provisional


def test_a_board_of_a_year_holds_what_settled_in_it(cast: factories.Cast) -> None:
    settle(cast)
    settle(cast, opens_at=NOW - 900 * DAY, closes_at=NOW - 800 * DAY, at=NOW - 950 * DAY)
    factories.score(at=LATER)
    board = leaderboard(scope=Scope(), year=2025)
    assert (board.n_forecasts, board.years) == (1, [2027, 2025])


def test_a_rehearsal_counts_in_its_own_scope_and_in_no_other(cast: factories.Cast) -> None:
    rehearsal = Collection.objects.create(slug="rehearsal", title="Rehearsal", simulated=True)
    settle(cast, collections=[rehearsal], tags=["shared"])
    settle(cast, p=0.6, tags=["shared"])
    factories.score(at=LATER)
    counted = {str(scope): leaderboard(scope=scope).n_forecasts for scope in scopes()}
    assert counted == {"all": 1, "collection:rehearsal": 1, "tag:shared": 1}


@pytest.mark.parametrize("text", ["nothing", "source:", "source:absent", "all:x", "tag:none", ":", "collection:a\x00"])
def test_a_scope_that_is_not_there_is_refused_by_name(db: None, text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        Scope.parse(text)
    assert refusal.value.field == "scope"


def test_calibration_counts_forecasts_by_time_held_not_revisions(cast: factories.Cast) -> None:
    made = settle(cast, p=0.3)
    moved = factories.forecast()
    for step in range(40):
        factories.estimate(moved, cast.ann, 0.7 if step % 2 else 0.75, at=moved.opens_at + step * 5 * DAY)
    factories.resolution(moved, "no", at=LATER, known_at=moved.closes_at)
    factories.score(at=LATER)
    shown = calibration(scope=Scope(), forecaster=cast.ann)
    assert (shown.n_forecasts, shown.weight) == (2, pytest.approx(2))
    third, seventh = shown.bins[3], shown.bins[7]
    assert (third.n, third.weight, third.observed_frequency) == (1, pytest.approx(1), 1)
    assert (seventh.n, seventh.n_eff, seventh.mean_probability) == (1, pytest.approx(1), pytest.approx(0.725))
    assert shown.brier == pytest.approx(shown.miscalibration - shown.discrimination + shown.uncertainty)  # type: ignore[operator]
    assert made.outcome == ""  # the object in hand is from before


def test_the_final_view_takes_what_stood_at_the_spot_time_and_leaves_early_answers_out(cast: factories.Cast) -> None:
    settle(cast, spot_at=NOW)
    early = factories.forecast(spot_at=NOW)
    factories.estimate(early, cast.ann, 0.9, at=early.opens_at)
    factories.resolution(early, "yes", at=LATER, known_at=NOW - DAY)
    factories.score(at=LATER)
    shown = calibration(scope=Scope(), forecaster=cast.ann, view="final")
    assert (shown.n_forecasts, shown.weight, shown.mean_probability) == (1, 1, pytest.approx(0.8))


def test_an_empty_scope_says_so(db: None) -> None:
    shown = calibration(scope=Scope())
    assert (shown.n_forecasts, shown.bins, shown.brier) == (0, (), None)
    assert "nothing" in shown.sentence
    assert leaderboard(scope=Scope()).references == []


def test_programs_are_ranked_with_people_or_apart_by_the_same_scores(
    cast: factories.Cast, two_are_enough: None
) -> None:
    settle(cast, "yes")
    settle(cast, "no")
    factories.score(at=LATER)
    programs.mark(account=cast.bob, is_bot=True, by=cast.admin)

    def ranked(who: str) -> list[tuple[int | None, str, float]]:
        return [(row.rank, row.name, row.score) for row in leaderboard(scope=Scope(), measure="brier", who=who).ranked]

    (_, _, bobs), (_, _, anns) = both = ranked("everyone")
    assert [row[:2] for row in both] == [(1, "bob"), (2, "ann")]
    assert ranked("people") == [(1, "ann", anns)]
    assert ranked("programs") == [(1, "bob", bobs)]
    assert leaderboard(scope=Scope(), measure="brier", who="programs").references
    # A mark that changes is seen although no total has changed.
    programs.mark(account=cast.ann, is_bot=True, by=cast.admin)
    assert len(ranked("programs")) == 2
    with pytest.raises(Invalid) as refused:
        leaderboard(scope=Scope(), who="robots")
    assert refused.value.field == "who"
