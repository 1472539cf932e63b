"""Sending what is due, once: found by query, claimed by a row lock, noted in the transaction that sends it.

A letter can come twice only if the machine dies after the mail server took it and before the commit; then both have the
same Message-ID, by which mail programs tell them for one.
"""

import datetime as dt
import hashlib
import logging
from collections.abc import Callable
from smtplib import SMTPException, SMTPRecipientsRefused
from urllib.parse import urlsplit

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from forecasts.models import Forecaster, Mailbox, Rhythm
from forecasts.services import mailboxes
from forecasts.services.mailboxes import next_look
from tracker.models import Letter

from .composing import Text, compose
from .finding import Digest, digest

log = logging.getLogger(__name__)
BATCH = 1000
LATER = dt.timedelta(hours=1)


def send_due(*, clock: Callable[[], dt.datetime]) -> int:
    """Look into the mailboxes that are due, a batch of them, and return how many letters went out."""
    at = clock()
    _enrol(at=at)
    sent = 0
    for pk in deliverable().filter(next_at__lte=at).order_by("next_at", "pk").values_list("pk", flat=True)[:BATCH]:
        try:
            sent += send(mailbox_id=pk, at=clock())
        except SMTPRecipientsRefused as fault:
            log.warning("the address of forecaster %d refused a letter; trying again tomorrow", pk)
            mailboxes.refused(account_id=pk, address=next(iter(fault.recipients)), at=clock())
        except (SMTPException, OSError):
            log.exception("a letter to forecaster %d was not taken; trying again in an hour", pk)
            Mailbox.objects.filter(pk=pk, next_at__isnull=False).update(next_at=clock() + LATER)
    return sent


@transaction.atomic
def send(*, mailbox_id: int, at: dt.datetime) -> bool:
    """Tell one account its news, unless it is not due or somebody else is at it; return whether a letter went out."""
    claimed = deliverable().filter(pk=mailbox_id, next_at__lte=at).select_related("forecaster")
    mailbox = claimed.select_for_update(skip_locked=True, of=("self",)).first()
    if mailbox is None:
        return False
    mailbox.next_at = next_look(mailbox.forecaster, mailbox.rhythm, after=at)
    mailbox.save(update_fields=["next_at"])
    news = digest(mailbox, at=at)
    if not news:
        return False
    Letter.objects.bulk_create(
        Letter(mailbox=mailbox, kind=item.kind, forecast=item.forecast, about_at=item.about_at, told_at=at)
        for item in news.all
    )
    _message(mailbox, news, compose(news, mailbox)).send()
    Mailbox.objects.filter(pk=mailbox_id, refused_since__isnull=False).update(refused_since=None)
    return True


def deliverable() -> QuerySet[Mailbox]:
    """Those of open accounts of people and programs with a confirmed address, unless it was given up."""
    confirmed = EmailAddress.objects.filter(user=OuterRef("pk"), primary=True, verified=True)
    confirmed = confirmed.exclude(email=OuterRef("gave_up_on"))
    return Mailbox.objects.filter(
        Exists(confirmed), forecaster__is_active=True, forecaster__closed_at=None, forecaster__simulated=False
    )


def _enrol(*, at: dt.datetime) -> None:
    """Give accounts that confirmed an address a mailbox: weekly, of every kind, with what happens from now on."""
    confirmed = EmailAddress.objects.filter(user=OuterRef("pk"), primary=True, verified=True)
    new = Forecaster.objects.filter(
        Exists(confirmed), mailbox=None, is_active=True, closed_at=None, simulated=False
    ).order_by("pk")[:BATCH]
    Mailbox.objects.bulk_create(
        [
            Mailbox(forecaster=account, since_at=at, next_at=next_look(account, Rhythm.WEEKLY, after=at))
            for account in new
        ],
        ignore_conflicts=True,
    )


def _message(mailbox: Mailbox, news: Digest, text: Text) -> EmailMultiAlternatives:
    address = EmailAddress.objects.get(user=mailbox.pk, primary=True, verified=True)
    message = EmailMultiAlternatives(
        text.subject,
        text.plain,
        to=[address.email],
        headers={
            "Message-ID": _message_id(mailbox, news),
            # RFC 8058: the reader's mail program may offer a button that stops them at once.
            "List-Unsubscribe": f"<{text.stop_url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
        },
    )
    message.attach_alternative(text.html, "text/html")
    return message


def _message_id(mailbox: Mailbox, news: Digest) -> str:
    told = [str(mailbox.pk), *(f"{item.kind} {item.forecast.pk} {item.about_at.isoformat()}" for item in news.all)]
    name = hashlib.sha256("\n".join(told).encode()).hexdigest()[:32]
    return f"<{name}@{urlsplit(settings.SITE_URL).hostname}>"
