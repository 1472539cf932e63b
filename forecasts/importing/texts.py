"""Text as it can be stored and told: bounded, in one line, without what a database cannot hold."""

import hashlib
from typing import Final

LONGEST_TEXT: Final = 10_000
LONGEST_URL: Final = 1_000


def quoted(value: object) -> str:
    """What stands in the file, short enough for a sentence.

    >>> quoted("maybe"), quoted("x" * 50), quoted(["yes"])
    ('“maybe”', '“xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…”', 'a list')
    """
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "an object"
    text = storable(" ".join(str(value)[:200].split()))
    return f"“{text[:40]}…”" if len(text) > 40 else f"“{text}”"


def storable(text: str) -> str:
    r"""The text without what a database cannot hold: the character NUL and halves of surrogate pairs.

    >>> storable("a\x00b\ud800c")
    'a�b�c'
    """
    if "\x00" in text:
        text = text.replace("\x00", "�")
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def one_line(text: str) -> str:
    r"""A question without line breaks and runs of spaces.

    >>> one_line("Will it\n  rain?")
    'Will it rain?'
    """
    return " ".join(text.split())


def cut(text: str) -> str:
    """The text, at most as long as is stored.

    >>> len(cut("x" * 20_000)), cut("short")
    (10000, 'short')
    """
    return text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…"


def link(url: str) -> str:
    """The address, or nothing where it is no ordinary link.

    >>> link(" https://example.org/1 "), link("javascript:alert(1)")
    ('https://example.org/1', '')
    """
    url = url.strip()
    fit = url.startswith(("https://", "http://")) and url.isprintable() and " " not in url and len(url) <= LONGEST_URL
    return url if fit else ""


def digest(*parts: str) -> str:
    """A key of what has none of its own: the same for the same parts, 64 characters.

    >>> len(digest("Will it?", "2026-01-01")), digest("ab", "c") == digest("a", "bc")
    (64, False)
    """
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()
