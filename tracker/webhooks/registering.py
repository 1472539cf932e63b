"""Adding, trying, switching and removing one's own webhooks."""

import datetime as dt
from collections.abc import Sequence
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from forecasts.models import Forecast, Forecaster, Source
from forecasts.refusals import Conflict, Invalid, NotAllowed
from tracker.models import SUBJECTS, Delivery, Event, Webhook

from .addresses import target_of

MOST: Final = 10
BY_OWNER: Final = "You switched it off."


def own(owner: Forecaster) -> QuerySet[Webhook]:
    return Webhook.objects.filter(owner=owner.pk).select_related("source").order_by("id")


def log_of(webhook: Webhook) -> QuerySet[Delivery]:
    """What was sent to it and what waits, the newest first."""
    return webhook.deliveries.select_related("webhook", "forecast").order_by("-id")


@transaction.atomic
def add(
    *, owner: Forecaster, url: str, events: Sequence[str], at: dt.datetime, source: str = "", tag: str = ""
) -> Webhook:
    """A webhook that is told of what happens from now on. Its secret is signing.secret_of its salt."""
    if not owner.takes_part:
        raise NotAllowed("Only the holder of an open account adds webhooks.")
    target_of(url)
    wanted = _known(events)
    if source and tag:
        raise Invalid("Narrow it to a source or to a tag, not both. Add two webhooks instead.", field="tag")
    if tag and not Forecast.objects.filter(tags__contains=[tag], simulated=False).exists():
        raise Invalid(f"No forecast has the tag “{tag}”.", field="tag")
    Forecaster.objects.select_for_update(no_key=True).get(pk=owner.pk)
    if own(owner).count() >= MOST:
        raise Conflict(f"You have {MOST} webhooks. Delete one first.")
    return Webhook.objects.create(
        owner=owner, url=url, events=wanted, source=_source(source), tag=tag, made_at=at, since_at=at
    )


def _known(events: Sequence[str]) -> list[str]:
    """In the order of the list, each once."""
    known = [str(each) for each in SUBJECTS]
    if unknown := sorted(set(events) - set(known)):
        raise Invalid(f"“{unknown[0]}” is not one of {', '.join(known)}.", field="events")
    if not events:
        raise Invalid(f"Choose at least one of {', '.join(known)}.", field="events")
    return [each for each in known if each in events]


def _source(slug: str) -> Source | None:
    if not slug:
        return None
    found = Source.objects.filter(slug=slug).first()
    if found is None:
        raise Invalid(f"There is no source “{slug}”.", field="source")
    return found


@transaction.atomic
def try_out(*, webhook: Webhook, at: dt.datetime) -> Delivery:
    """Have a ping sent to it now, even while it rests after a failure."""
    held = Webhook.objects.select_for_update().get(pk=webhook.pk)
    if held.off_at is not None:
        raise Conflict("It is switched off. Switch it on first.")
    if held.deliveries.filter(event=Event.PING, state=Delivery.State.WAITING).exists():
        raise Conflict("A ping waits already. It is sent within half a minute.")
    held.rests_until = None
    held.save(update_fields=["rests_until"])
    return Delivery.objects.create(webhook=held, event=Event.PING, about_at=at, next_at=at)


@transaction.atomic
def switch_on(*, webhook: Webhook, at: dt.datetime) -> None:
    """From now on it is told again; what happened while it was off is not."""
    held = Webhook.objects.select_for_update().get(pk=webhook.pk)
    if held.off_at is None:
        return
    held.off_at, held.off_why, held.since_at = None, "", at
    held.failures, held.failing_since, held.rests_until = 0, None, None
    held.save()


@transaction.atomic
def switch_off(*, webhook: Webhook, at: dt.datetime, why: str = BY_OWNER) -> None:
    """Nothing is sent any more, not even what waits."""
    held = Webhook.objects.select_for_update().get(pk=webhook.pk)
    if held.off_at is not None:
        return
    held.off_at, held.off_why = at, why
    held.save(update_fields=["off_at", "off_why"])
    held.deliveries.filter(state=Delivery.State.WAITING).update(state=Delivery.State.GIVEN_UP, next_at=None)


def remove(*, webhook: Webhook) -> None:
    """It ends, and its log with it."""
    webhook.delete()


def forget(*, owner_id: int) -> None:
    """All of an account that is being closed."""
    Webhook.objects.filter(owner=owner_id).delete()
