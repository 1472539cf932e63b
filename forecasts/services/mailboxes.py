"""What an account wants to be told, and its private link: chosen, stopped, renewed."""

import datetime as dt
from collections.abc import Collection

from django.db import transaction
from django.db.models import F

from forecasts.models import Forecaster, Mailbox, Rhythm
from forecasts.refusals import Invalid, NotAllowed

KINDS = ("closing", "revealed", "resolved", "due")
# In the morning of most of Europe and Africa; UTC, like every time here.
HOUR, MONDAY = 7, 0
# An address that refuses is tried once a day, and given up after so long.
AGAIN, GIVE_UP = dt.timedelta(days=1), dt.timedelta(days=5)


def mailbox_of(account: Forecaster, *, at: dt.datetime) -> Mailbox:
    """The account's, or the one it would begin with, not saved."""
    found = Mailbox.objects.filter(pk=account.pk).first()
    return found or Mailbox(forecaster=account, since_at=at, next_at=next_look(account, Rhythm.WEEKLY, after=at))


def next_look(account: Forecaster, rhythm: str, *, after: dt.datetime) -> dt.datetime | None:
    """When to look for news: each morning, or each Monday's. What is due asks for its resolver's eyes each morning."""
    if rhythm == Rhythm.NEVER:
        return None
    morning = after.astimezone(dt.UTC).replace(hour=HOUR, minute=0, second=0, microsecond=0)
    while morning <= after or (rhythm == Rhythm.WEEKLY and not account.may_resolve and morning.weekday() != MONDAY):
        morning += dt.timedelta(days=1)
    return morning


@transaction.atomic
def choose(*, account: Forecaster, by: Forecaster, at: dt.datetime, rhythm: str, tells: Collection[str]) -> Mailbox:
    """Say how often letters may come, and of what. What happened before a kind is switched on is not told.

    Whoever chooses wants letters: an address that was given up is tried again.
    """
    _refuse_others(account, by)
    if rhythm not in Rhythm.values:
        raise Invalid(f"Choose one of {', '.join(Rhythm.values)}.", field="rhythm")
    if unknown := sorted(set(tells) - set(KINDS)):
        raise Invalid(f"“{unknown[0]}” is not one of {', '.join(KINDS)}.", field="tells")
    before = Mailbox.objects.select_for_update().filter(pk=account.pk).first()
    switched_on = before is None or before.rhythm == Rhythm.NEVER or set(tells) - told(before)
    chosen = {f"tells_{kind}": kind in tells for kind in KINDS}
    mailbox, _ = Mailbox.objects.update_or_create(
        forecaster=account,
        defaults=chosen
        | {"rhythm": rhythm, "next_at": next_look(account, rhythm, after=at)}
        | {"since_at": at if before is None or switched_on else before.since_at}
        | {"refused_since": None, "gave_up_on": ""},
    )
    return mailbox


def told(mailbox: Mailbox) -> set[str]:
    """The kinds of news that it wants."""
    return {kind for kind in KINDS if getattr(mailbox, f"tells_{kind}")}


@transaction.atomic
def stop(*, account_id: int, at: dt.datetime) -> bool:
    """No more letters, on the word of whoever holds one; whether there is such an account. Twice changes nothing."""
    account = Forecaster.objects.filter(pk=account_id, closed_at=None).first()
    if account is None:
        return False
    Mailbox.objects.update_or_create(
        forecaster=account,
        defaults={"rhythm": Rhythm.NEVER, "next_at": None},
        create_defaults={"rhythm": Rhythm.NEVER, "next_at": None, "since_at": at},
    )
    return True


@transaction.atomic
def refused(*, account_id: int, address: str, at: dt.datetime) -> None:
    """Note that an address did not take a letter; one that has refused for days gets no more."""
    mailbox = Mailbox.objects.select_for_update().filter(pk=account_id, next_at__isnull=False).first()
    if mailbox is None:
        return
    mailbox.next_at = at + AGAIN
    mailbox.refused_since = mailbox.refused_since or at
    if at - mailbox.refused_since >= GIVE_UP:
        mailbox.refused_since, mailbox.gave_up_on = None, address
    mailbox.save(update_fields=["next_at", "refused_since", "gave_up_on"])


def renew_link(*, account: Forecaster, by: Forecaster) -> None:
    """End the private link to feed and calendar; from now on there is another."""
    _refuse_others(account, by)
    Forecaster.objects.filter(pk=account.pk).update(link_serial=F("link_serial") + 1)
    account.refresh_from_db(fields=["link_serial"])


def _refuse_others(account: Forecaster, by: Forecaster) -> None:
    if by.pk != account.pk or not account.takes_part:
        raise NotAllowed("Only the holder of an open account chooses this.")
