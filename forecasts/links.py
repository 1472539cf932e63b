"""Addresses that name an account by themselves, for programs that cannot sign in: signed, so nothing is stored."""

from django.conf import settings
from django.core.signing import BadSignature, Signer

from .models import Forecaster

_feeds = Signer(salt="forecasts.links.feeds", sep=".")
_letters = Signer(salt="forecasts.links.letters", sep=".")


def absolute(path: str) -> str:
    """The address of one of our pages for somebody who is elsewhere."""
    return f"{settings.SITE_URL}{path}"


def feed_token(account: Forecaster) -> str:
    """Names the account in its private feed and calendar, until its serial is raised."""
    return _feeds.sign(f"{account.pk}-{account.link_serial}")


def owner_of_feed(token: str) -> Forecaster | None:
    """Whose private feed it is, while the link is in force and the account open."""
    try:
        pk, serial = _feeds.unsign(token).split("-")
    except BadSignature:
        return None
    return Forecaster.objects.filter(pk=pk, link_serial=serial, closed_at=None, is_active=True).first()


def stop_token(account_id: int) -> str:
    """Names the account in the link that stops its letters."""
    return _letters.sign(str(account_id))


def account_of_stop(token: str) -> int | None:
    """Whose letters the link stops."""
    try:
        return int(_letters.unsign(token))
    except BadSignature:
        return None
