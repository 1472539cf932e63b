"""Choosing what letters tell: when the next is looked for, what is not told, and who is refused."""

import datetime as dt

import pytest

from forecasts import links
from forecasts.models import Forecaster, Mailbox, Rhythm
from forecasts.refusals import Invalid, NotAllowed
from forecasts.services import accounts, mailboxes
from tests import factories
from tests.factories import DAY, NOW

pytestmark = pytest.mark.django_db
# NOW is a Tuesday, noon.
TOMORROW, MONDAY = dt.datetime(2027, 6, 2, 7, tzinfo=dt.UTC), dt.datetime(2027, 6, 7, 7, tzinfo=dt.UTC)


def choose(account: Forecaster, rhythm: str = Rhythm.DAILY, at: dt.datetime = NOW, **changed: object) -> Mailbox:
    given = {"by": account, "tells": mailboxes.KINDS} | changed
    return mailboxes.choose(account=account, at=at, rhythm=rhythm, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rhythm", "resolves", "expected"),
    [
        (Rhythm.DAILY, False, TOMORROW),
        (Rhythm.WEEKLY, False, MONDAY),
        (Rhythm.WEEKLY, True, TOMORROW),
        (Rhythm.NEVER, True, None),
    ],
)
def test_the_next_look_is_in_the_morning_of_the_day_that_suits(
    rhythm: str, resolves: bool, expected: dt.datetime | None
) -> None:
    account = Forecaster(is_resolver=resolves)
    assert mailboxes.next_look(account, rhythm, after=NOW) == expected


def test_at_the_very_hour_the_next_look_is_the_next_one() -> None:
    assert mailboxes.next_look(Forecaster(), Rhythm.DAILY, after=TOMORROW) == TOMORROW + DAY


def test_what_happened_before_a_kind_is_switched_on_is_not_told(cast: factories.Cast) -> None:
    assert choose(cast.ann, tells=["closing"]).since_at == NOW
    assert choose(cast.ann, at=NOW + DAY, rhythm=Rhythm.WEEKLY, tells=["closing"]).since_at == NOW
    assert choose(cast.ann, at=NOW + 2 * DAY, tells=["closing", "resolved"]).since_at == NOW + 2 * DAY
    choose(cast.ann, Rhythm.NEVER, at=NOW + 3 * DAY)
    assert choose(cast.ann, at=NOW + 4 * DAY).since_at == NOW + 4 * DAY


def test_what_is_not_offered_is_refused_beside_its_field(cast: factories.Cast) -> None:
    with pytest.raises(Invalid) as refused:
        choose(cast.ann, rhythm="hourly")
    assert refused.value.field == "rhythm"
    with pytest.raises(Invalid) as refused:
        choose(cast.ann, tells=["gossip"])
    assert refused.value.field == "tells"
    assert not Mailbox.objects.exists()


def test_nobody_chooses_for_another_nor_for_a_closed_account(cast: factories.Cast) -> None:
    with pytest.raises(NotAllowed):
        choose(cast.ann, by=cast.admin)
    with pytest.raises(NotAllowed):
        mailboxes.renew_link(account=cast.ann, by=cast.admin)
    closed = accounts.close(account=cast.bob, by=cast.bob, at=NOW, typed_name="bob")
    with pytest.raises(NotAllowed):
        choose(closed)
    assert not mailboxes.stop(account_id=closed.pk, at=NOW)
    assert not Mailbox.objects.exists()


def test_stopping_twice_is_stopping_once(cast: factories.Cast) -> None:
    choose(cast.ann)
    for _ in range(2):
        assert mailboxes.stop(account_id=cast.ann.pk, at=NOW)
    assert [(box.rhythm, box.next_at) for box in Mailbox.objects.all()] == [(Rhythm.NEVER, None)]


def test_whoever_never_chose_can_stop_too(cast: factories.Cast) -> None:
    assert mailboxes.stop(account_id=cast.ann.pk, at=NOW)
    assert Mailbox.objects.get().rhythm == Rhythm.NEVER


def test_a_private_link_names_its_account_until_it_is_renewed(cast: factories.Cast) -> None:
    token = links.feed_token(cast.ann)
    assert links.owner_of_feed(token) == cast.ann
    mailboxes.renew_link(account=cast.ann, by=cast.ann)
    assert links.owner_of_feed(token) is None
    assert links.owner_of_feed(links.feed_token(cast.ann)) == cast.ann
