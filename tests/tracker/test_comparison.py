"""Comparing two: what counts, what makes a round, when it enters, and what may be said."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from forecasts.models import Claim, Collection, Forecast
from forecasts.refusals import Invalid
from forecasts.services import crowds
from tests import factories
from tests.factories import DAY, NOW
from tracker.models import Score
from tracker.queries.comparison import COMPARED, IN_A_SENTENCE, Comparison, comparison, subject
from tracker.scopes import Scope

pytestmark = pytest.mark.django_db
LATER = NOW + 400 * DAY


def settle(
    cast: factories.Cast, outcome: str = "yes", *, decided_at: dt.datetime = LATER, p: float = 0.8, **fields: object
) -> Forecast:
    """A forecast that ann says p of and bob one half, both throughout, resolved after its close."""
    made = factories.forecast(**fields)
    factories.estimate(made, cast.ann, p, at=made.opens_at)
    factories.estimate(made, cast.bob, 0.5, at=made.opens_at)
    factories.resolution(made, outcome, at=decided_at, known_at=min(made.closes_at, decided_at))
    return made


def claim(key: str = "C1", position: int = 1) -> Claim:
    source = factories.source(f"essay-{key.lower()}")
    return Claim.objects.create(source=source, key=key, position=position, author="A. Writer", restated="It grows.")


def compared(
    a: str = "ann", b: str = "bob", scope: str = "all", *, settled: bool = True, at: dt.datetime = LATER
) -> Comparison:
    return comparison(
        a=subject(a, field="a"), b=subject(b, field="b"), scope=Scope.parse(scope), settled=settled, at=at
    )


def test_each_forecast_without_a_claim_is_a_round_in_the_order_in_which_they_settled(cast: factories.Cast) -> None:
    late = settle(cast, "no", closes_at=NOW + 200 * DAY)
    early = settle(cast, closes_at=NOW + 100 * DAY, decided_at=NOW + 150 * DAY)
    read = compared()
    assert [(each.number, each.address) for each in read.rounds] == [
        (1, early.get_absolute_url()),
        (2, late.get_absolute_url()),
    ]
    assert [each.entered_at for each in read.rounds] == [NOW + 150 * DAY, LATER]
    assert [each.difference for each in read.rounds] == pytest.approx([0.04 - 0.25, 0.64 - 0.25])
    assert [each.mean for each in read.rounds] == pytest.approx([-0.21, 0.09])
    assert [(each.low, each.high) for each in read.rounds] == [(-1, 1), (-1, 1)]
    assert (read.n_forecasts, read.n_rounds, read.n_waiting, read.provisional) == (2, 2, 0, False)


def test_it_is_the_difference_of_the_scored_rows_where_both_stood_throughout(cast: factories.Cast) -> None:
    made = settle(cast)
    factories.score(at=LATER)
    rows = {row.forecaster_id: row for row in Score.objects.filter(forecast=made, owner="forecaster")}
    expected = rows[cast.ann.pk].brier - rows[cast.bob.pk].brier
    assert compared().rounds[0].difference == pytest.approx(expected)


def test_only_time_in_which_both_stand_counts(cast: factories.Cast) -> None:
    """Ann withdraws for the second quarter and comes back; Bob comes at half time; the answer is known at 3/4."""
    made = factories.forecast()
    quarter = (made.closes_at - made.opens_at) / 4
    for by, p, after in ((cast.ann, 0.8, 0), (cast.ann, None, 1), (cast.ann, 0.9, 2), (cast.bob, 0.4, 2)):
        factories.estimate(made, by, p, at=made.opens_at + after * quarter)
    factories.resolution(made, "yes", at=LATER, known_at=made.opens_at + 3 * quarter)
    assert compared().rounds[0].difference == pytest.approx((0.01 - 0.36) / 4)


def test_an_estimate_that_expired_does_not_count_on(cast: factories.Cast) -> None:
    made = factories.forecast()
    half = (made.closes_at - made.opens_at) / 2
    factories.estimate(made, cast.ann, 0.8, at=made.opens_at, expires_at=made.opens_at + half)
    factories.estimate(made, cast.bob, 0.5, at=made.opens_at)
    factories.resolution(made, "yes", at=LATER, known_at=made.closes_at)
    assert compared().rounds[0].difference == pytest.approx((0.04 - 0.25) / 2)


def test_the_forecasts_of_a_claim_are_one_round(cast: factories.Cast) -> None:
    of = claim()
    settle(cast, claim=of)
    settle(cast, "no", claim=of)
    settle(cast)
    read = compared()
    assert [(each.label, each.n_forecasts) for each in read.rounds] == [("C1", 2), ("", 1)]
    assert read.rounds[0].difference == pytest.approx((-0.21 + 0.39) / 2)
    assert (read.rounds[0].title, read.rounds[0].address) == ("It grows.", "/sources/essay-c1/")


def test_a_claim_waits_for_the_last_of_its_forecasts_whoever_stands_on_it(cast: factories.Cast) -> None:
    of = claim()
    settle(cast, claim=of)
    other = factories.forecast(claim=of, closes_at=NOW + 300 * DAY)
    read = compared()
    assert (read.n_forecasts, read.n_waiting, read.rounds) == (1, 1, ())
    assert "waits for the other forecasts of its claims" in read.sentence
    assert compared(settled=False).n_rounds == 1

    factories.resolution(other, "annulled", at=LATER)
    done = compared()
    assert (done.n_waiting, done.n_rounds) == (0, 1)


def test_a_claim_whose_answer_is_known_before_its_due_date_waits_for_the_date(cast: factories.Cast) -> None:
    of = claim()
    settle(cast, claim=of, closes_at=NOW + 10 * DAY, decided_at=NOW + 20 * DAY)
    settle(cast, claim=of, decided_at=NOW + 20 * DAY)
    assert compared(at=NOW + 50 * DAY).n_rounds == 0
    assert compared(at=NOW + 150 * DAY).rounds[0].n_forecasts == 2


def test_forecasts_of_a_claim_outside_the_scope_keep_nobody_waiting(cast: factories.Cast) -> None:
    of = claim()
    settle(cast, claim=of, tags=["near"])
    factories.forecast(claim=of)
    assert compared(scope="tag:near").n_rounds == 1


def test_nothing_settled_shows_all_that_resolved_and_so_does_asking(cast: factories.Cast) -> None:
    settle(cast, decided_at=NOW)
    early = compared(at=NOW + DAY)
    assert (early.settled, early.provisional, early.n_rounds) == (False, True, 1)
    assert early.rounds[0].entered_at == NOW
    settle(cast, opens_at=NOW - 90 * DAY, closes_at=NOW - 10 * DAY, decided_at=NOW)
    assert (compared(at=NOW + DAY).provisional, compared(at=NOW + DAY).n_rounds) == (False, 1)
    asked = compared(at=NOW + DAY, settled=False)
    assert (asked.provisional, asked.n_rounds) == (True, 2)


def test_a_correction_recomputes_the_path(cast: factories.Cast) -> None:
    made = settle(cast)
    settle(cast)
    before = compared()
    factories.resolution(made, "no", at=LATER + DAY, known_at=made.closes_at, revision=1)
    after = compared(at=LATER + DAY)
    assert [each.difference for each in before.rounds] == pytest.approx([-0.21, -0.21])
    assert [each.difference for each in after.rounds] == pytest.approx([-0.21, 0.39])
    factories.resolution(made, "annulled", at=LATER + 2 * DAY, revision=2)
    assert compared(at=LATER + 2 * DAY).n_rounds == 1


def test_what_has_not_resolved_makes_no_difference(cast: factories.Cast) -> None:
    settle(cast)
    before = compared()
    hidden = factories.forecast()
    for by in (cast.ann, cast.bob):
        factories.estimate(hidden, by, 0.99, at=NOW)
    assert compared() == before


def test_rehearsals_are_compared_in_their_own_scope_only(cast: factories.Cast) -> None:
    rehearsal = Collection.objects.create(slug="rehearsal", title="Rehearsal", simulated=True)
    settle(cast, collections=[rehearsal])
    assert compared().n_rounds == 0
    assert compared(scope="collection:rehearsal").n_rounds == 1


def test_a_crowd_and_always_one_half_can_be_compared_too(cast: factories.Cast) -> None:
    made = settle(cast)
    crowds.refresh(forecast_id=made.pk, at=LATER)
    crowd = compared("ann", "crowd:median")
    assert crowd.b.label == "Crowd, median"
    assert crowd.rounds[0].difference == pytest.approx(0.04 - 0.35**2)
    assert "ann and the crowd’s median are not distinguishable" in crowd.sentence
    assert compared("constant:one_half", "ann").rounds[0].difference == pytest.approx(0.25 - 0.04)
    assert compared("bob", "constant:one_half").rounds[0].difference == 0
    assert compared("crowd:mean_log_odds", "crowd:recency_weighted").n_rounds == 1


def test_every_reference_has_words_of_its_own_in_a_sentence() -> None:
    assert set(IN_A_SENTENCE) == set(COMPARED)


def test_changing_sides_turns_the_path_over(cast: factories.Cast) -> None:
    settle(cast)
    settle(cast, "no")
    ours, theirs = compared("ann", "bob"), compared("bob", "ann")
    assert [each.mean for each in ours.rounds] == [-each.mean for each in theirs.rounds]
    assert [each.low for each in ours.rounds] == [-each.high for each in theirs.rounds]


@pytest.mark.parametrize("text", ["nobody", "crowd:wisdom", "author:hedge_midpoint", "a\x00b", ":", "ANN"])
def test_who_is_not_there_is_refused_by_field(cast: factories.Cast, text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        subject(text, field="a")
    assert refusal.value.field == "a"


def test_nobody_is_compared_with_themselves(cast: factories.Cast) -> None:
    with pytest.raises(Invalid) as refusal:
        compared("ann", "ann")
    assert refusal.value.field == "b"


def test_two_who_never_stood_together_have_no_rounds_and_a_sentence(cast: factories.Cast) -> None:
    made = factories.forecast()
    factories.estimate(made, cast.ann, 0.8, at=made.opens_at)
    factories.estimate(made, cast.ann, None, at=NOW)
    factories.estimate(made, cast.bob, 0.5, at=NOW)
    factories.resolution(made, "yes", at=LATER, known_at=made.closes_at)
    read = compared()
    assert (read.n_forecasts, read.rounds, read.last) == (0, (), None)
    assert "have not stood together" in read.sentence
    assert compared("ann", "curator").rounds == ()


def test_the_path_takes_as_many_queries_for_six_forecasts_as_for_one(cast: factories.Cast) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            compared()
        return len(captured)

    settle(cast, claim=claim())
    few = count()
    for number in range(2, 7):
        settle(cast, claim=claim(f"C{number}", number))
    assert compared().n_rounds == 6
    assert count() == few == 7
