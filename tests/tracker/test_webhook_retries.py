"""What is not taken is tried again, ever later, then given up; and who takes nothing for days is switched off."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django import Settings

from tests import factories
from tests.factories import DAY, NOW
from tests.receiver import Receiver, receiving
from tracker.models import Delivery, Webhook
from tracker.webhooks import finding, registering, sending

from .test_webhooks import listen, tell

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture(autouse=True)
def private(settings: Settings) -> None:
    settings.WEBHOOKS_TO_PRIVATE = True


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        receiver.status = 503
        yield receiver


def decided(at: dt.datetime = NOW - DAY) -> None:
    factories.resolution(factories.forecast(), "yes", at)


def test_it_is_tried_again_ever_later_and_then_given_up(cast: factories.Cast, receiver: Receiver) -> None:
    listen(cast.ann, receiver, "forecast.resolved")
    decided()
    at, waited = NOW, []
    while tell(at):
        delivery = Delivery.objects.get()
        if delivery.next_at:
            waited.append(delivery.next_at - at)
            assert tell(delivery.next_at - dt.timedelta(seconds=1)) == 0
            at = delivery.next_at
    assert len(waited) == 6
    for wait, least in zip(waited, (1, 5, 30, 120, 480, 1440), strict=True):
        assert least * MINUTE <= wait <= least * MINUTE * 1.2
    assert (delivery.state, delivery.attempts, delivery.status, delivery.said) == ("given-up", 7, 503, "thanks")
    assert tell(at + 30 * DAY) == 0


def test_every_try_has_the_same_id_and_its_own_time(cast: factories.Cast, receiver: Receiver) -> None:
    listen(cast.ann, receiver, "forecast.resolved")
    decided()
    tell()
    receiver.status = 200
    assert tell(NOW + 2 * MINUTE) == 1
    one, other = receiver.got
    assert one.headers["webhook-id"] == other.headers["webhook-id"]
    assert int(other.headers["webhook-timestamp"]) - int(one.headers["webhook-timestamp"]) == 120
    assert Delivery.objects.get().state == "delivered"


def test_after_a_failure_nothing_else_is_sent_there_until_it_has_rested(
    cast: factories.Cast, receiver: Receiver
) -> None:
    listen(cast.ann, receiver, "forecast.resolved")
    for _ in range(3):
        decided()
    assert tell() == 1
    assert tell(NOW + MINUTE / 2) == 0
    receiver.status = 204
    assert tell(NOW + 2 * MINUTE) == 3
    assert Webhook.objects.get().failures == 0
    assert Webhook.objects.get().rests_until is None


def test_one_that_fails_does_not_hold_up_another(cast: factories.Cast, receiver: Receiver) -> None:
    listen(cast.ann, receiver, "forecast.resolved")
    with receiving() as other:
        listen(cast.bob, other, "forecast.resolved")
        decided()
        decided()
        tell()
        assert (len(receiver.got), len(other.got)) == (1, 2)


def test_one_that_takes_long_rests_for_nine_times_as_long(cast: factories.Cast, receiver: Receiver) -> None:
    listen(cast.ann, receiver, "forecast.resolved")
    decided()
    decided()
    receiver.status = 200
    ticks = iter(NOW + dt.timedelta(seconds=4) * number for number in range(9))
    assert finding.find(at=NOW) == 2
    (first,) = sending.due(at=NOW)
    assert sending.send(delivery_id=first, clock=lambda: next(ticks)) is None
    rests = Webhook.objects.get().rests_until
    assert rests == NOW + dt.timedelta(seconds=8 + 9 * 8)
    assert sending.due(at=NOW + dt.timedelta(seconds=79)) == []
    assert len(sending.due(at=NOW + dt.timedelta(seconds=80))) == 1


def test_a_worker_that_died_is_followed_by_another_under_the_same_id(
    cast: factories.Cast, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    listen(cast.ann, receiver, "forecast.resolved")
    decided()
    receiver.status = 200

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(sending, "_settle", die)
        with pytest.raises(KeyboardInterrupt):
            tell()
    assert tell(NOW + MINUTE) == 0
    assert tell(NOW + sending.LEASE) == 1
    assert len({each.headers["webhook-id"] for each in receiver.got}) == 1
    assert (Delivery.objects.get().state, Delivery.objects.get().attempts) == ("delivered", 2)


def test_one_that_takes_nothing_for_days_is_switched_off_and_says_why(cast: factories.Cast, receiver: Receiver) -> None:
    webhook = listen(cast.ann, receiver, "forecast.resolved")
    at, ends = NOW, NOW + 6 * DAY
    while at < ends:
        decided(at)
        tell(at)
        at += DAY / 4
    webhook.refresh_from_db()
    assert webhook.off_at is not None
    assert NOW + 3 * DAY <= webhook.off_at <= NOW + 4 * DAY
    assert webhook.off_why.startswith("It took nothing from 1 June 2027 to ")
    assert not Delivery.objects.filter(state="waiting").exists()
    registering.switch_on(webhook=webhook, at=ends)
    receiver.status = 200
    decided(ends + MINUTE)
    assert tell(ends + 2 * MINUTE) == 1


def test_a_few_failures_far_apart_switch_nothing_off(cast: factories.Cast, receiver: Receiver) -> None:
    listen(cast.ann, receiver, "forecast.resolved")
    for day in (0, 10, 20):
        decided(NOW + day * DAY)
        tell(NOW + day * DAY)
    assert Webhook.objects.get().off_at is None


def test_one_success_ends_the_count(cast: factories.Cast, receiver: Receiver) -> None:
    listen(cast.ann, receiver, "forecast.resolved")
    decided()
    tell()
    assert (Webhook.objects.get().failures, Webhook.objects.get().failing_since) == (1, NOW)
    receiver.status = 200
    tell(NOW + DAY)
    assert (Webhook.objects.get().failures, Webhook.objects.get().failing_since) == (0, None)


def test_a_trial_is_tried_once_and_at_once(cast: factories.Cast, receiver: Receiver) -> None:
    webhook = listen(cast.ann, receiver)
    Webhook.objects.update(rests_until=NOW + DAY, failures=3, failing_since=NOW)
    registering.try_out(webhook=webhook, at=NOW)
    assert tell() == 1
    assert Delivery.objects.get().state == "given-up"
    receiver.status = 200
    registering.try_out(webhook=webhook, at=NOW)
    assert tell() == 1
    one, other = receiver.got
    assert one.headers["webhook-id"] != other.headers["webhook-id"]
    assert Webhook.objects.get().failures == 0


def test_one_that_is_switched_off_or_removed_while_it_is_sent_to_stays_so(
    cast: factories.Cast, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook = listen(cast.ann, receiver, "forecast.resolved")
    decided()
    real = sending.post

    def meanwhile(*given: Any) -> Any:
        registering.switch_off(webhook=webhook, at=NOW)
        return real(*given)

    monkeypatch.setattr(sending, "post", meanwhile)
    tell()
    assert Webhook.objects.get().off_why == registering.BY_OWNER
    assert (Delivery.objects.get().state, Delivery.objects.get().status) == ("given-up", 503)
    registering.switch_on(webhook=webhook, at=NOW)
    decided(NOW + DAY)
    monkeypatch.setattr(sending, "post", lambda *given: registering.remove(webhook=webhook) or real(*given))
    assert tell(NOW + DAY) == 1
    assert not Webhook.objects.exists()
