"""Accounts: those that the service itself keeps, and the closing of one's own."""

import datetime as dt
import secrets

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import connection, transaction
from knox.models import AuthToken

from forecasts.models import PSEUDONYM, Estimate, Forecaster, Mailbox, RetiredName
from forecasts.refusals import Conflict, Invalid, NotAllowed
from forecasts.signals import account_closed

from . import imported, locks, sessions

REGISTRAR = "registrar"
ARCHIVIST = "archivist"


def registrar() -> Forecaster:
    """The account that registers catalogues from the command line; nobody can sign in as it."""
    account, made = Forecaster.objects.get_or_create(username=REGISTRAR, defaults={"is_curator": True})
    if made:
        account.set_unusable_password()
        account.save(update_fields=["password"])
    return account


def archivist(name: str = "") -> str:
    """Whose an archive's rows are that name nobody: a named curator and resolver, else an account of the service's.

    The latter is made with the first row that needs it, so that an archive that needs none adds nobody.
    """
    account = Forecaster.objects.filter(username=name or ARCHIVIST).first()
    if name and account is None:
        raise NotAllowed(f"There is no forecaster “{name}”. Create the account first.")
    if account and name and not (account.may_curate and account.may_resolve):
        raise NotAllowed(f"“{name}” is not both curator and resolver. Name somebody who is.")
    if account and not name and account.has_usable_password():
        raise Conflict(f"“{ARCHIVIST}” is somebody's account. Name with --by whose the rows are that name nobody.")
    return name or ARCHIVIST


def standing(account: Forecaster, *, at: dt.datetime) -> int:
    """How many estimates closing the account would withdraw."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({STANDING}) AS standing", {"account": account.pk, "at": at})  # noqa: S608  # written below
        return int(cursor.fetchone()[0])


@transaction.atomic
def close(*, account: Forecaster, by: Forecaster, at: dt.datetime, typed_name: str) -> Forecaster:
    """Close an account for good: what it said stays, under a pseudonym, and who said it is forgotten.

    What still stands is withdrawn, as of now: nobody is left who could revise it. Closing twice changes nothing.
    """
    if by.pk != account.pk:
        raise NotAllowed("Only its holder closes an account.")
    if _is_closed(account):
        return Forecaster.objects.get(pk=account.pk)
    administrators = _administrators()
    account = locks.forecaster(account.pk)
    if account.closed_at is not None:
        return account
    if typed_name.strip() != account.username:
        raise Invalid(f"Type “{account.username}” to close this account.", field="typed_name")
    if administrators == [account.pk]:
        raise Conflict("This is the last administrator's account. Make somebody else an administrator first.")
    _withdraw_standing(account, at=at)
    # Private, and proven by nothing: nobody else's scores depend on it.
    imported.forget(owner=account)
    RetiredName.objects.get_or_create(digest=RetiredName.digest_of(account.username))
    _forget(account, at=at)
    _lock_out(account)
    account_closed.send(sender=Forecaster, account_id=account.pk)
    return account


def _is_closed(account: Forecaster) -> bool:
    return Forecaster.objects.filter(pk=account.pk, closed_at__isnull=False).exists()


def _administrators() -> list[int]:
    """Held, so that of the last two who close at once the second sees that the first has gone."""
    held = Forecaster.objects.filter(is_superuser=True, is_active=True, closed_at=None).order_by("pk")
    return list(held.select_for_update(no_key=True).values_list("pk", flat=True))


# Open forecasts on which the account's latest estimate neither withdraws nor has expired.
STANDING = """
    SELECT f.id, f.version FROM forecasts_forecast f
    JOIN (SELECT DISTINCT ON (forecast_id) forecast_id, probability, made_at, expires_at FROM forecasts_estimate
          WHERE forecaster_id = %(account)s ORDER BY forecast_id, made_at DESC) latest ON latest.forecast_id = f.id
    LEFT JOIN forecasts_resolution r ON r.id = f.resolution_id
    WHERE latest.probability IS NOT NULL AND latest.made_at < %(at)s
      AND (latest.expires_at IS NULL OR latest.expires_at > %(at)s)
      AND f.opens_at <= %(at)s AND f.closes_at > %(at)s AND (r.id IS NULL OR r.outcome = 'reopened')"""


def _withdraw_standing(account: Forecaster, *, at: dt.datetime) -> None:
    """As `estimating.withdraw` on each, in one statement. The beat finds by query whose crowds have changed."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO forecasts_estimate
                (forecast_id, forecaster_id, wording_id, probability, made_at, crowd_seen, rationale, via)
            SELECT standing.id, %(account)s, w.id, NULL, %(at)s, true, '', %(via)s
            FROM ({STANDING}) AS standing
            JOIN forecasts_wording w ON w.forecast_id = standing.id AND w.version = standing.version
            ORDER BY standing.id""",  # noqa: S608  # written above
            {"account": account.pk, "at": at, "via": Estimate.Via.PAGE},
        )


def _forget(account: Forecaster, *, at: dt.datetime) -> None:
    """The row stays, for what refers to it; nothing in it says any more whose it was."""
    account.username = _pseudonym()
    account.first_name = account.last_name = account.email = ""
    account.is_active = account.is_staff = account.is_superuser = account.is_curator = account.is_resolver = False
    account.last_login = None
    account.closed_at = at
    account.set_unusable_password()
    account.save()


def _pseudonym() -> str:
    while True:
        name = f"{PSEUDONYM}{secrets.token_hex(4)}"
        if not Forecaster.objects.filter(username=name).exists():
            return name


def _lock_out(account: Forecaster) -> None:
    """Every way in, and every address that letters could go to. Sessions elsewhere end with the password."""
    account.groups.clear()
    account.user_permissions.clear()
    EmailAddress.objects.filter(user=account).delete()
    Authenticator.objects.filter(user=account).delete()
    AuthToken.objects.filter(user=account).delete()
    sessions.end(sessions=UserSession.objects.filter(user=account))
    Mailbox.objects.filter(forecaster=account).delete()
