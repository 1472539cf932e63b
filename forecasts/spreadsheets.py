"""Lists as CSV files: UTF-8, a header, times in UTC, and no cell that a spreadsheet would take for a formula."""

import csv
import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial, wraps
from itertools import chain, islice
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from forecasts.archive.kinds import cell_of

# Rows of a file; beyond them a reader narrows the list, and a program pages through the API.
MOST: Final = 10_000
BEGINS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")

Columns = dict[str, Callable[[Any], Any]]


@dataclass(frozen=True)
class Table:
    """A file in the making: each column is a way to its value from a row. Rows are read while it is sent.

    It goes to `most` of them, else to MOST.
    """

    name: str
    columns: Columns
    rows: Iterable[Any]
    most: int | None = None


class Unreadable(Exception):
    """What was asked for is not what there is: for each field what is wrong with it."""

    def __init__(self, errors: Mapping[str, Iterable[Any]]) -> None:
        super().__init__(dict(errors))
        self.errors = errors


def page(made: Callable[..., Table]) -> Callable[..., HttpResponseBase]:
    """The address of a file: of the request and the instant, and of what is in the address, makes its table."""

    @require_safe
    @wraps(made)
    def answer(request: HttpRequest, **named: Any) -> HttpResponseBase:
        try:
            table = made(request, at=timezone.now(), **named)
        except Unreadable as unreadable:
            return refused(unreadable.errors)
        response = StreamingHttpResponse(lines(table), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{table.name}.csv"'
        return response

    return answer


def refuse(errors: Mapping[str, Iterable[Any]]) -> None:
    """Where a form has any."""
    if errors:
        raise Unreadable(errors)


def columns(*names: str, **paths: str) -> Columns:
    """Each by its name in a row, or by the path that is given for it; None where something on the way is.

    >>> ways = columns("start", where="start.real")
    >>> [way(slice(2, 3)) for way in ways.values()], ways["where"](slice(3))
    ([2, 2], None)
    """
    return {name: _way(path) for name, path in (*((name, name) for name in names), *paths.items())}


def _way(path: str) -> Callable[[Any], Any]:
    parts = path.split(".")

    def value(row: Any) -> Any:
        for part in parts:
            if row is None:
                return None
            row = getattr(row, part)
        return row

    return value


def same(**values: Any) -> Columns:
    """What is the same in every row, such as what the file is of, so that files can be joined."""
    return {name: partial(_always, value) for name, value in values.items()}


def _always(value: Any, _: Any) -> Any:
    return value


class Line:
    """What csv writes to: it gives each line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def refused(errors: Mapping[str, Iterable[Any]]) -> HttpResponse:
    """In plain text: a file could not tell what was wrong with what was asked for."""
    said = "".join(f"{field}: {' '.join(map(str, faults))}\n" for field, faults in errors.items())
    return HttpResponse(said, content_type="text/plain; charset=utf-8", status=400)


def lines(table: Table) -> Iterator[str]:
    writer, ways = csv.writer(Line()), table.columns.values()
    for cells in chain(
        [table.columns],
        ([cell(of(row)) for of in ways] for row in islice(table.rows, MOST if table.most is None else table.most)),
    ):
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
