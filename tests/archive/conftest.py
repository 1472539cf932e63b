"""Archives written by hand, and imports that are listened to."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from forecasts.services.archiving import Report, import_archive
from tests.factories import NOW


@dataclass
class Heard:
    """What an import told its listener, and its report if it came to an end."""

    notes: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    report: Report = field(default_factory=Report)

    def note(self, text: str) -> None:
        self.notes.append(text)

    def refused(self, file: str, line: int, reason: str) -> None:
        self.refusals.append(f"{file}:{line}: {reason}")

    def progress(self, what: str, count: int) -> None:
        pass


Archive = Callable[..., Path]
Bring = Callable[..., Heard]
QUESTIONS = """\
slug,question,opens_at,closes_at
rain,Will it rain?,2027-01-01T00:00:00Z,2027-02-01T00:00:00Z
snow,Will it snow?,2027-01-01T00:00:00Z,2027-02-01T00:00:00Z
"""


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """Writes files by name, such as estimates="..."; two questions are there unless `forecasts` says otherwise."""
    made = iter(range(100))

    def write(**files: str | bytes) -> Path:
        folder = tmp_path / f"archive{next(made)}"
        folder.mkdir()
        for name, text in ({"forecasts": QUESTIONS} | files).items():
            (folder / f"{name}.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
        return folder

    return write


@pytest.fixture
def bring(db: None) -> Bring:
    """Imports a folder at NOW as of “curator”, and returns what was heard."""

    def run(folder: Path, heard: Heard | None = None, **options: Any) -> Heard:
        heard = heard or Heard()
        heard.report = import_archive(folder, by="curator", at=NOW, listener=heard, **options)
        return heard

    return run
