"""Secrets and signatures, as Standard Webhooks has them: whsec_…, and v1 with HMAC-SHA256 over id, time and body."""

import base64
import hmac
from hashlib import sha256
from typing import Final

from django.utils.crypto import salted_hmac

PREFIX: Final = "whsec_"


def secret_of(salt: str) -> str:
    """The secret of the webhook with that salt, made anew from our own key each time: nothing secret is stored."""
    return PREFIX + base64.b64encode(_key(salt)).decode()


def signature(salt: str, *, id_: str, timestamp: int, body: bytes) -> str:
    signed = hmac.new(_key(salt), f"{id_}.{timestamp}.".encode() + body, sha256).digest()
    return f"v1,{base64.b64encode(signed).decode()}"


def _key(salt: str) -> bytes:
    return salted_hmac("tracker.webhooks.secret", salt, algorithm="sha256").digest()
