"""What can be wrong with a catalogue, with its place; every fault of a file is reported at once."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the file: a table, and for an array which entry (counted from 1), its slug or key, and its line."""

    table: str = ""
    index: int | None = None
    name: str = ""
    line: int | None = None

    def __str__(self) -> str:
        line = f"line {self.line}: " if self.line else ""
        index = f" {self.index}" if self.index else ""
        name = f" ({self.name})" if self.name else ""
        return f"{line}{self.table or 'file'}{index}{name}"


@dataclass(frozen=True, slots=True)
class Fault:
    place: Place
    field: str
    message: str

    def __str__(self) -> str:
        field = f", {self.field}" if self.field else ""
        return f"{self.place}{field}: {self.message}"


class CatalogError(Exception):
    """The file was refused whole. `faults` names everything that is wrong with it."""

    def __init__(self, path: Path, faults: Iterable[Fault]) -> None:
        self.path = path
        self.faults = tuple(faults)
        super().__init__("\n".join(f"{path}: {fault}" for fault in self.faults))


class Faults:
    """Collects faults while the reading goes on, so that an author mends a file once and not line by line."""

    def __init__(self) -> None:
        self.found: list[Fault] = []

    def add(self, place: Place, field: str, message: str) -> None:
        self.found.append(Fault(place, field, message))


def near_miss(word: str, known: Iterable[str]) -> str:
    """The end of a fault's sentence: the known word that was probably meant, or all of them when none is near."""
    names = sorted(known)
    close = difflib.get_close_matches(word, names, n=1)
    if close:
        return f"did you mean {close[0]!r}?"
    return f"known: {', '.join(names)}" if names else "none is known"
