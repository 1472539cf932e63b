"""What the tests of the record share."""

from collections.abc import Callable
from pathlib import Path

import pytest

from .record import Record


@pytest.fixture
def record(db: None) -> Record:
    return Record.filled()


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str | bytes], Path]:
    """Writes a catalogue file, and says where."""

    def write(text: str | bytes) -> Path:
        path = tmp_path / "catalog.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write
