"""What the tests of the record share."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from tests.factories import Cast

from .record import Record


@pytest.fixture
def record(db: None) -> Record:
    return Record.filled()


@pytest.fixture
def admin(client: Client, cast: Cast) -> Client:
    client.force_login(cast.admin)
    return client


@pytest.fixture
def staff(cast: Cast) -> Client:
    """A resolver who may enter the admin, and is no superuser."""
    cast.resolver.is_staff = True
    cast.resolver.save()
    entered = Client()
    entered.force_login(cast.resolver)
    return entered


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str | bytes], Path]:
    """Writes a catalogue file, and says where."""

    def write(text: str | bytes) -> Path:
        path = tmp_path / "catalog.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write
