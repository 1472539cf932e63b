"""Whose estimates of a file are to be taken, where it names people."""

from collections import Counter
from collections.abc import Mapping

from .records import NobodyThere
from .texts import quoted


def named(people: Mapping[str, int]) -> tuple[str, ...]:
    """The names in a file, those with the most rows first.

    >>> named({"Bo": 1, "Ada": 3, "": 2})
    ('Ada', 'Bo')
    """
    return tuple(name for name, _ in Counter(people).most_common() if name)


def chosen(names: tuple[str, ...], whose: str) -> str | None:
    """Whose rows to take: “” where the file names nobody, None where somebody has to say.

    >>> chosen(("Ada",), ""), chosen(("Ada", "Bo"), "bo"), chosen(("Ada", "Bo"), ""), chosen((), "")
    ('Ada', 'Bo', None, '')
    """
    if not whose or not names:
        return None if len(names) > 1 else "".join(names)
    if whose in names:
        return whose
    alike = [name for name in names if name.casefold() == whose.strip().casefold()]
    if len(alike) != 1:
        listed = ", ".join(quoted(name) for name in names[:5]) + (" and others" if len(names) > 5 else "")
        raise NobodyThere(f"The file has no estimates by {quoted(whose)}; it has those of {listed}.")
    return alike[0]
