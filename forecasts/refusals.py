"""Why a write is refused: each refusal names the field and what to do. Pages show it, the API sends it as a problem."""


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
