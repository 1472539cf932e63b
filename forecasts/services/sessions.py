"""Where somebody is signed in: which sessions still hold, and ending them; the same few queries however many."""

import datetime as dt
from collections.abc import Collection
from typing import Any, Final

from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from allauth.usersessions.models import UserSession
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.cached_db import KEY_PREFIX
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.crypto import constant_time_compare

from forecasts.models import Forecaster

# The newest are shown; a program that signs in anew each time must not make the page long.
MOST: Final = 100


@transaction.atomic
def live(*, account: Forecaster, at: dt.datetime) -> list[Any]:
    """The newest sessions in which `account` is signed in at `at`, the oldest first; what is over is forgotten."""
    own = UserSession.objects.filter(user=account)
    stored = Session.objects.filter(expire_date__gt=at)
    own.filter(~Exists(stored.filter(session_key=OuterRef("session_key")))).delete()
    while True:
        newest = list(own.order_by("-created_at", "-pk")[:MOST])
        held = {
            row.session_key: row.get_decoded() for row in stored.filter(pk__in=[each.session_key for each in newest])
        }
        over = [each for each in newest if not _signed_in(account, held.get(each.session_key, {}))]
        own.filter(pk__in=[each.pk for each in over]).delete()
        # Behind so many that are over there may be some that hold.
        if not over or len(newest) < MOST:
            return [each for each in reversed(newest) if each not in over]


@transaction.atomic
def end(*, sessions: Collection[Any]) -> None:
    """End them, wherever they are kept."""
    keys = [each.session_key for each in sessions]
    Session.objects.filter(pk__in=keys).delete()
    UserSession.objects.filter(session_key__in=keys).delete()
    # After commit, or a request in between would fill the cache again from the database.
    transaction.on_commit(lambda: cache.delete_many([KEY_PREFIX + key for key in keys]))


def _signed_in(account: Forecaster, session: dict[str, Any]) -> bool:
    """Whether it is theirs, begun with the password that they have now."""
    said = str(session.get(HASH_SESSION_KEY, ""))
    hashes = (account.get_session_auth_hash(), *account.get_session_auth_fallback_hash())
    return session.get(SESSION_KEY) == str(account.pk) and any(constant_time_compare(said, known) for known in hashes)


class SessionsAdapter(DefaultUserSessionsAdapter):  # type: ignore[misc]  # allauth ships no types
    """allauth asks it to end all the others."""

    def end_sessions(self, sessions: Collection[Any]) -> None:
        end(sessions=sessions)
