"""Why a write is refused: each refusal names the field and what to do. Pages show it, the API sends it as a problem."""

from collections.abc import Sequence


class Refused(Exception):
    """A write that was not made. `field` is empty where no single field is at fault."""

    status = 400
    code = "invalid"

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class Invalid(Refused):
    """The input itself is wrong."""


class NotAllowed(Refused):
    """The actor's role does not permit it."""

    status = 403
    code = "not-allowed"


class NotOpen(Refused):
    """The forecast takes no estimates now."""

    status = 409
    code = "not-open"


class Conflict(Refused):
    """Somebody else was first, or what is recorded differs."""

    status = 409
    code = "conflict"


class Busy(Refused):
    """Too much of it is under way already; in a moment it will not be."""

    status = 503
    code = "busy"


class TooOften(Refused):
    """It costs much, and was asked for often lately."""

    status = 429
    code = "throttled"


class RefusedMany(Refused):
    """Something is made whole or not at all, and this is wrong with it: each fault with its place, a name or a row."""

    def __init__(self, message: str, faults: Sequence[tuple[str | int, Refused]]) -> None:
        super().__init__(message)
        self.faults = faults


class RefusedRows(RefusedMany):
    """Some rows of a request, counted from 0."""

    def __init__(self, faults: Sequence[tuple[int, Refused]], n: int) -> None:
        place, first = faults[0]
        said = f"{len(faults):,} of {n:,} rows are refused. Row {place}: {first.message}"
        super().__init__(f"Nothing was put on record: {said}", faults)
        # That of the faults, where they are of one kind.
        self.status = first.status if len({fault.status for _, fault in faults}) == 1 else 400
