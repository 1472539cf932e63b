"""How programs sign in."""

from typing import Any

from django.utils import timezone
from knox.auth import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed

from forecasts.models import Forecaster


class CarefulTokenAuthentication(TokenAuthentication):  # type: ignore[misc]  # knox ships no types
    """knox's, for any bytes that somebody may send as a token, and for open accounts only."""

    def authenticate_credentials(self, token: bytes) -> tuple[Forecaster, Any]:
        if not token.isalnum():
            raise AuthenticationFailed("Invalid token.")
        user, presented = super().authenticate_credentials(token)
        if user.closed_at is not None:
            raise AuthenticationFailed("This account is closed.")
        return user, presented

    def _cleanup_token(self, auth_token: Any) -> bool:
        """Whether it has expired. knox would read all of its owner's tokens each time, to throw old ones away."""
        return auth_token.expiry is not None and auth_token.expiry <= timezone.now()
