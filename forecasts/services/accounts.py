"""Accounts that the service itself keeps."""

from forecasts.models import Forecaster
from forecasts.refusals import Conflict, NotAllowed

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
