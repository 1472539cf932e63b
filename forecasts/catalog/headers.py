"""On which lines a catalogue's array entries begin: the order across arrays, which TOML's own reading loses."""

import re

# Strings and comments come first, so that a header quoted inside a text is not taken for one.
_TOKENS = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
    r"|#[^\n]*"
    r"|^[ \t]*\[\[[ \t]*(?P<array>claims|forecasts|pairs)[ \t]*\]\]",
    re.DOTALL | re.MULTILINE,
)


def header_lines(text: str) -> dict[str, list[int]]:
    r"""Line numbers of the `[[claims]]`, `[[forecasts]]` and `[[pairs]]` headers of a valid TOML text.

    >>> header_lines("[[forecasts]]\nslug = '[[pairs]]'\n[[pairs]]\n")
    {'claims': [], 'forecasts': [1], 'pairs': [3]}
    """
    lines: dict[str, list[int]] = {"claims": [], "forecasts": [], "pairs": []}
    for token in _TOKENS.finditer(text):
        if array := token["array"]:
            lines[array].append(text.count("\n", 0, token.start("array")) + 1)
    return lines
