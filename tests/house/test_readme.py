"""What the README shows in Python runs, and says what is true."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tracker.webhooks import signing

README = (Path(__file__).parents[2] / "README.md").read_text()
BODY = b'{"id":"msg_1","type":"ping"}'


@pytest.fixture
def is_genuine() -> Callable[..., bool]:
    (code,) = (part.split("```")[0] for part in README.split("```python\n")[1:])
    names: dict[str, Callable[..., bool]] = {}
    exec(code, names)
    return names["is_genuine"]


def headers(sent_at: float) -> dict[str, str]:
    signed = signing.signature("salt", id_="msg_1", timestamp=int(sent_at), body=BODY)
    return {"webhook-id": "msg_1", "webhook-timestamp": str(int(sent_at)), "webhook-signature": signed}


def test_a_signature_is_verified_as_the_readme_says(is_genuine: Callable[..., bool]) -> None:
    assert is_genuine(signing.secret_of("salt"), headers(time.time()), BODY)


def test_what_is_forged_changed_or_old_is_refused(is_genuine: Callable[..., bool]) -> None:
    secret, now = signing.secret_of("salt"), time.time()
    assert not is_genuine(signing.secret_of("other"), headers(now), BODY)
    assert not is_genuine(secret, headers(now), BODY + b" ")
    assert not is_genuine(secret, headers(now) | {"webhook-id": "msg_2"}, BODY)
    assert not is_genuine(secret, headers(now - 3600), BODY)
    assert not is_genuine(secret, headers(now) | {"webhook-signature": "v1,ü"}, BODY)
