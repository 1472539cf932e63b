"""Large catalogues registered by a job: all or nothing, once, whatever becomes of messages and workers."""

import datetime as dt
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils import timezone

from forecasts import tasks
from forecasts.catalog.faults import CatalogError
from forecasts.models import Forecast, Forecaster, Registration, RegistrationProgress, Source
from forecasts.queries.jobs import QUIET
from forecasts.queries.registrations import lately, looks
from forecasts.refusals import Invalid, NotAllowed
from forecasts.services import carrying, cataloguing, registrations
from tests import factories
from tests.factories import DAY, NOW
from tests.service import ROOT, database_address, wait_until

from .large_catalogs import large
from .test_at_once import at_once, meanwhile

SMALL = large(3)


def clock() -> dt.datetime:
    return NOW + DAY


def asked(text: str = SMALL, by: Forecaster | None = None) -> Registration:
    return registrations.ask(text=text, by=by or factories.curator(), at=NOW)


def carried_out(row: Registration) -> Registration:
    assert registrations.carry_out(registration_id=row.pk, clock=clock)
    return Registration.objects.get(pk=row.pk)


@pytest.mark.django_db
def test_what_was_asked_for_is_made_with_an_account_of_it(cast: factories.Cast) -> None:
    row = asked(by=cast.curator)
    assert (row.state, row.title, row.source, row.n_forecasts) == ("waiting", "An essay", "essay", 3)
    assert not Forecast.objects.exists()
    made = carried_out(row)
    assert (made.state, made.ended_at, made.faults) == ("made", clock(), [])
    assert made.report is not None
    assert made.report["registered"] == ["essay", "C1", "summer-1", "summer-2", "summer-3"]
    assert {(each.created_by, each.created_at) for each in Forecast.objects.all()} == {(cast.curator, clock())}


@pytest.mark.django_db
def test_a_second_time_nothing_happens(cast: factories.Cast) -> None:
    row = asked()
    carried_out(row)
    assert not registrations.carry_out(registration_id=row.pk, clock=clock)
    assert not registrations.carry_out(registration_id=row.pk + 1, clock=clock)
    assert Forecast.objects.count() == 3
    again = carried_out(asked())
    assert again.report is not None
    assert (len(again.report["unchanged"]), again.report["registered"]) == (5, [])


@pytest.mark.django_db
def test_the_same_text_while_it_waits_is_the_same_job(cast: factories.Cast) -> None:
    assert asked().pk == asked().pk
    assert asked(large(4)).pk != asked().pk
    assert Registration.objects.count() == RegistrationProgress.objects.count() == 2


@pytest.mark.django_db
def test_every_fault_of_the_record_is_put_down_and_nothing_is_kept(cast: factories.Cast) -> None:
    carried_out(asked())
    refused = carried_out(asked(large(5).replace("Will summer number", "Shall summer number")))
    assert (refused.state, refused.report) == ("refused", None)
    assert refused.faults == [
        f"summer-{number}: reason: What it asks has changed: say why. It stays on record." for number in (1, 2, 3)
    ]
    assert Forecast.objects.count() == 3


@pytest.mark.django_db
def test_a_role_that_was_taken_back_meanwhile_counts(cast: factories.Cast) -> None:
    row = asked(by=cast.curator)
    Forecaster.objects.filter(pk=cast.curator.pk).update(is_curator=False)
    refused = carried_out(row)
    assert refused.state == "refused"
    assert "Only a curator" in refused.faults[0]
    assert not Source.objects.exists()


@pytest.mark.django_db
def test_what_is_wrong_is_refused_before_it_waits(cast: factories.Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NotAllowed):
        asked(by=cast.ann)
    with pytest.raises(CatalogError):
        asked(SMALL.replace("summer-2", "Summer 2"))
    monkeypatch.setattr(registrations, "MOST", 2)
    with pytest.raises(Invalid, match="3 forecasts; at most 2 at a time"):
        asked()
    assert not Registration.objects.exists()


@pytest.mark.django_db
def test_the_beat_finds_what_no_message_brought(cast: factories.Cast) -> None:
    rows = [asked(), asked(large(4))]
    tasks.register_catalogues()
    assert [Registration.objects.get(pk=row.pk).state for row in rows] == ["made", "made"]


def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise OperationalError("the disk is full")

    monkeypatch.setattr(cataloguing, "apply", fails)


@pytest.mark.django_db(transaction=True)
def test_what_fails_is_tried_again_but_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    row = asked()
    with monkeypatch.context() as patched:
        broken(patched)
        for _ in range(carrying.TRIES - 1):
            assert not registrations.carry_out(registration_id=row.pk, clock=clock)
    row.refresh_from_db()
    assert (row.state, row.progress.tries) == ("waiting", carrying.TRIES - 1)
    assert row.progress.said == "OperationalError: the disk is full"
    assert carried_out(row).state == "made"

    other = asked(large(4))
    broken(monkeypatch)
    for _ in range(carrying.TRIES):
        assert not registrations.carry_out(registration_id=other.pk, clock=clock)
    assert registrations.carry_out(registration_id=other.pk, clock=clock)
    other.refresh_from_db()
    assert (other.state, other.faults) == ("failed", ["OperationalError: the disk is full"])


@pytest.mark.django_db(transaction=True)
def test_the_beat_waits_longer_after_each_try(monkeypatch: pytest.MonkeyPatch) -> None:
    row = asked()
    broken(monkeypatch)
    now = clock()

    def tries_after(seconds: int) -> int:
        registrations.carry_out_waiting(clock=lambda: now + dt.timedelta(seconds=seconds))
        return RegistrationProgress.objects.get(registration=row).tries

    assert [tries_after(seconds) for seconds in (0, 10, 15, 70, 75, 310, 315)] == [1, 1, 2, 2, 3, 3, 4]


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_make_it_once() -> None:
    row = asked(large(60))
    curator = factories.curator()
    ended = at_once(*[lambda: registrations.carry_out(registration_id=row.pk, clock=clock)] * 3)
    assert sorted(ended) == [False, False, True]
    assert Forecast.objects.count() == 60
    assert RegistrationProgress.objects.get().tries == 1
    assert Registration.objects.get().by == curator


@pytest.mark.django_db(transaction=True)
def test_two_who_send_the_same_at_once_share_one_job() -> None:
    curators = [factories.forecaster(is_curator=True) for _ in range(4)]
    rows = at_once(*(lambda by=by: asked(by=by) for by in curators))
    assert {row.pk for row in rows} == {Registration.objects.get().pk}


@pytest.mark.django_db(transaction=True)
def test_others_see_how_far_it_is_before_anything_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    row = asked(large(45))
    seen: list[tuple[int, bool, int]] = []
    really = cataloguing.apply

    def watched(*given: Any, tell: Callable[[int], None], **named: Any) -> Any:
        def look(done: int) -> None:
            tell(done)
            if done % 20 == 0:
                seen.extend(at_once(see))

        return really(*given, tell=look, **named)

    def see() -> tuple[int, bool, int]:
        (found,) = lately(5)
        return found.row.progress.done, found.held, Forecast.objects.count()

    monkeypatch.setattr(cataloguing, "apply", watched)
    carried_out(row)
    assert seen == [(20, True, 0), (40, True, 0)]
    assert [look.held for look in looks([Registration.objects.select_related("progress").get()])] == [False]


# A process of its own, to be killed.
WORK = """
import django
django.setup()
from django.utils import timezone
from forecasts.services import registrations
registrations.carry_out(registration_id={id}, clock=timezone.now)
"""


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_killed_leaves_it_waiting_and_another_makes_it() -> None:
    row = asked(large(600))
    worker = subprocess.Popen(
        [sys.executable, "-c", WORK.format(id=row.pk)], cwd=ROOT, env=os.environ | {"DATABASE_URL": database_address()}
    )
    try:
        wait_until(lambda: RegistrationProgress.objects.get().done >= 40, "it is under way")
    finally:
        worker.kill()
        worker.wait()
    wait_until(lambda: not lately(1)[0].held, "its lock died with its connection")
    (look,) = lately(1)
    assert (look.step, look.moving, look.row.progress.tries) == ("waiting", True, 1)
    assert look.quiet(look.silent_since + 2 * QUIET)
    assert not look.quiet(look.silent_since + QUIET / 2)
    assert not Forecast.objects.exists()
    registrations.carry_out_waiting(clock=lambda: timezone.now() + carrying.PAUSES[1])
    assert Registration.objects.get().state == "made"
    assert Forecast.objects.count() == 600


@pytest.mark.django_db(transaction=True)
def test_a_look_at_what_waits_does_not_make_a_worker_skip_it() -> None:
    row = asked()
    with transaction.atomic():
        lately(5)
        assert meanwhile(lambda: registrations.carry_out(registration_id=row.pk, clock=clock)).result(timeout=20)


FAULTS: list[tuple[dict[str, object], str]] = [
    ({"state": "made", "ended_at": NOW}, "registration_says_what_it_made"),
    ({"report": {}}, "registration_says_what_it_made"),
    ({"state": "refused", "ended_at": NOW}, "registration_says_why_it_was_not_made"),
    ({"faults": ["Something."]}, "registration_says_why_it_was_not_made"),
    ({"state": "made", "report": {}}, "registration_ends_after_it_was_asked_for"),
    ({"state": "made", "report": {}, "ended_at": NOW - DAY}, "registration_ends_after_it_was_asked_for"),
    ({"ended_at": NOW}, "registration_ends_after_it_was_asked_for"),
    ({"digest": "x"}, "registration_digest_is_one"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("changes", "constraint"), FAULTS)
def test_the_database_refuses_a_state_that_cannot_be(
    cast: factories.Cast, changes: dict[str, object], constraint: str
) -> None:
    row = asked()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Registration.objects.filter(pk=row.pk).update(**changes)


@pytest.mark.django_db
def test_the_database_refuses_a_second_job_for_a_text_that_waits(cast: factories.Cast) -> None:
    row = asked()
    with pytest.raises(IntegrityError, match="registration_waits_once"), transaction.atomic(), connection.cursor() as c:
        c.execute(
            """
            INSERT INTO forecasts_registration
                (by_id, asked_at, digest, text, title, source, n_forecasts, state, faults)
            SELECT by_id, asked_at, digest, text, title, source, n_forecasts, state, faults
            FROM forecasts_registration WHERE id = %s""",
            [row.pk],
        )
