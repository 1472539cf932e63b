"""Running totals equal what the score rows add up to, whatever happened in between: equal, not close."""

import datetime as dt
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.db import connection, connections, transaction
from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from forecasts.models import Collection, Estimate, Forecast, Forecaster, Source
from forecasts.refusals import Conflict, NotOpen
from forecasts.services import registering
from tests import factories
from tests.factories import DAY, NOW
from tracker import tasks
from tracker.models import CellTotal, Counted, Recount, Score, ScoringRun
from tracker.services import folding, scoring, sums

from .recomputed import LOG_ODDS, recomputed, stored

pytestmark = pytest.mark.django_db
AFTER = NOW + 400 * DAY


def settled(cast: factories.Cast, outcome: str = "yes", **fields: object) -> Forecast:
    made = factories.forecast(**fields)
    factories.estimate(made, cast.ann, 0.8, at=made.opens_at)
    factories.estimate(made, cast.bob, 0.15, at=NOW)
    factories.resolution(made, outcome, at=AFTER, known_at=made.closes_at)
    return made


def agree(at: dt.datetime = AFTER) -> bool:
    found = stored()
    assert found == recomputed(at=at)
    return bool(found)


def test_a_scored_forecast_counts_in_each_of_its_scopes(cast: factories.Cast) -> None:
    source = factories.source("essay")
    claim = source.claims.create(key="C1", position=1, author="A. Writer", restated="It will.")
    collection = Collection.objects.create(slug="chosen", title="Chosen")
    settled(cast, claim=claim, tags=["a", "b"], collections=[collection])
    factories.score(AFTER)
    assert agree()
    assert {key[1] for key in stored()} == {"all", "source:essay", "collection:chosen", "tag:a", "tag:b"}


def test_folding_twice_changes_nothing_and_finds_nothing_to_do(cast: factories.Cast) -> None:
    settled(cast)
    factories.score(AFTER)
    before = stored()
    assert folding.fold(at=AFTER) == 0
    Recount.objects.create(forecast=Forecast.objects.get().pk)
    assert folding.fold(at=AFTER) == 1
    assert stored() == before


def test_a_simulated_forecast_counts_in_its_collection_alone(cast: factories.Cast) -> None:
    rehearsal = Collection.objects.create(slug="rehearsal", title="Rehearsal", simulated=True)
    settled(cast, collections=[rehearsal], tags=["shared"])
    factories.score(AFTER)
    assert {key[1] for key in stored()} == {"collection:rehearsal"}


@pytest.mark.parametrize("outcome", ["no", "annulled", "reopened"])
def test_a_correction_takes_back_what_was_added(cast: factories.Cast, outcome: str) -> None:
    forecast = settled(cast)
    factories.score(AFTER)
    before = stored()
    factories.resolution(forecast, outcome, at=AFTER, revision=1)
    folding.fold(at=AFTER)
    assert stored() == {}, "what is superseded counts no longer, even before the correction is scored"
    factories.score(AFTER)
    assert agree() == (outcome == "no")
    factories.resolution(forecast, "yes", at=AFTER, known_at=forecast.closes_at, revision=2)
    factories.score(AFTER)
    assert stored() == before


def test_a_forecast_that_settles_moves_from_the_provisional_to_the_settled(cast: factories.Cast) -> None:
    forecast = factories.forecast()
    factories.estimate(forecast, cast.ann, 0.8)
    factories.resolution(forecast, "yes", at=NOW + DAY)
    factories.score(NOW + 2 * DAY)
    assert agree(NOW + 2 * DAY)
    assert {key[6] for key in stored()} == {False}
    assert folding.fold(at=forecast.closes_at - DAY) == 0
    assert folding.fold(at=forecast.closes_at) == 1
    assert {key[6] for key in stored()} == {True}
    assert agree(forecast.closes_at)


def test_changes_of_tags_collections_names_and_schedule_move_what_counts(cast: factories.Cast) -> None:
    collection = Collection.objects.create(slug="chosen", title="Chosen")
    source = factories.source("essay")
    claim = source.claims.create(key="C1", position=1, author="A. Writer", restated="It will.")
    forecast = settled(cast, tags=["a"])
    factories.score(AFTER)
    for change in (
        lambda: Forecast.objects.update(tags=["b"]),
        lambda: forecast.collections.add(collection),
        lambda: Forecast.objects.update(claim=claim),
        lambda: Source.objects.update(slug="renamed"),
        lambda: Collection.objects.update(slug="other"),
        forecast.collections.clear,
    ):
        change()
        factories.score(AFTER)
        assert agree()
    assert {key[1] for key in stored()} == {"all", "tag:b", "source:renamed"}


def test_a_schedule_changed_while_reopened_moves_the_year(cast: factories.Cast) -> None:
    forecast = settled(cast)
    factories.score(AFTER)
    factories.resolution(forecast, "reopened", at=AFTER)
    text = registering.text_of(forecast.wordings.get())
    later = {"closes_at": text.closes_at + 400 * DAY, "resolve_by": text.closes_at + 400 * DAY}
    registering.reword(
        forecast=forecast, text=replace(text, **later), by=cast.curator, at=AFTER, reason="It took longer."
    )
    factories.resolution(forecast, "yes", at=AFTER + DAY, revision=2)
    factories.score(AFTER + DAY)
    assert agree(AFTER + DAY)
    assert {(key[5], key[6]) for key in stored()} == {(2028, False)}


def test_a_late_estimate_replaces_the_run_and_the_old_one_goes_once_it_is_taken_back(cast: factories.Cast) -> None:
    forecast = settled(cast)
    factories.score(AFTER)
    late = {"forecast": forecast, "forecaster": cast.curator, "wording": forecast.wordings.get(), "via": "import"}
    Estimate.objects.create(**late, probability=0.35, made_at=NOW - 50 * DAY, recorded_at=AFTER)
    scoring.score_pending(at=AFTER)
    assert ScoringRun.objects.count() == 2
    folding.fold(at=AFTER)
    assert agree()
    assert [run.current for run in ScoringRun.objects.all()] == [True]
    assert set(Score.objects.values_list("run", flat=True)) == {Counted.objects.get().run}


def test_log_odds_in_the_database_are_those_of_the_arithmetic(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {sums.LOG_ODDS} FROM generate_series(1, 9999) AS cell ORDER BY cell")
        assert [row[0] for row in cursor.fetchall()] == LOG_ODDS[1:]


def test_a_forecast_that_cannot_be_folded_holds_up_no_other(
    cast: factories.Cast, caplog: pytest.LogCaptureFixture
) -> None:
    bad, good = settled(cast), settled(cast, tags=["good"])
    scoring.score_pending(at=AFTER)
    # No estimate can be certain, so none of the services stores such a cell.
    Score.objects.filter(forecast=bad).update(cells=[10_000])
    folding.fold(at=AFTER)
    assert f"forecast {bad.pk} could not be folded" in caplog.text
    assert Counted.objects.get().pk == good.pk
    assert "tag:good" in {key[1] for key in stored()}
    assert set(Recount.objects.values_list("forecast", flat=True)) == {bad.pk}, "it is tried again the next time"


def test_newer_rules_leave_no_rows_of_older_ones_behind(cast: factories.Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    settled(cast)
    factories.score(AFTER)
    before = Score.objects.count()
    monkeypatch.setattr(scoring, "RULES", scoring.RULES + 1)
    monkeypatch.setattr(folding, "RULES", scoring.RULES)
    factories.score(AFTER)
    assert Score.objects.count() == before
    assert set(ScoringRun.objects.values_list("rules", flat=True)) == {scoring.RULES}
    assert stored()


@pytest.mark.django_db(transaction=True)
def test_two_folding_jobs_at_once_add_once(cast: factories.Cast) -> None:
    settled(cast)
    scoring.score_pending(at=AFTER)
    looked: list[int] = []

    def second() -> None:
        try:
            looked.append(folding.fold(at=AFTER))
        finally:
            connections.close_all()

    with transaction.atomic():
        folding._fold_batch(set(Recount.objects.values_list("forecast", flat=True)), at=AFTER)
        other = threading.Thread(target=second)
        other.start()
        other.join(timeout=1)
        assert other.is_alive(), "the second waits for the first"
    other.join(timeout=20)
    assert looked == [1], "it looks again, and finds everything added"
    assert agree()


@pytest.mark.django_db(transaction=True)
def test_a_folding_job_does_not_hold_up_its_worker_while_another_is_at_it(cast: factories.Cast) -> None:
    settled(cast)
    scoring.score_pending(at=AFTER)

    def work() -> None:
        try:
            tasks.fold_scores()
        finally:
            connections.close_all()

    worker = threading.Thread(target=work)
    with transaction.atomic():
        folding._fold_batch(set(Recount.objects.values_list("forecast", flat=True)), at=AFTER)
        worker.start()
        worker.join(timeout=20)
        assert not worker.is_alive()
    assert agree()


@pytest.mark.django_db(transaction=True)
def test_a_change_of_scope_that_commits_after_the_forecast_was_folded_is_found(cast: factories.Cast) -> None:
    collection = Collection.objects.create(slug="chosen", title="Chosen")
    forecast = factories.forecast()
    factories.estimate(forecast, cast.ann, 0.8)
    added, folded = threading.Event(), threading.Event()

    def slow() -> None:
        try:
            with transaction.atomic():
                forecast.collections.add(collection)
                added.set()
                folded.wait(timeout=20)
        finally:
            connections.close_all()

    other = threading.Thread(target=slow)
    other.start()
    assert added.wait(timeout=20)
    factories.resolution(forecast, "yes", at=AFTER, known_at=forecast.closes_at)
    factories.score(AFTER)
    folded.set()
    other.join(timeout=20)
    folding.fold(at=AFTER)
    assert agree()


class Reading(RuleBasedStateMachine):
    """Anything that can happen to what counts, in any order; now and then the jobs run, and then the totals agree."""

    forecasts = Bundle("forecasts")

    @initialize()
    def begin(self) -> None:
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.at = NOW
        self.cast = factories.Cast()
        self.people = [self.cast.ann, self.cast.bob, self.cast.admin]
        self.collections = [Collection.objects.create(slug=name, title=name) for name in ("one", "two")]
        claims = factories.source().claims
        self.claim = claims.create(
            key="C1", position=1, author="W", restated="R", hedge_word="likely", hedge_low=0.5, hedge_high=0.8
        )

    def teardown(self) -> None:
        if hasattr(self, "atomic"):
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    @rule(
        target=forecasts,
        days=st.integers(1, 300),
        grace=st.integers(0, 90),
        spot=st.sampled_from([None, 0, 0.5, 1]),
        claimed=st.booleans(),
    )
    def register(self, days: int, grace: int, spot: float | None, claimed: bool) -> Forecast:
        closes_at = self.at + days * DAY
        return factories.forecast(
            by=self.cast.curator,
            at=self.at,
            opens_at=self.at,
            closes_at=closes_at,
            resolve_by=closes_at + grace * DAY,
            spot_at=None if spot is None else self.at + spot * days * DAY,
            claim=self.claim if claimed else None,
            hedged=claimed,
            tags=["a"],
        )

    @rule(forecast=forecasts, who=st.integers(0, 2), p=st.floats(0.0001, 0.9999) | st.sampled_from([0.15, 0.35, None]))
    def estimate(self, forecast: Forecast, who: int, p: float | None) -> None:
        self.at += dt.timedelta(minutes=7)
        try:
            factories.estimate(forecast, self.people[who], p, at=self.at)
        except (NotOpen, Conflict):
            return

    @rule(days=st.integers(1, 200))
    def wait(self, days: int) -> None:
        self.at += days * DAY

    @rule(
        forecast=forecasts,
        outcome=st.sampled_from(["yes", "no", "annulled", "reopened"]),
        back=st.floats(0, 1),
    )
    def resolve(self, forecast: Forecast, outcome: str, back: float) -> None:
        seen = forecast.resolutions.count()
        known_at = forecast.opens_at - DAY + back * (self.at - forecast.opens_at + DAY)
        try:
            given = {} if outcome == "reopened" else {"known_at": min(known_at, self.at)}
            revision = {"revision": seen} if seen or outcome == "reopened" else {}
            factories.resolution(forecast, outcome, at=self.at, by=self.cast.admin, **given, **revision)
        except Conflict:
            return

    @rule(forecast=forecasts, p=st.floats(0.0001, 0.9999), back=st.floats(0, 1))
    def import_late(self, forecast: Forecast, p: float, back: float) -> None:
        made_at = forecast.opens_at + back * (self.at - forecast.opens_at)
        late = {"forecast": forecast, "forecaster": self.cast.curator, "wording": forecast.wordings.earliest("version")}
        if not Estimate.objects.filter(forecast=forecast, forecaster=self.cast.curator, made_at=made_at).exists():
            Estimate.objects.create(**late, probability=p, made_at=made_at, recorded_at=self.at, via="import")

    @rule(forecast=forecasts, tags=st.sets(st.sampled_from(["a", "b"])))
    def tag(self, forecast: Forecast, tags: set[str]) -> None:
        Forecast.objects.filter(pk=forecast.pk).update(tags=sorted(tags))

    @rule(forecast=forecasts, chosen=st.sets(st.integers(0, 1)))
    def collect(self, forecast: Forecast, chosen: set[int]) -> None:
        forecast.collections.set([self.collections[place] for place in chosen])

    @rule()
    def score(self) -> None:
        scoring.score_pending(at=self.at)

    @rule()
    def score_everything_again(self) -> None:
        ScoringRun.objects.update(digest="from other inputs")
        ids = Forecast.objects.exclude(resolution=None).values_list("resolution", flat=True)
        list(scoring.score_each(list(ids), at=self.at))

    @rule()
    def fold_alone(self) -> None:
        folding.fold(at=self.at)

    @rule()
    def bring_up(self) -> None:
        factories.score(self.at)
        event(f"something counts: {agree(self.at)}")


@pytest.mark.django_db(transaction=True)
def test_totals_equal_recomputation_after_anything(empty_database: None) -> None:
    run_state_machine_as_test(
        Reading,
        settings=settings(
            max_examples=25, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


@pytest.fixture
def empty_database(db: None) -> Iterator[None]:
    assert not Forecaster.objects.exists()
    yield
    assert not CellTotal.objects.exists()
