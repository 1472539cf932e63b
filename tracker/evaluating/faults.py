"""What is wrong with a file, in words for whoever wrote it."""

from typing import Final

_SHOWN: Final = 40


class FileFault(Exception):
    """The file cannot be evaluated. `line` counts from 1 as an editor does."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"Line {line}: {reason}")
        self.line = line
        self.reason = reason


def quoted(text: str) -> str:
    r"""Return the text in quotation marks, cut short, on one line and safe for a terminal.

    >>> print(quoted("70%"), quoted("a\x1b[2J"))
    “70%” “a\x1b[2J”
    """
    short = text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."
    return f"“{printable(short)}”"


def printable(text: str) -> str:
    r"""Return the text with escapes in place of whatever a terminal might obey.

    >>> print(printable("line\nbreak"))
    line\nbreak
    """
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)
