"""The kinds of rows that have a leaf, and what a leaf says of each: facts as they are, of texts the digest."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from django.db import connection

from .hashing import canonical, derived, text_digest

# What stands in place of a text that had to go.
REMOVED: Final = "(removed)"


@dataclass(frozen=True)
class Kind:
    """A table whose rows never change. `number` is how leaves name it, and stays for good."""

    number: int
    name: str
    facts: tuple[str, ...]
    texts: tuple[str, ...] = ()
    # Texts that an administrator may remove where a law demands it.
    removable: tuple[str, ...] = field(default=())

    @property
    def table(self) -> str:
        return f"forecasts_{self.name}"


@dataclass(frozen=True)
class Row:
    """A row as it stands in its table."""

    id: int
    facts: dict[str, Any]
    texts: dict[str, str]


KINDS: Final = (
    Kind(
        1,
        "estimate",
        ("forecast_id", "forecaster_id", "wording_id", "probability", "made_at", "expires_at", "crowd_seen", "via"),
        ("rationale",),
        removable=("rationale",),
    ),
    Kind(2, "citation", ("estimate_id", "evidence_id")),
    Kind(
        3,
        "wording",
        ("forecast_id", "version", "author_id", "made_at", "opens_at", "closes_at", "resolve_by", "spot_at"),
        ("question", "background", "criteria", "sources", "fallback", "annulled_if", "known_at_rule", "reason"),
    ),
    Kind(
        4,
        "evidence",
        ("forecast_id", "added_by_id", "added_at", "direction", "likelihood_ratio", "published_on"),
        ("title", "url", "summary"),
        removable=("title", "url", "summary"),
    ),
    Kind(5, "rating", ("evidence_id", "forecaster_id", "useful", "likelihood_ratio", "rated_at")),
    Kind(
        6,
        "resolution",
        ("forecast_id", "revision", "outcome", "known_at", "decided_at", "decided_by_id", "cause_id"),
        ("reason", "links"),
        removable=("reason",),
    ),
    Kind(
        7,
        "note",
        ("forecast_id", "author_id", "made_at", "is_private", "reply_to_id", "thread_id", "estimate_id"),
        ("text",),
        removable=("text",),
    ),
    Kind(
        8,
        "withholding",
        ("note_id", "revision", "withheld", "decided_by_id", "decided_at"),
        ("reason",),
        removable=("reason",),
    ),
    # Of a forecast what is set when it is registered; the rest of it copies its wording, or may be amended.
    Kind(9, "forecast", ("slug", "condition_id", "condition_outcome", "pair_id")),
    Kind(
        10,
        "removal",
        ("kind", "row_id", "field", "digest", "decided_by_id", "decided_at"),
        ("reason",),
    ),
)
BY_NUMBER: Final = {kind.number: kind for kind in KINDS}
BY_NAME: Final = {kind.name: kind for kind in KINDS}
# The number of a kind, and the id of a row.
Key: TypeAlias = tuple[int, int]


def rows(kind: Kind, ids: Sequence[int]) -> Iterator[Row]:
    """Those of these rows that are there."""
    columns = ", ".join(f'"{name}"' for name in ("id", *kind.facts, *kind.texts))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM {kind.table} WHERE id = ANY(%s)", [list(ids)])  # noqa: S608  # written above
        for id_, *values in cursor.fetchall():
            facts, texts = values[: len(kind.facts)], values[len(kind.facts) :]
            yield Row(
                id_,
                {name: plain(value) for name, value in zip(kind.facts, facts, strict=True)},
                {name: as_text(value) for name, value in zip(kind.texts, texts, strict=True)},
            )


def read(keys: Iterable[Key]) -> dict[Key, Row]:
    """Those of these rows that are there, in a query for each kind."""
    wanted: Mapping[int, list[int]] = defaultdict(list)
    for number, row_id in keys:
        wanted[number].append(row_id)
    return {(number, row.id): row for number, ids in wanted.items() for row in rows(BY_NUMBER[number], ids)}


def said(kind: Kind, row: Row, salt: bytes, removed: Mapping[str, bytes]) -> dict[str, Any]:
    """What the leaf of a row says; `removed` are the digests of texts that had to go."""
    digests = {
        name: removed[name] if name in removed and text in {REMOVED, ""} else text_digest(text, derived(salt, name))
        for name, text in row.texts.items()
    }
    return {
        "kind": kind.name,
        "id": row.id,
        "nonce": derived(salt, "leaf").hex(),
        **row.facts,
        **{name: {"sha256": digest.hex()} for name, digest in digests.items()},
    }


def plain(value: Any) -> Any:
    """As JSON has it.

    >>> plain(dt.datetime(2027, 1, 1, tzinfo=dt.UTC)), plain(dt.date(2027, 1, 1)), plain(0.1)
    ('2027-01-01T00:00:00.000000Z', '2027-01-01', 0.1)
    """
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if isinstance(value, dt.date):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else value


def as_text(value: Any) -> str:
    """A list of texts as one.

    >>> as_text(["https://example.org/a"]), as_text("so")
    ('["https://example.org/a"]', 'so')
    """
    return canonical(value).decode() if isinstance(value, list) else str(value)
