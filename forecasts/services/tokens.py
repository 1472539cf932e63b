"""Tokens for programs: made with an expiry of the owner's choice, shown once, listed, revoked. Hashed at rest."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from knox.models import AuthToken

from forecasts.models import Forecaster
from forecasts.refusals import Conflict, Invalid

# Each sign-in by token looks at all tokens of its owner.
MOST = 20


def working(owner: Forecaster, *, at: dt.datetime) -> QuerySet[Any]:
    """Those that are not refused yet, newest first; each has token_key, created and expiry."""
    found: QuerySet[Any] = AuthToken.objects.filter(Q(expiry=None) | Q(expiry__gt=at), user=owner)
    return found.order_by("-created", "digest")


@transaction.atomic
def make(
    *, owner: Forecaster, expires_at: dt.datetime | None, at: dt.datetime, presented: object = None
) -> tuple[Any, str]:
    """A new row and its token, which nobody can read again. `presented` is the token that asks for it, if one does."""
    if expires_at is not None and expires_at <= at:
        raise Invalid("It would never work. Choose a later time, or none.", field="expires_at")
    _refuse_to_outlive(presented, expires_at)
    Forecaster.objects.select_for_update().get(pk=owner.pk)
    if working(owner, at=at).count() >= MOST:
        raise Conflict(f"You have {MOST} tokens. Revoke one first.")
    # Made and then dated, because knox takes a span and would read the clock itself.
    made, token = AuthToken.objects.create(user=owner, expiry=None)
    made.expiry = expires_at
    made.save(update_fields=["expiry"])
    return made, token


def revoke(*, owner: Forecaster, key: str) -> bool:
    """It stops working at once; whether there was one."""
    deleted, _ = AuthToken.objects.filter(user=owner, token_key=key).delete()
    return bool(deleted)


def _refuse_to_outlive(presented: object, expires_at: dt.datetime | None) -> None:
    if isinstance(presented, AuthToken) and presented.expiry and (expires_at is None or expires_at > presented.expiry):
        raise Invalid(
            f"It would outlive the token that makes it, which expires at {presented.expiry.isoformat()}. "
            "Choose an earlier time, or sign in.",
            field="expires_at",
        )
