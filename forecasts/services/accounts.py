"""Accounts that the service itself keeps."""

from forecasts.models import Forecaster

REGISTRAR = "registrar"


def registrar() -> Forecaster:
    """The account that registers catalogues from the command line; nobody can sign in as it."""
    account, made = Forecaster.objects.get_or_create(username=REGISTRAR, defaults={"is_curator": True})
    if made:
        account.set_unusable_password()
        account.save(update_fields=["password"])
    return account
