"""Sending what waits: one request at a time to each webhook, claimed by a row lock, tried again until it is taken.

No transaction is open while the network is waited for. Whoever sends has the webhook to themselves for a while instead,
written down before they begin; a worker that died is followed by another once that has passed.
"""

import datetime as dt
import logging
from collections.abc import Callable
from random import SystemRandom
from typing import Final

from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery

from forecasts.refusals import Invalid
from tracker.models import Delivery, Event, Webhook

from . import registering, signing
from .addresses import Unreachable, look_up, target_of
from .composing import compose, id_of
from .posting import Answer, kept, post

log = logging.getLogger(__name__)
MINUTE: Final = dt.timedelta(minutes=1)
# How long to wait after each try; after the one that follows the last it is given up.
WAITS: Final = [MINUTE, 5 * MINUTE, 30 * MINUTE, 120 * MINUTE, 480 * MINUTE, 1440 * MINUTE]
# Meanwhile nothing else is sent there either, so that an address that does not answer costs workers little.
LONGEST_REST: Final = 30 * MINUTE
# A receiver that takes longer than a second rests for so many times as long as it took: it has a tenth of a worker.
SLOW, SLOW_RESTS = dt.timedelta(seconds=1), 9
# Longer than looking up a name and sending to it can take.
LEASE: Final = 5 * MINUTE
# Days without anything taken, and more tries than one delivery has, before it is switched off.
FAILS_FOR, FAILS_TIMES = dt.timedelta(days=3), 10
# First ones that one look hands to the workers; each hands on the next of its webhook.
MOST: Final = 1000
_chance = SystemRandom()


def due(*, at: dt.datetime) -> list[int]:
    """The first that waits of every webhook that may be sent to now."""
    first = _waiting(at).filter(webhook=OuterRef("pk")).order_by("next_at", "pk").values("pk")[:1]
    found = _ready(at).annotate(first=Subquery(first)).filter(first__isnull=False).order_by("first")
    return list(found.values_list("first", flat=True)[:MOST])


def send(*, delivery_id: int, clock: Callable[[], dt.datetime]) -> int | None:
    """Send one, unless it is not due or somebody is at it; return the next of its webhook, if there is one."""
    claimed = _claim(delivery_id, at=clock())
    if claimed is None:
        return None
    _settle(claimed, _answer(claimed, at=clock()), at=clock())
    at = clock()
    waiting = _waiting(at).filter(webhook__in=_ready(at).filter(pk=claimed.webhook_id).values("pk"))
    return waiting.order_by("next_at", "pk").values_list("pk", flat=True).first()


def _ready(at: dt.datetime) -> QuerySet[Webhook]:
    """Those of open accounts that are on and neither being sent to nor resting after a failure."""
    rested = Q(rests_until=None) | Q(rests_until__lte=at)
    return Webhook.objects.filter(rested, off_at=None, owner__is_active=True, owner__closed_at=None)


def _waiting(at: dt.datetime) -> QuerySet[Delivery]:
    return Delivery.objects.filter(state=Delivery.State.WAITING, next_at__lte=at)


@transaction.atomic
def _claim(delivery_id: int, *, at: dt.datetime) -> Delivery | None:
    """Have its webhook to oneself, and count the try before it is made."""
    webhook = (
        _ready(at).filter(deliveries=delivery_id).select_for_update(skip_locked=True, no_key=True, of=("self",)).first()
    )
    if webhook is None:
        return None
    delivery = _waiting(at).select_related("webhook__owner", "forecast").filter(pk=delivery_id).first()
    if delivery is None:
        return None
    Webhook.objects.filter(pk=webhook.pk).update(rests_until=at + LEASE)
    delivery.attempts += 1
    delivery.tried_at, delivery.next_at = at, at + LEASE
    delivery.save(update_fields=["attempts", "tried_at", "next_at"])
    return delivery


def _answer(delivery: Delivery, *, at: dt.datetime) -> Answer:
    try:
        target = target_of(delivery.webhook.url)
        addresses = look_up(target)
    except Invalid as refused:
        return Answer(None, kept(refused.message))
    except Unreachable as error:
        return Answer(None, kept(str(error)))
    body, id_, timestamp = compose(delivery, at=at), id_of(delivery), int(at.timestamp())
    headers = {
        "content-type": "application/json",
        "user-agent": "Forecast-Tracker-Webhooks/1",
        "webhook-id": id_,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signing.signature(delivery.webhook.salt, id_=id_, timestamp=timestamp, body=body),
    }
    return post(target, addresses, body, headers)


@transaction.atomic
def _settle(claimed: Delivery, answer: Answer, *, at: dt.datetime) -> None:
    """Note what came of it, unless somebody followed us, or the webhook is gone."""
    webhook = Webhook.objects.select_for_update(no_key=True).filter(pk=claimed.webhook_id).first()
    delivery = Delivery.objects.filter(pk=claimed.pk, attempts=claimed.attempts).first()
    if webhook is None or delivery is None:
        return
    delivery.status, delivery.said = answer.status, answer.said
    if answer.taken:
        delivery.state, delivery.next_at = Delivery.State.DELIVERED, None
        took = at - (claimed.tried_at or at)
        webhook.failures, webhook.failing_since = 0, None
        webhook.rests_until = at + SLOW_RESTS * took if took > SLOW else None
    else:
        _try_again(delivery, at)
        _let_rest(webhook, at)
    delivery.save(update_fields=["status", "said", "state", "next_at"])
    webhook.save(update_fields=["failures", "failing_since", "rests_until"])
    if webhook.failing_since and webhook.failures >= FAILS_TIMES and at - webhook.failing_since >= FAILS_FOR:
        why = f"It took nothing from {webhook.failing_since:%-d %B %Y} to {at:%-d %B %Y}, in {webhook.failures} tries."
        registering.switch_off(webhook=webhook, at=at, why=why)


def _try_again(delivery: Delivery, at: dt.datetime) -> None:
    """Later each time, and not all at the same moment. A trial is tried once."""
    if delivery.state != Delivery.State.WAITING:
        return
    if delivery.event == Event.PING or delivery.attempts > len(WAITS):
        delivery.state, delivery.next_at = Delivery.State.GIVEN_UP, None
        return
    delivery.next_at = at + WAITS[delivery.attempts - 1] * _chance.uniform(1, 1.2)


def _let_rest(webhook: Webhook, at: dt.datetime) -> None:
    webhook.failures += 1
    webhook.failing_since = webhook.failing_since or at
    webhook.rests_until = at + min(WAITS[min(webhook.failures, len(WAITS)) - 1], LONGEST_REST)
