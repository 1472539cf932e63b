"""Signing up and in: which names are free, and allauth's forms in our words."""

from typing import Any, ClassVar

from allauth.account import forms as account_forms
from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base import forms as code_forms
from allauth.mfa.totp.forms import ActivateTOTPForm
from django.conf import settings
from django.http import HttpRequest

from .models import TAKEN, Forecaster

username_validators = Forecaster._meta.get_field("username").validators  # noqa: SLF001  # Django's public way to a field
_GOOD = "At least 8 characters. Neither digits alone, nor one that many people use, nor close to your name."
_WRONG = "Name or e-mail and password do not belong together. Check both, or reset the password."


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """allauth's defaults; the hook through which sign-up can be closed later."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": "This account is not active. An administrator can change that.",
        "username_password_mismatch": _WRONG,
        "email_password_mismatch": _WRONG,
        "username_taken": TAKEN,
        "email_taken": "Somebody has signed up with this address. If it was you, reset the password.",
        "incorrect_password": "That is not your password. Try again, or reset it.",
        "enter_current_password": "That is not your password. Try again, or reset it.",
        "same_as_current": "That is your address already.",
        "rate_limited": "That was tried too often. Wait a minute, then try again.",
        "too_many_login_attempts": (
            "Too many failed attempts. Signing in opens again within "
            f"{settings.SIGN_IN_OPENS_AFTER // 60} minutes. If the password is forgotten, reset it."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return True


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth ships no types
    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "That code is not right, or too old. Enter the one that the app shows now.",
        "unverified_email": "Confirm your e-mail address first: it is the way back in when a device is lost.",
        "cannot_generate_recovery_codes": "Recovery codes go with an authenticator app. Add one first.",
    }


class Worded:
    """A form whose fields are named as everywhere on these pages, above them and not inside."""

    words: ClassVar[dict[str, tuple[str, str]]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields  # type: ignore[attr-defined]  # each is mixed into a form
        for name, field in fields.items():
            field.widget.attrs.pop("placeholder", None)
            label, help_text = self.words.get(name, (field.label, ""))
            field.label, field.help_text = label, help_text or field.help_text


class SignInForm(Worded, account_forms.LoginForm):  # type: ignore[misc]
    words = {
        "login": ("Name or e-mail", ""),
        "password": ("Password", ""),
        "remember": ("Stay signed in on this device", ""),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs["autocomplete"] = "username"


class SignUpForm(Worded, account_forms.SignupForm):  # type: ignore[misc]
    words = {
        "username": ("Name", "Public: it stands beside your estimates. It cannot be changed later."),
        "email": ("E-mail", "Shown to nobody. For signing in, for letters if you want them, and for a lost password."),
        "password1": ("Password", _GOOD),
    }


class AddressForm(Worded, account_forms.AddEmailForm):  # type: ignore[misc]
    words = {"email": ("New e-mail", "")}


class PasswordForm(Worded, account_forms.ChangePasswordForm):  # type: ignore[misc]
    words = {
        "oldpassword": ("Current password", ""),
        "password1": ("New password", _GOOD),
        "password2": ("New password, again", ""),
    }


class PasswordAgainForm(Worded, account_forms.ReauthenticateForm):  # type: ignore[misc]
    words = {"password": ("Password", "")}


class ResetForm(Worded, account_forms.ResetPasswordForm):  # type: ignore[misc]
    words = {"email": ("E-mail", "The one you signed up with.")}


class NewPasswordForm(Worded, account_forms.ResetPasswordKeyForm):  # type: ignore[misc]
    words = {"password1": ("New password", _GOOD), "password2": ("New password, again", "")}


_CODE = ("Code", "Six digits from your authenticator app, or one of your recovery codes.")


class CodeForm(Worded, code_forms.AuthenticateForm):  # type: ignore[misc]
    words = {"code": _CODE}


class CodeAgainForm(Worded, code_forms.ReauthenticateForm):  # type: ignore[misc]
    words = {"code": _CODE}


class FirstCodeForm(Worded, ActivateTOTPForm):  # type: ignore[misc]
    words = {"code": ("Code", "The six digits that the app shows now.")}
