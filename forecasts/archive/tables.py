"""What a file of the archive is: its columns, which of them name a row, and the query that gives them."""

from dataclasses import dataclass
from typing import LiteralString

from psycopg import sql

from .kinds import Kind


@dataclass(frozen=True)
class Column:
    """`required`: the file must have it. `nullable`: a required one may still be empty in a row.

    `default` is what an empty cell means, if not what its kind says. Where it is `filled`, an empty cell says nothing,
    and the import fills in what it knows. One that is not `compared` may differ from what is on record.
    """

    name: str
    kind: Kind
    required: bool = False
    nullable: bool = False
    default: str | None = None
    filled: bool = False
    compared: bool = True

    @property
    def empty(self) -> str | None:
        return None if self.filled else self.default or self.kind.empty


@dataclass(frozen=True)
class Table:
    """A file. `query` gives its rows from the record, and by `order` in the record's own order.

    `rules` are conditions on a row `i` that must not hold, each with the reason for which it is refused. `sought` are
    the columns by which checks look rows up.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    query: LiteralString
    order: LiteralString
    rules: tuple[tuple[LiteralString, str], ...] = ()
    sought: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        return f"{self.name}.csv"

    @property
    def incoming(self) -> sql.Identifier:
        """The temporary table of its rows while they are checked."""
        return sql.Identifier(f"incoming_{self.name}")

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


def required(name: str, kind: Kind, *, nullable: bool = False) -> Column:
    return Column(name, kind, required=True, nullable=nullable)


def filled(name: str, kind: Kind, *, compared: bool = True) -> Column:
    return Column(name, kind, filled=True, compared=compared)
