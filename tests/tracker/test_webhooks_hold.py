"""What the database itself refuses of webhooks and deliveries, through the ORM and by SQL."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from forecasts.services import accounts
from tests import factories
from tests.factories import NOW
from tracker.models import Delivery, Webhook

pytestmark = pytest.mark.django_db


@pytest.fixture
def webhook(cast: factories.Cast) -> Webhook:
    return Webhook.objects.create(
        owner=cast.ann, url="https://example.org/hook", events=["forecast.opened"], made_at=NOW, since_at=NOW
    )


@pytest.fixture
def delivery(webhook: Webhook) -> Delivery:
    return Delivery.objects.create(
        webhook=webhook, event="forecast.opened", forecast=factories.forecast(), about_at=NOW, next_at=NOW
    )


def test_nothing_is_told_twice(delivery: Delivery) -> None:
    told = {"webhook": delivery.webhook, "event": delivery.event, "forecast": delivery.forecast}
    with pytest.raises(IntegrityError, match="delivery_tells_once"), transaction.atomic():
        Delivery.objects.create(**told, about_at=NOW, next_at=NOW)
    with (
        pytest.raises(IntegrityError, match="delivery_tells_once"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "INSERT INTO tracker_delivery (webhook_id, event, forecast_id, revision, about_at, state, attempts, said)"
            " SELECT webhook_id, event, forecast_id, revision, now(), 'given-up', 0, '' FROM tracker_delivery"
        )


@pytest.mark.parametrize(
    ("changed", "constraint"),
    [
        ({"event": "forecast.closed"}, "delivery_event_is_known"),
        ({"event": "ping"}, "delivery_is_about_a_forecast"),
        ({"forecast_id": None}, "delivery_is_about_a_forecast"),
        ({"state": "delivered"}, "delivery_is_tried_again_while_it_waits"),
        ({"next_at": None}, "delivery_is_tried_again_while_it_waits"),
        ({"state": "lost", "next_at": None}, "delivery_is_tried_again_while_it_waits"),
    ],
)
def test_a_delivery_is_in_a_state_that_there_is(delivery: Delivery, changed: dict[str, Any], constraint: str) -> None:
    refused(Delivery, changed, constraint)


@pytest.mark.parametrize(
    ("changed", "constraint"),
    [
        ({"url": "ftp://example.org/"}, "webhook_address_is_http"),
        ({"events": []}, "webhook_events_are_known"),
        ({"events": ["ping"]}, "webhook_events_are_known"),
        ({"off_at": NOW}, "webhook_says_why_it_is_off"),
        ({"off_why": "It failed."}, "webhook_says_why_it_is_off"),
        ({"failures": 1}, "webhook_fails_since_its_first_failure"),
        ({"failing_since": NOW}, "webhook_fails_since_its_first_failure"),
    ],
)
def test_a_webhook_is_in_a_state_that_there_is(webhook: Webhook, changed: dict[str, Any], constraint: str) -> None:
    refused(Webhook, changed, constraint)


def test_a_webhook_has_one_scope(webhook: Webhook) -> None:
    refused(Webhook, {"source_id": factories.source().pk, "tag": "season"}, "webhook_has_one_scope")


def refused(model: type[Webhook] | type[Delivery], changed: dict[str, Any], constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        model.objects.update(**changed)
    columns = ", ".join(f"{column} = %s" for column in changed)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {model._meta.db_table} SET {columns}", list(changed.values()))


def test_closing_an_account_ends_its_webhooks(cast: factories.Cast, delivery: Delivery) -> None:
    kept = Webhook.objects.create(
        owner=cast.bob, url="https://example.org/", events=["forecast.opened"], made_at=NOW, since_at=NOW
    )
    accounts.close(account=cast.ann, by=cast.ann, at=NOW, typed_name="ann")
    assert list(Webhook.objects.all()) == [kept]
    assert not Delivery.objects.exists()
