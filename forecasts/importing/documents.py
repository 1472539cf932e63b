"""Reads JSON, whatever is in it, without letting it take the program down."""

import json
from collections.abc import Iterable
from typing import Any, Final

from .records import Unreadable
from .texts import storable

# No number that matters here has more digits; Python would refuse to read very long ones, and then the whole file.
MOST_DIGITS: Final = 30
# Until all is read a value may take 200 bytes of memory, and a small ZIP file can hold very many short ones.
MOST_VALUES: Final = 5_000_000


def loaded(content: bytes, file: str = "The file") -> Any:
    """What the JSON says, or a refusal that says where it goes wrong."""
    if not content.strip():
        raise Unreadable(f"{file} is empty.")
    check_size([content])
    try:
        return json.loads(content, parse_int=_integer)
    except RecursionError:
        raise Unreadable(f"{file} is nested too deeply to be read.") from None
    except json.JSONDecodeError as error:
        raise Unreadable(f"{file} is not JSON: {error.msg} in line {error.lineno}, column {error.colno}.") from None
    except UnicodeDecodeError:
        raise Unreadable(f"{file} is not in UTF-8.") from None


def check_size(contents: Iterable[bytes]) -> None:
    """Refuse JSON that could fill the memory; commas in texts count as well, which is near enough."""
    if sum(content.count(mark) for content in contents for mark in (b",", b"[", b"{")) > MOST_VALUES:
        raise Unreadable(f"There are more than {MOST_VALUES:,} values, the most that are read. Bring it in parts.")


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= MOST_DIGITS else float(digits)


def is_json(content: bytes) -> bool:
    r"""Whether it looks like JSON rather than CSV.

    >>> is_json(b'\xef\xbb\xbf {"items": []}'), is_json(b"question,probability")
    (True, False)
    """
    return content[:1000].removeprefix(b"\xef\xbb\xbf").lstrip().startswith((b"{", b"["))


def entry(value: Any) -> dict[str, Any]:
    """The object, or an empty one where there is something else.

    >>> entry({"id": 1}), entry(None)
    ({'id': 1}, {})
    """
    return value if isinstance(value, dict) else {}


def entries(value: Any) -> list[Any]:
    """The list, or an empty one where there is something else.

    >>> entries([1]), entries("text")
    ([1], [])
    """
    return value if isinstance(value, list) else []


def identity(value: Any) -> str:
    """An id as text; nothing where there is none that could be stored.

    >>> identity(7), identity("clx8"), identity(True), identity(None)
    ('7', 'clx8', '', '')
    """
    if isinstance(value, bool) or not isinstance(value, int | str):
        return ""
    text = storable(str(value)).strip()
    return text if len(text) <= 64 else ""
