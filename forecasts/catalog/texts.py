"""Texts of a catalogue: lines joined into paragraphs, placeholders replaced by the terms they stand for."""

import re
from collections.abc import Mapping

from forecasts.catalog.faults import near_miss

_ITEM = re.compile(r"[-*] |\d+\. ")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def unwrapped(text: str) -> str:
    r"""Join the lines of each paragraph; a paragraph that begins as a list keeps a line for each item.

    >>> unwrapped("One\n  line.\n\n- an\n  item\n- another\n")
    'One line.\n\n- an item\n- another'
    """
    paragraphs = (_joined(paragraph.strip()) for paragraph in re.split(r"\n[ \t]*\n", text.strip()))
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


def _joined(paragraph: str) -> str:
    # A line of running text may begin with "2027. " too; only a list's first line makes it a list.
    in_list = _ITEM.match(paragraph)
    lines: list[str] = []
    for line in (line.strip() for line in paragraph.splitlines()):
        if lines and not (in_list and _ITEM.match(line)):
            lines[-1] += f" {line}".rstrip()
        else:
            lines.append(line)
    return "\n".join(lines)


def expanded(text: str, terms: Mapping[str, str]) -> str:
    """Replace every {name} by its term; names that are not known stay as they are.

    >>> expanded("In {window}, {who}?", {"window": "2031"})
    'In 2031, {who}?'
    """
    return _PLACEHOLDER.sub(lambda found: terms.get(found[1], found[0]), text)


def placeholder_faults(text: str, known: Mapping[str, str]) -> list[str]:
    """What is wrong with the braces of a text: a name that no term has, or a brace that stands alone."""
    names = sorted(placeholders(text))
    faults = [f"unknown placeholder {{{name}}}; {near_miss(name, known)}" for name in names if name not in known]
    if re.search(r"[{}]", _PLACEHOLDER.sub("", text)):
        faults.append("a brace stands alone; braces only name terms, such as {western}")
    return faults


def placeholders(text: str) -> set[str]:
    return set(_PLACEHOLDER.findall(text))
