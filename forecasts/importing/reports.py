"""What bringing a file along came to, or would come to."""

from dataclasses import asdict, dataclass, field
from typing import Any

from .records import NotTaken, Reading


@dataclass
class Counts:
    forecasts: int = 0
    estimates: int = 0
    outcomes: int = 0


@dataclass
class Report:
    """What a file brought, or would: how much is new, how much was here already, and every row not taken, with why."""

    scale: str
    n_rows: int
    names: list[str]
    remarks: list[str]
    new: Counts = field(default_factory=Counts)
    here: Counts = field(default_factory=Counts)
    # Rows that say the same as a row before them.
    n_duplicates: int = 0
    # What was changed on the way, such as 0% stored as 0.01%, and how often.
    n_remarked: int = 0
    not_taken: list[dict[str, Any]] = field(default_factory=list)
    first: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def of(cls, reading: Reading) -> "Report":
        names, remarks = list(reading.names), list(reading.remarks)
        made = cls(reading.scale, reading.n_rows, names, remarks, n_duplicates=reading.n_duplicates)
        made.not_taken = [asdict(left) for left in reading.not_taken]
        return made

    @classmethod
    def read(cls, kept: Any) -> "Report":
        """From what was kept of it as JSON."""
        return cls(**kept | {"new": Counts(**kept["new"]), "here": Counts(**kept["here"])})

    def leave(self, place: str, reason: str, *, whole: bool = True) -> None:
        self.not_taken.append(asdict(NotTaken(place, reason, whole)))
