"""Webhooks from what happens to what arrives: over real sockets, with the real code and a clock that the test holds."""

import base64
import datetime as dt
import hmac
import json
import threading
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import pytest
from django.db import connection, connections
from pytest_django import Settings

from forecasts.models import Forecast, Forecaster
from forecasts.services import accounts, crowds
from tests import factories
from tests.factories import DAY, NOW
from tests.receiver import Receiver, Request, receiving
from tracker import tasks
from tracker.models import SUBJECTS, Delivery, Webhook
from tracker.webhooks import finding, registering, sending, signing

pytestmark = pytest.mark.django_db
BEFORE = NOW - 10 * DAY
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture(autouse=True)
def private(settings: Settings) -> None:
    settings.WEBHOOKS_TO_PRIVATE = True


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def listen(owner: Forecaster, receiver: Receiver, *events: str, **fields: Any) -> Webhook:
    return registering.add(
        owner=owner, url=receiver.address, events=events or [str(each) for each in SUBJECTS], at=BEFORE, **fields
    )


def tell(at: dt.datetime = NOW) -> int:
    """What the beat and the workers do at an instant; returns how many were sent."""
    finding.find(at=at)
    sent = 0
    for first in sending.due(at=at):
        following: int | None = first
        while following:
            following = sending.send(delivery_id=following, clock=lambda: at)
            sent += 1
    return sent


def said(request: Request) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(request.body)
    return found


def types(receiver: Receiver) -> list[str]:
    return sorted(said(each)["type"] for each in receiver.got)


def resolved(by: Forecaster, outcome: str = "yes", **fields: Any) -> Forecast:
    forecast = factories.forecast(**fields)
    factories.estimate(forecast, by, 0.8, NOW - 50 * DAY)
    factories.resolution(forecast, outcome, NOW - DAY)
    factories.score()
    return forecast


def test_a_resolution_and_the_score_arrive_signed(cast: factories.Cast, receiver: Receiver) -> None:
    webhook = listen(cast.ann, receiver, "forecast.resolved", "forecast.scored")
    forecast = resolved(cast.ann)
    assert tell() == 2
    for request in receiver.got:
        assert verified(request, signing.secret_of(webhook.salt))
        assert not verified(request, signing.secret_of("another"))
    by_type = {said(each)["type"]: said(each) for each in receiver.got}
    told = by_type["forecast.resolved"]
    assert (told["at"], told["data"]["outcome"]) == ("2027-05-31T12:00:00Z", "yes")
    assert told["data"] == {
        "forecast": forecast.slug,
        "url": f"http://127.0.0.1:8000/forecasts/{forecast.slug}/",
        "question": forecast.question,
        "revision": 1,
        "outcome": "yes",
        "known_at": "2027-05-31T12:00:00Z",
        "decided_at": "2027-05-31T12:00:00Z",
        "reason": "It was counted.",
        "links": [],
    }
    scored = by_type["forecast.scored"]["data"]
    assert scored["scores"]["brier"] == {"value": pytest.approx(0.04), "unit": "0 to 1", "better": "lower"}
    assert scored["scores_url"].endswith(f"/forecasts/{forecast.slug}/scores/")
    assert scored["settled"] is False


def verified(request: Request, secret: str) -> bool:
    """As the README tells receivers to do."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{request.headers['webhook-id']}.{request.headers['webhook-timestamp']}.".encode() + request.body
    right = "v1," + base64.b64encode(hmac.new(key, signed, sha256).digest()).decode()
    assert request.headers["webhook-id"] == said(request)["id"]
    return hmac.compare_digest(right, request.headers["webhook-signature"])


def test_nothing_is_told_twice(cast: factories.Cast, receiver: Receiver) -> None:
    listen(cast.ann, receiver)
    resolved(cast.ann)
    told = tell()
    assert told == len(receiver.got) == 3
    assert tell(NOW + MINUTE) == 0
    assert tell(NOW + DAY) == 0


def test_every_revision_of_a_resolution_is_told(cast: factories.Cast, receiver: Receiver) -> None:
    listen(cast.ann, receiver, "forecast.resolved")
    forecast = resolved(cast.ann)
    tell()
    factories.resolution(forecast, "no", NOW, revision=1)
    tell(NOW + MINUTE)
    factories.resolution(forecast, "reopened", NOW + MINUTE)
    factories.resolution(forecast, "annulled", NOW + 2 * MINUTE, revision=3)
    tell(NOW + 3 * MINUTE)
    told = [said(each)["data"] for each in receiver.got]
    assert [(each["revision"], each["outcome"]) for each in told] == [
        (1, "yes"),
        (2, "no"),
        (3, "reopened"),
        (4, "annulled"),
    ]
    assert len({each.headers["webhook-id"] for each in receiver.got}) == 4


def test_a_score_is_told_to_its_owner_only_and_again_when_it_is_corrected(
    cast: factories.Cast, receiver: Receiver
) -> None:
    listen(cast.ann, receiver, "forecast.scored")
    with receiving() as other:
        listen(cast.bob, other, "forecast.scored")
        forecast = resolved(cast.ann)
        tell()
        factories.resolution(forecast, "no", NOW, revision=1)
        factories.score(NOW + MINUTE)
        tell(NOW + 2 * MINUTE)
        assert other.got == []
    values = [said(each)["data"]["scores"]["brier"]["value"] for each in receiver.got]
    assert values == [pytest.approx(0.04), pytest.approx(0.64)]


def test_an_opening_is_told_when_it_comes(cast: factories.Cast, receiver: Receiver) -> None:
    listen(cast.ann, receiver, "forecast.opened")
    forecast = factories.forecast(opens_at=NOW + DAY, at=NOW - DAY)
    assert tell() == 0
    assert tell(NOW + DAY) == 1
    told = said(receiver.got[0])
    assert (told["data"]["forecast"], told["at"]) == (forecast.slug, "2027-06-02T12:00:00Z")
    assert told["data"]["closes_at"] == "2027-09-09T12:00:00Z"


def test_what_is_registered_after_its_opening_opened_when_it_was_registered(
    cast: factories.Cast, receiver: Receiver
) -> None:
    listen(cast.ann, receiver, "forecast.opened")
    factories.forecast(opens_at=NOW - 90 * DAY, at=NOW - DAY)
    tell()
    assert said(receiver.got[0])["at"] == "2027-05-31T12:00:00Z"


def test_a_reveal_is_told_with_the_crowd(cast: factories.Cast, receiver: Receiver) -> None:
    listen(cast.ann, receiver, "crowd.revealed")
    forecast = factories.forecast(reveal_at=NOW)
    factories.estimate(forecast, cast.bob, 0.37, NOW - DAY)
    crowds.refresh(forecast_id=forecast.pk, at=NOW)
    assert tell(NOW - MINUTE) == 0
    assert tell() == 1
    assert said(receiver.got[0])["data"]["crowd"] == {"probability": 0.37, "n_standing": 1}


@pytest.mark.parametrize("reveal_at", [None, NOW + 300 * DAY])
def test_a_decision_reveals_the_crowd_and_the_time_that_was_set_does_not_do_so_again(
    cast: factories.Cast, receiver: Receiver, reveal_at: dt.datetime | None
) -> None:
    listen(cast.ann, receiver, "crowd.revealed")
    resolved(cast.bob, reveal_at=reveal_at)
    assert tell() == 1
    assert tell(NOW + 400 * DAY) == 0


def test_a_hidden_crowd_is_never_told(cast: factories.Cast, receiver: Receiver) -> None:
    listen(cast.ann, receiver)
    forecast = factories.forecast(at=NOW - DAY, reveal_at=NOW + 50 * DAY)
    factories.estimate(forecast, cast.bob, 0.37, NOW - DAY / 2, rationale="Nobody knows.")
    crowds.refresh(forecast_id=forecast.pk, at=NOW)
    assert tell() == 1
    assert types(receiver) == ["forecast.opened"]
    assert b"0.37" not in receiver.got[0].body
    assert b"Nobody knows." not in receiver.got[0].body


def test_a_crowd_that_was_hidden_again_before_it_was_told_is_not_told(cast: factories.Cast, receiver: Receiver) -> None:
    listen(cast.ann, receiver, "crowd.revealed")
    forecast = resolved(cast.bob, reveal_at=NOW + 50 * DAY)
    finding.find(at=NOW)
    factories.resolution(forecast, "reopened", NOW)
    assert tell(NOW + MINUTE) == 1
    assert said(receiver.got[0])["data"]["crowd"] is None


def test_a_webhook_hears_of_its_scope_and_of_its_events_only(cast: factories.Cast, receiver: Receiver) -> None:
    factories.forecast(tags=["season"])
    listen(cast.ann, receiver, "forecast.resolved", tag="season")
    resolved(cast.ann)
    inside = resolved(cast.ann, tags=["season"])
    assert tell() == 1
    assert said(receiver.got[0])["data"]["forecast"] == inside.slug


def test_a_webhook_hears_of_its_source_only(cast: factories.Cast, receiver: Receiver) -> None:
    source = factories.source("essay")
    claim = source.claims.create(key="C1", position=1, restated="It grows.")
    listen(cast.ann, receiver, "forecast.resolved", source="essay")
    resolved(cast.ann)
    inside = resolved(cast.ann, claim=claim)
    assert tell() == 1
    assert said(receiver.got[0])["data"]["forecast"] == inside.slug


def test_what_happened_before_it_was_added_is_not_told(cast: factories.Cast, receiver: Receiver) -> None:
    resolved(cast.ann)
    listen(cast.ann, receiver)
    Webhook.objects.update(since_at=NOW)
    assert tell() == 0


def test_what_happened_while_it_was_off_is_not_told(cast: factories.Cast, receiver: Receiver) -> None:
    webhook = listen(cast.ann, receiver, "forecast.resolved")
    registering.switch_off(webhook=webhook, at=BEFORE)
    resolved(cast.ann)
    assert tell() == 0
    registering.switch_on(webhook=webhook, at=NOW)
    assert tell(NOW + MINUTE) == 0
    later = factories.forecast()
    factories.resolution(later, "yes", NOW + MINUTE)
    assert tell(NOW + 2 * MINUTE) == 1


@pytest.mark.parametrize("gone", ["inactive", "closed"])
def test_whoever_is_gone_gets_nothing(cast: factories.Cast, receiver: Receiver, gone: str) -> None:
    listen(cast.ann, receiver)
    resolved(cast.ann)
    finding.find(at=NOW)
    if gone == "closed":
        accounts.close(account=cast.ann, by=cast.ann, at=NOW, typed_name="ann")
        assert not Webhook.objects.exists()
    else:
        Forecaster.objects.filter(pk=cast.ann.pk).update(is_active=False)
    assert tell() == 0
    assert receiver.got == []


def test_a_rehearsal_is_not_told(cast: factories.Cast, receiver: Receiver) -> None:
    listen(cast.ann, receiver)
    forecast = resolved(cast.ann)
    Forecast.objects.filter(pk=forecast.pk).update(simulated=True)
    assert tell() == 0


def test_a_long_absence_of_the_jobs_loses_nothing(
    cast: factories.Cast, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "BATCH", 2)
    listen(cast.ann, receiver, "forecast.resolved")
    tell(BEFORE + MINUTE)
    for _ in range(5):
        resolved(cast.ann)
    assert tell(NOW + 300 * DAY) == 5


def test_a_private_address_is_refused_when_it_is_sent_to(
    cast: factories.Cast, receiver: Receiver, settings: Settings
) -> None:
    listen(cast.ann, receiver, "forecast.resolved")
    resolved(cast.ann)
    settings.WEBHOOKS_TO_PRIVATE = False
    tell()
    Webhook.objects.update(url="https://localhost/", rests_until=None)
    tell(NOW + 2 * MINUTE)
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.attempts, receiver.got) == (None, 2, [])
    assert "localhost leads to" in delivery.said


def test_no_transaction_is_open_while_the_network_is_waited_for(
    cast: factories.Cast, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    depth = len(connection.savepoint_ids)
    seen = []
    real = sending.post
    monkeypatch.setattr(sending, "post", lambda *given: seen.append(len(connection.savepoint_ids)) or real(*given))
    listen(cast.ann, receiver, "forecast.resolved")
    resolved(cast.ann)
    tell()
    assert seen == [depth]


@pytest.mark.django_db(transaction=True)
def test_two_jobs_at_once_send_once() -> None:
    with receiving() as receiver:
        account = factories.forecaster("ann")
        listen(account, receiver)
        resolved(account)
        gate = threading.Barrier(2)

        def run() -> None:
            gate.wait()
            try:
                tell()
            finally:
                connections.close_all()

        jobs = [threading.Thread(target=run) for _ in range(2)]
        for job in jobs:
            job.start()
        for job in jobs:
            job.join()
        tell(NOW + MINUTE)
        assert types(receiver) == ["crowd.revealed", "forecast.resolved", "forecast.scored"]
    assert set(Delivery.objects.values_list("state", "attempts")) == {("delivered", 1)}


def test_the_jobs_find_and_send_by_themselves(
    cast: factories.Cast, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    listen(cast.ann, receiver)
    resolved(cast.ann)
    monkeypatch.setattr(tasks, "clock", lambda: NOW)
    monkeypatch.setattr(tasks, "enqueue", lambda job, id_, **_: job(id_))
    tasks.tell_webhooks()
    assert len(receiver.got) == 3
