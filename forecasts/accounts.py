"""What sign-up asks of a name, and who may sign in."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from .models import Forecaster

username_validators = Forecaster._meta.get_field("username").validators  # noqa: SLF001  # Django's public way to a field


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """allauth's defaults; the hook through which sign-up can be closed later."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return True
