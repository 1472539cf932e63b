"""Lists as CSV files: UTF-8, a header, times in UTC, and no cell that a spreadsheet would take for a formula."""

import csv
import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, Final

from django.http import HttpResponse, StreamingHttpResponse

from forecasts.archive.kinds import cell_of

# Rows of a file; beyond them a reader narrows the list, and a program pages through the API.
MOST: Final = 10_000
BEGINS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")

Columns = dict[str, Callable[[Any], Any]]


class Line:
    """What csv writes to: it gives each line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def sent(name: str, columns: Columns, rows: Iterable[Any]) -> StreamingHttpResponse:
    """The file, line by line; each column is a way to its value from a row."""
    response = StreamingHttpResponse(lines(columns, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def refused(errors: Mapping[str, Iterable[Any]]) -> HttpResponse:
    """In plain text: a file could not tell what was wrong with what was asked for."""
    said = "".join(f"{field}: {' '.join(map(str, faults))}\n" for field, faults in errors.items())
    return HttpResponse(said, content_type="text/plain; charset=utf-8", status=400)


def lines(columns: Columns, rows: Iterable[Any]) -> Iterator[str]:
    writer = csv.writer(Line())
    for cells in chain([columns], ([cell(of(row)) for of in columns.values()] for row in rows)):
        yield writer.writerow(cells)


def cell(value: Any) -> str | int | float:
    """As it stands in the file; text that begins like a formula gets an apostrophe, as spreadsheets do to show it.

    >>> [cell(value) for value in (None, True, -0.5, "-0.5", "Will it?", ["a", "b"])]
    ['', 'true', -0.5, "'-0.5", 'Will it?', 'a b']
    """
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case int() | float():
            return value
        case dt.datetime():
            return cell_of(value)
        case list():
            value = " ".join(value)
    return f"'{value}" if str(value).startswith(BEGINS_A_FORMULA) else str(value)
