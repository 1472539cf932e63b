"""Several at the same time, in threads with connections and transactions of their own."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, connections, transaction

from forecasts.models import Estimate, Evidence, Forecast, Forecaster, Note, Outcome, Resolution, Withholding
from forecasts.refusals import Conflict, NotOpen
from forecasts.services import citing, evidencing, noting, registering
from tests import factories
from tests.factories import DAY, NOW
from tests.service import wait_until

from .record import run

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """What each call returned, or the exception that it raised."""
    barrier = Barrier(len(calls))

    def call(one: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=10)
            return one()
        except Exception as error:  # noqa: BLE001  for the test to look at
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(call, calls))


def found(sql: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone() is not None


def meanwhile(call: Callable[[], Any]) -> "Future[Any]":
    """Start a call that is bound to wait for what this thread has locked, and return once it does wait."""

    def closing() -> Any:
        try:
            return call()
        finally:
            connections.close_all()

    pool = ThreadPoolExecutor(1)
    started = pool.submit(closing)
    pool.shutdown(wait=False)
    waiting = (
        "SELECT 1 FROM pg_locks WHERE NOT granted AND (transactionid = pg_current_xact_id()::xid"
        " OR locktype = 'advisory' AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))"
    )
    wait_until(lambda: started.done() or found(waiting), "the other waits for this transaction", seconds=20)
    return started


@pytest.mark.parametrize("later", [0 * DAY, DAY])
def test_requests_with_the_same_key_make_one_estimate(later: Any) -> None:
    forecast, ann = factories.forecast(), factories.forecaster()

    def submit(number: int) -> Callable[[], Estimate]:
        at = NOW + number * later
        return lambda: factories.estimate(forecast, ann, 0.7, at, idempotency_key="k")

    made = at_once(*map(submit, range(4)))
    assert {type(one) for one in made} == {Estimate}
    assert {one.pk for one in made} == {Estimate.objects.get().pk}


def test_of_different_estimates_with_one_key_one_is_recorded() -> None:
    forecasts, ann = [factories.forecast(), factories.forecast()], factories.forecaster()
    made = at_once(*(lambda f=f: factories.estimate(f, ann, 0.7, idempotency_key="k") for f in forecasts))
    assert sorted(type(one).__name__ for one in made) == ["Conflict", "Estimate"]
    assert Estimate.objects.count() == 1


def test_requests_with_the_same_key_make_one_note() -> None:
    forecast, ann = factories.forecast(), factories.forecaster()

    def write(number: int) -> Callable[[], Note]:
        at = NOW + number * DAY
        return lambda: noting.write(forecast=forecast, by=ann, at=at, text="Counted.", idempotency_key="k")

    made = at_once(*map(write, range(4)))
    assert {type(one) for one in made} == {Note}
    assert {one.pk for one in made} == {Note.objects.get().pk}


def test_of_an_author_and_a_moderator_who_withhold_at_once_none_is_lost_unseen() -> None:
    ann, admin = factories.forecaster(), factories.forecaster(is_superuser=True)
    note = noting.write(forecast=factories.forecast(), by=ann, at=NOW, text="Said in haste.")
    made = at_once(*(lambda by=by: noting.withhold(note=note, by=by, at=NOW, reason="Spam.") for by in (ann, admin)))
    # The moderator may come after the author; else one of them is told.
    recorded = [one for one in made if isinstance(one, Withholding)]
    assert {one.pk for one in recorded} == set(note.withholdings.values_list("pk", flat=True))
    assert all(isinstance(one, Withholding | Conflict) for one in made)
    assert recorded


def test_of_resolvers_at_once_one_decides_and_the_others_are_told_what() -> None:
    forecast, resolver = factories.forecast(), factories.resolver()
    branch = factories.forecast(condition=forecast, condition_outcome="yes")

    def resolve(outcome: str) -> Callable[[], Resolution]:
        return lambda: factories.resolution(forecast, outcome, by=resolver)

    made = at_once(*(resolve(outcome) for outcome in ("yes", "no", "annulled", "no")))
    decided = Resolution.objects.get(forecast=forecast)
    assert [one for one in made if isinstance(one, Resolution)] == [decided]
    conflicts = [one for one in made if isinstance(one, Conflict)]
    assert len(conflicts) == 3
    assert all(f"Already resolved {decided.outcome}" in conflict.message for conflict in conflicts)
    assert Resolution.objects.filter(forecast=branch).count() == (decided.outcome != "yes")


def test_of_corrections_at_once_one_succeeds_the_revision_that_was_seen() -> None:
    forecast, resolver = factories.forecast(), factories.resolver()
    factories.resolution(forecast, "yes")
    made = at_once(
        *(lambda o=o: factories.resolution(forecast, o, NOW + DAY, by=resolver, revision=1) for o in ("no", "annulled"))
    )
    assert sorted(type(one).__name__ for one in made) == ["Conflict", "Resolution"]
    assert Resolution.objects.count() == 2


def test_an_estimate_that_waits_for_a_resolution_is_refused_by_it() -> None:
    forecast, ann = factories.forecast(), factories.forecaster()
    with transaction.atomic():
        factories.resolution(forecast, "yes")
        late = meanwhile(lambda: factories.estimate(forecast, ann, 0.7))
        assert not late.done()
    with pytest.raises(NotOpen, match="resolved yes"):
        late.result(timeout=10)
    assert not Estimate.objects.exists()


def test_a_branch_that_waits_for_its_condition_is_refused_when_it_would_be_void() -> None:
    condition, curator = factories.forecast(), factories.curator()
    with transaction.atomic():
        factories.resolution(condition, "no")
        late = meanwhile(lambda: factories.forecast("late", condition=condition, condition_outcome="yes", by=curator))
        assert not late.done()
    with pytest.raises(Conflict, match="would be void"):
        late.result(timeout=10)
    assert not Forecast.objects.filter(slug="late").exists()


def test_a_branch_registered_while_its_condition_resolves_is_voided_with_it() -> None:
    condition, resolver = factories.forecast(), factories.resolver()
    middle = factories.forecast(condition=condition, condition_outcome="yes")
    with transaction.atomic():
        late = factories.forecast("late", condition=middle, condition_outcome="yes")
        deciding = meanwhile(lambda: factories.resolution(condition, "no", by=resolver))
        assert not deciding.done()
    deciding.result(timeout=10)
    late.refresh_from_db()
    assert late.outcome == Outcome.ANNULLED


def test_an_account_closed_while_its_estimate_waits_makes_none() -> None:
    forecast, ann = factories.forecast(), factories.forecaster()
    with transaction.atomic():
        run("UPDATE forecasts_forecaster SET closed_at = now() WHERE id = %s", ann.pk)
        late = meanwhile(lambda: factories.estimate(forecast, ann, 0.7))
        assert not late.done()
    assert "closed" in str(late.exception(timeout=10))
    assert not Estimate.objects.exists()


def test_a_rewording_that_waited_for_a_resolution_is_refused() -> None:
    forecast, curator, resolver = factories.forecast(), factories.curator(), factories.resolver()
    later = replace(factories.text(), background="More is known.")

    def reword() -> Any:
        return registering.reword(forecast=forecast, text=later, by=curator, at=NOW, reason="More is known.")

    with transaction.atomic():
        factories.resolution(forecast, "yes", by=resolver)
        waited = meanwhile(reword)
    with pytest.raises(Conflict, match="Reopen it before"):
        waited.result(timeout=20)
    assert forecast.wordings.count() == 1


LINK = citing.Link("https://example.org/poll", title="A poll")


def cite(forecast: Forecast, by: Forecaster) -> Estimate:
    return citing.submit(forecast=forecast, forecaster=by, probability=0.7, at=NOW, via="page", link=LINK)


def test_a_link_that_many_cite_at_once_is_added_once() -> None:
    forecast, people = factories.forecast(), [factories.forecaster() for _ in range(5)]
    made = at_once(*(lambda by=by: cite(forecast, by) for by in people))
    assert {type(one) for one in made} == {Estimate}
    assert {one.evidence.get().pk for one in made} == {Evidence.objects.get().pk}


@pytest.mark.parametrize("first", ["cites", "adds"])
def test_who_cites_a_link_waits_for_whoever_brings_it_and_cites_that(first: str) -> None:
    forecast, ann, bob = factories.forecast(), factories.forecaster(), factories.forecaster()
    with transaction.atomic():
        if first == "cites":
            cite(forecast, ann)
        else:
            evidencing.add(forecast=forecast, by=ann, at=NOW, title="A poll", direction="raises", url=LINK.url)
        waited = meanwhile(lambda: cite(forecast, bob))
        assert not waited.done()
    assert waited.result(timeout=20).evidence.get() == Evidence.objects.get()
    assert Evidence.objects.get().added_by == ann


def test_nobody_waits_for_another_link_or_another_forecast() -> None:
    forecast, other, ann, bob = (
        factories.forecast(),
        factories.forecast(),
        factories.forecaster(),
        factories.forecaster(),
    )
    with transaction.atomic():
        cite(forecast, ann)
        add = {"by": bob, "at": NOW, "title": "A poll", "direction": "raises"}
        for where, url in ((other, LINK.url), (forecast, "https://example.org/other"), (forecast, "")):
            assert meanwhile(lambda w=where, u=url: evidencing.add(forecast=w, url=u, **add)).result(timeout=20)
            add["at"] += DAY
