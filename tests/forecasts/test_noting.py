"""Writing notes on a forecast, and who sees them."""

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from forecasts.models import LONGEST_NOTE, Forecast, Forecaster, Note, Viewer
from forecasts.refusals import Conflict, Invalid, NotAllowed
from forecasts.services import accounts, noting
from tests import factories
from tests.factories import DAY, NOW, Cast

from .record import Put, Record, both_ways, put_by_sql, refused

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)
NOBODY = AnonymousUser()


@pytest.fixture
def forecast(cast: Cast) -> Forecast:
    """One whose crowd everyone may see."""
    return factories.forecast(reveal_at=NOW - DAY)


@pytest.fixture
def hidden(cast: Cast) -> Forecast:
    return factories.forecast()


def write(forecast: Forecast, by: Forecaster, **changes: Any) -> Note:
    return noting.write(forecast=forecast, by=by, **{"at": NOW, "text": "It was counted twice."} | changes)


def seen(by: Viewer, at: dt.datetime = NOW + DAY) -> set[Note]:
    return set(Note.objects.visible_to(by, at=at))


# Writing


def test_a_note_is_recorded(forecast: Forecast, cast: Cast) -> None:
    estimate = factories.estimate(forecast, cast.ann, 0.7)
    made = write(forecast, cast.ann, text=" It was *counted*. ", estimate=estimate.pk)
    made.refresh_from_db()
    assert (made.text, made.author, made.made_at, made.estimate) == ("It was *counted*.", cast.ann, NOW, estimate)
    assert (made.is_private, made.reply_to, made.thread) == (False, None, None)


def test_a_reply_joins_the_thread_of_what_it_answers(forecast: Forecast, cast: Cast) -> None:
    first = write(forecast, cast.ann)
    second = write(forecast, cast.bob, reply_to=first.pk)
    third = write(forecast, cast.ann, at=NOW + MINUTE, reply_to=second.pk, is_private=True)
    assert (second.reply_to, second.thread, third.reply_to, third.thread) == (first, first, second, first)


@pytest.mark.parametrize("outcome", ["yes", "annulled"])
def test_a_note_is_taken_after_the_answer_as_well(forecast: Forecast, cast: Cast, outcome: str) -> None:
    factories.resolution(forecast, outcome)
    assert write(forecast, cast.ann, at=NOW + DAY).pk


@pytest.mark.parametrize(
    ("text", "said"),
    [(" ", "required"), ("x" * (LONGEST_NOTE + 1), "At most"), ("a\x00b", "null"), ("\ud800", "surrogate")],
)
def test_a_text_that_cannot_be_kept_is_refused(forecast: Forecast, cast: Cast, text: str, said: str) -> None:
    with pytest.raises(Invalid, match=said) as refusal:
        write(forecast, cast.ann, text=text)
    assert refusal.value.field == "text"
    assert not Note.objects.exists()


@pytest.mark.parametrize("change", [{"is_active": False}, {"closed_at": NOW}, {"simulated": True}])
def test_closed_deactivated_and_simulated_accounts_write_nothing(cast: Cast, change: dict[str, Any]) -> None:
    barred = factories.forecaster(**change)
    with pytest.raises(NotAllowed):
        write(factories.forecast(), barred)
    assert not Note.objects.exists()


def test_an_account_deactivated_meanwhile_writes_nothing(forecast: Forecast, cast: Cast) -> None:
    Forecaster.objects.filter(pk=cast.ann.pk).update(is_active=False)
    with pytest.raises(NotAllowed):
        write(forecast, cast.ann)


def test_a_reply_answers_a_public_note_on_the_same_forecast(forecast: Forecast, cast: Cast) -> None:
    own_private = write(forecast, cast.ann, is_private=True)
    others_private = write(forecast, cast.bob, is_private=True)
    elsewhere = write(factories.forecast(reveal_at=NOW - DAY), cast.ann)
    later = write(forecast, cast.bob, at=NOW + MINUTE)
    for wrong, said in (
        (own_private, "only for you"),
        (others_private, "There is no note"),
        (elsewhere, "There is no note"),
        (later, "There is no note"),
    ):
        with pytest.raises(Invalid, match=said) as refusal:
            write(forecast, cast.ann, at=NOW + MINUTE / 2, reply_to=wrong.pk)
        assert refusal.value.field == "reply_to"
    assert Note.objects.count() == 4


def test_whether_a_hidden_note_is_there_is_not_told_by_the_refusal_of_a_reply(hidden: Forecast, cast: Cast) -> None:
    theirs = write(hidden, cast.bob)
    said = []
    for number in (theirs.pk, theirs.pk + 1):
        with pytest.raises(Invalid) as refusal:
            write(hidden, cast.ann, at=NOW + MINUTE, reply_to=number)
        said.append(refusal.value.message.replace(str(number), "N"))
    assert said[0] == said[1]
    factories.estimate(hidden, cast.ann, 0.7)
    assert write(hidden, cast.ann, at=NOW + MINUTE, reply_to=theirs.pk).thread == theirs


def test_a_withheld_note_takes_no_further_reply(forecast: Forecast, cast: Cast) -> None:
    note = write(forecast, cast.ann)
    noting.withhold(note=note, by=cast.ann, at=NOW)
    with pytest.raises(Conflict, match="is withheld"):
        write(forecast, cast.bob, reply_to=note.pk)
    noting.restore(note=note, by=cast.ann, at=NOW)
    assert write(forecast, cast.bob, reply_to=note.pk).thread == note


def test_a_note_goes_with_an_estimate_of_its_authors_on_its_forecast(forecast: Forecast, cast: Cast) -> None:
    theirs = factories.estimate(forecast, cast.bob, 0.7)
    elsewhere = factories.estimate(factories.forecast(), cast.ann, 0.7)
    for wrong in (theirs.pk, elsewhere.pk, 10**15):
        with pytest.raises(Invalid, match="Name one of yours") as refusal:
            write(forecast, cast.ann, estimate=wrong)
        assert refusal.value.field == "estimate"


def test_a_repeated_key_returns_the_note_that_it_made(forecast: Forecast, cast: Cast) -> None:
    first = write(forecast, cast.ann, idempotency_key="k")
    assert write(forecast, cast.ann, at=NOW + DAY, idempotency_key="k") == first
    for change in ({"text": "Other."}, {"is_private": True}, {"reply_to": first.pk}):
        with pytest.raises(Conflict, match="another note"):
            write(forecast, cast.ann, at=NOW + DAY, idempotency_key="k", **change)
    assert write(forecast, cast.bob, idempotency_key="k") != first
    with pytest.raises(Invalid, match="1 to 100"):
        write(forecast, cast.ann, idempotency_key="")
    assert Note.objects.count() == 2


def test_the_same_instant_twice_is_a_conflict(forecast: Forecast, cast: Cast) -> None:
    write(forecast, cast.ann)
    with pytest.raises(Conflict, match="this very instant"):
        write(forecast, cast.ann)


# Seeing


def test_notes_follow_the_rule_of_rationales(hidden: Forecast, cast: Cast) -> None:
    public, private = write(hidden, cast.bob), write(hidden, cast.bob, at=NOW + MINUTE, is_private=True)
    assert seen(cast.bob) == {public, private}
    for viewer in (NOBODY, cast.ann, cast.admin):
        assert seen(viewer) == set()
    factories.estimate(hidden, cast.ann, 0.7)
    assert seen(cast.ann) == {public}
    factories.resolution(hidden, "yes", at=NOW + MINUTE)
    for viewer in (NOBODY, cast.ann, cast.admin):
        assert seen(viewer) == {public}


def test_closing_an_account_keeps_its_notes_under_the_pseudonym_and_private_ones_private(
    forecast: Forecast, cast: Cast
) -> None:
    public, private = write(forecast, cast.ann), write(forecast, cast.ann, at=NOW + MINUTE, is_private=True)
    accounts.close(account=cast.ann, by=cast.ann, at=NOW + DAY, typed_name="ann")
    public.refresh_from_db()
    assert public.author.username.startswith("closed-")
    assert public.withholding is None
    for viewer in (NOBODY, cast.bob, cast.admin):
        assert seen(viewer, NOW + 2 * DAY) == {public}
    assert Note.objects.filter(pk=private.pk).exists()


# What can be stored at all


@both_ways
def test_a_reply_cannot_leave_its_forecast_or_thread_nor_answer_what_is_private_or_later(
    record: Record, cast: Cast, put: Put
) -> None:
    first = write(record.forecast, cast.ann, at=NOW + DAY)
    reply = write(record.forecast, cast.ann, at=NOW + 2 * DAY, reply_to=first.pk)
    private = write(record.forecast, cast.ann, at=NOW + DAY + MINUTE, is_private=True)
    another = write(record.forecast, cast.ann, at=NOW + DAY + 2 * MINUTE)
    strange = write(record.other, cast.ann)
    for wrong in (private, strange):
        with refused("no earlier public note"):
            put(reply, made_at=NOW + 3 * DAY, reply_to_id=wrong.pk, thread_id=wrong.pk)
    for change in (
        {"thread_id": another.pk},
        {"thread_id": reply.pk, "reply_to_id": reply.pk},
        {"made_at": NOW},
        {"forecast_id": record.other.pk},
    ):
        with refused("no earlier public note"):
            put(reply, **{"made_at": NOW + 3 * DAY} | change)
    for half in ({"reply_to_id": None}, {"thread_id": None}):
        with refused("note_replies_within_a_thread|no earlier public note"):
            put(reply, **{"made_at": NOW + 3 * DAY} | half)
    put(reply, made_at=NOW + 3 * DAY, reply_to_id=reply.pk)


def test_a_note_cannot_answer_itself(record: Record) -> None:
    with refused("no earlier public note"):
        put_by_sql(record.note, id=77, reply_to_id=77, thread_id=77, made_at=NOW + DAY)


@both_ways
def test_a_note_cannot_go_with_anothers_estimate(record: Record, cast: Cast, put: Put) -> None:
    theirs = factories.estimate(record.forecast, cast.ann, 0.7)
    with refused("is not its author's"):
        put(record.note, made_at=NOW + DAY, estimate_id=theirs.pk)


@both_ways
def test_one_instant_and_one_key_are_one_note(record: Record, cast: Cast, put: Put) -> None:
    made = write(record.forecast, cast.ann, idempotency_key="k")
    with refused("note_once_per_instant"):
        put(made, idempotency_key=None)
    with refused("note_once_per_key"):
        put(made, made_at=NOW + DAY)
