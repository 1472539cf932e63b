"""Reads a catalogue file: the whole of it as frozen values, or every fault it has and nothing else."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from forecasts.catalog.checks import check_entries, check_head, check_uses
from forecasts.catalog.entries import Catalog
from forecasts.catalog.faults import CatalogError, Fault, Faults, Place
from forecasts.catalog.headers import header_lines
from forecasts.catalog.questions import Questions
from forecasts.catalog.sections import claims_of, entries_of, scales_of, source_of, terms_of


def read(path: Path) -> Catalog:
    """The catalogue at `path`. Raises CatalogError with every fault and its place; nothing is half-read."""
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise CatalogError(path, [Fault(Place(), "", f"cannot be read: {error.strerror or error}")]) from error
    except UnicodeDecodeError as error:
        raise CatalogError(path, [Fault(Place(), "", f"is not UTF-8: {error.reason} at byte {error.start}")]) from error
    return read_text(text, path)


def read_text(text: str, path: Path) -> Catalog:
    """The same for a text that was typed or sent; `path` names it in faults."""
    return catalog_of(_parsed(text, path), header_lines(text), path)


def _parsed(text: str, path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except ValueError as error:
        raise CatalogError(path, [_syntax_fault(str(error), text)]) from error
    except RecursionError as error:
        raise CatalogError(path, [Fault(Place(), "", "is nested too deeply")]) from error


def _syntax_fault(message: str, text: str) -> Fault:
    """The parser says the place in words, except at the end of the file and for numbers that are too long."""
    if found := re.search(r" \(at line (\d+), column (\d+)\)", message):
        line, column = int(found[1]), int(found[2])
        message = message.replace(found[0], "")
    else:
        line, column = text.count("\n") + 1, len(text) - text.rfind("\n")
        message = message.replace(" (at end of document)", ", at the end of the file")
    return Fault(Place(line=line), "", f"column {column}: not valid TOML: {message}")


def catalog_of(document: Mapping[str, object], lines: Mapping[str, Sequence[int]], path: Path) -> Catalog:
    faults = Faults()
    check_head(document, lines, faults)
    source = source_of(document, faults)
    scales = scales_of(document, faults)
    terms = terms_of(document, faults)
    claims = claims_of(document, lines, source, scales, faults)
    questions = Questions({claim.key: claim for claim in claims if claim.key}, terms, faults)
    entries = [questions.forecast(*entry) for entry in entries_of(document, "forecasts", "slug", lines, faults)]
    entries += [questions.pair(*entry) for entry in entries_of(document, "pairs", "slug", lines, faults)]
    # The arrays lie apart once TOML is parsed; the lines of their headers bring the file's own order back.
    entries.sort(key=lambda entry: entry.place.line or 0)
    check_entries(entries, faults)
    check_uses(document, claims, entries, questions.used_terms, faults)
    if faults.found:
        raise CatalogError(path, faults.found)
    return Catalog(
        source=source,
        scales=tuple(scales.values()),
        claims=tuple(claims),
        forecasts=tuple(forecast for entry in entries for forecast in entry.forecasts),
        pairs=tuple(entry.pair for entry in entries if entry.pair),
    )
