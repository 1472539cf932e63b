"""Adding, switching and trying one's own webhooks, and what is refused."""

from typing import Any

import pytest

from forecasts.refusals import Conflict, Invalid, NotAllowed
from tests import factories
from tests.factories import DAY, NOW
from tracker.models import Delivery, Webhook
from tracker.webhooks import registering, signing

pytestmark = pytest.mark.django_db


def add(cast: factories.Cast, **fields: Any) -> Webhook:
    given = {"owner": cast.ann, "url": "https://example.org/hook", "events": ["forecast.opened"], "at": NOW}
    return registering.add(**given | fields)


def test_events_are_kept_in_their_order_each_once(cast: factories.Cast) -> None:
    made = add(cast, events=["crowd.revealed", "forecast.opened", "crowd.revealed"])
    assert made.events == ["forecast.opened", "crowd.revealed"]
    assert (made.since_at, made.off_at, made.tag, made.source) == (NOW, None, "", None)


def test_each_has_a_secret_of_its_own_that_is_always_the_same(cast: factories.Cast) -> None:
    one, other = add(cast), add(cast)
    assert signing.secret_of(one.salt) == signing.secret_of(Webhook.objects.get(pk=one.pk).salt)
    assert signing.secret_of(one.salt) != signing.secret_of(other.salt)
    assert signing.secret_of(one.salt).startswith("whsec_")


def test_no_secret_is_stored(cast: factories.Cast) -> None:
    made = add(cast)
    secret = signing.secret_of(made.salt)
    assert not [value for value in Webhook.objects.values_list().get() if secret[6:20] in str(value)]


def test_it_can_be_narrowed_to_a_source_or_a_tag(cast: factories.Cast) -> None:
    source = factories.source("essay")
    factories.forecast(tags=["season"])
    assert add(cast, source="essay").source == source
    assert add(cast, tag="season").tag == "season"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"url": "https://127.0.0.1/"}, "url"),
        ({"events": []}, "events"),
        ({"events": ["ping"]}, "events"),
        ({"source": "none"}, "source"),
        ({"tag": "none"}, "tag"),
        ({"source": "essay", "tag": "season"}, "tag"),
    ],
)
def test_what_cannot_be_is_refused_by_field(cast: factories.Cast, fields: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        add(cast, **fields)
    assert refused.value.field == field
    assert not Webhook.objects.exists()


def test_there_are_ten_at_most(cast: factories.Cast) -> None:
    for _ in range(10):
        add(cast)
    with pytest.raises(Conflict, match="Delete one first"):
        add(cast)
    add(cast, owner=cast.bob)


def test_a_closed_account_adds_none(cast: factories.Cast) -> None:
    cast.ann.closed_at = NOW
    with pytest.raises(NotAllowed):
        add(cast)


def test_a_trial_waits_once_and_is_not_held_up_by_failures(cast: factories.Cast) -> None:
    webhook = add(cast)
    Webhook.objects.update(rests_until=NOW + DAY)
    registering.try_out(webhook=webhook, at=NOW)
    webhook.refresh_from_db()
    assert webhook.rests_until is None
    with pytest.raises(Conflict, match="waits already"):
        registering.try_out(webhook=webhook, at=NOW)
    assert Delivery.objects.count() == 1


def test_one_that_is_off_is_not_tried_and_gives_up_what_waits(cast: factories.Cast) -> None:
    webhook = add(cast)
    registering.try_out(webhook=webhook, at=NOW)
    registering.switch_off(webhook=webhook, at=NOW)
    webhook.refresh_from_db()
    assert (webhook.off_at, webhook.off_why) == (NOW, registering.BY_OWNER)
    assert Delivery.objects.get().state == "given-up"
    with pytest.raises(Conflict, match="Switch it on first"):
        registering.try_out(webhook=webhook, at=NOW)


def test_one_that_is_switched_on_begins_anew(cast: factories.Cast) -> None:
    webhook = add(cast)
    Webhook.objects.update(failures=3, failing_since=NOW)
    registering.switch_off(webhook=webhook, at=NOW)
    registering.switch_on(webhook=webhook, at=NOW + DAY)
    webhook.refresh_from_db()
    assert (webhook.off_at, webhook.failures, webhook.since_at) == (None, 0, NOW + DAY)
    registering.switch_on(webhook=webhook, at=NOW + 2 * DAY)
    webhook.refresh_from_db()
    assert webhook.since_at == NOW + DAY


def test_switching_twice_changes_nothing(cast: factories.Cast) -> None:
    webhook = add(cast)
    registering.switch_off(webhook=webhook, at=NOW, why="It failed.")
    registering.switch_off(webhook=webhook, at=NOW + DAY)
    webhook.refresh_from_db()
    assert (webhook.off_at, webhook.off_why) == (NOW, "It failed.")
