"""Sealing the record: every row that has no leaf gets one, and what got one since the last checkpoint gets the next."""

import datetime as dt
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db import connection, transaction
from django.db.models import QuerySet

from forecasts.ledger.hashing import NOTHING, checkpoint_hash, leaf_hash, root
from forecasts.ledger.kinds import BY_NUMBER, Key, Row, plain, read, said
from forecasts.models import Checkpoint, Unsealed

# Leaves of one checkpoint at most: as many hashes are read to prove one of them.
MOST: Final = 16_384
# Any number of our own: the name of the lock that lets one sealing job in.
LOCK: Final = 7_253_002


@dataclass(frozen=True)
class Sealed:
    """A row and its leaf."""

    key: Key
    salt: bytes
    hash: bytes


def seal(*, at: dt.datetime) -> int:
    """Make checkpoints until nothing waits, and return how many leaves they have. Of two jobs one goes home."""
    made = 0
    while leaves := _next_checkpoint(at):
        made += leaves
    return made


@transaction.atomic
def _next_checkpoint(at: dt.datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
    waiting, found = _next_rows()
    if not found:
        return 0
    sealed = [_sealed(key, found[key]) for key in dict.fromkeys(waiting.values()) if key in found]
    number = _add_checkpoint([leaf.hash for leaf in sealed], at)
    _store(number, sealed)
    Unsealed.objects.filter(pk__in=[pk for pk, key in waiting.items() if key in found]).delete()
    return len(sealed)


def _next_rows() -> tuple[dict[int, Key], dict[Key, Row]]:
    """Some that wait, and those of their rows that are there; none where no row is.

    A row that went before it was sealed stays among those that wait, for `verify` to name.
    """
    waiting: dict[int, Key] = {}
    found: dict[Key, Row] = {}
    after = Unsealed.objects.order_by("pk")
    while not found and (waiting := {pk: (kind, id_) for pk, kind, id_ in _first(after)}):
        found = read(waiting.values())
        after = after.filter(pk__gt=max(waiting))
    return waiting, found


def _first(after: QuerySet[Unsealed]) -> list[tuple[int, int, int]]:
    return list(after.values_list("pk", "kind", "row_id")[:MOST])


def _sealed(key: Key, row: Row) -> Sealed:
    salt = secrets.token_bytes(16)
    return Sealed(key, salt, leaf_hash(said(BY_NUMBER[key[0]], row, salt, {})))


def _add_checkpoint(leaves: Sequence[bytes], at: dt.datetime) -> int:
    last = Checkpoint.objects.order_by("-number").first()
    number, previous = (last.number + 1, bytes(last.hash)) if last else (1, NOTHING)
    top = root(leaves)
    hash_ = checkpoint_hash(number=number, made_at=plain(at), size=len(leaves), previous=previous, root=top)
    Checkpoint.objects.create(number=number, made_at=at, size=len(leaves), root=top, previous=previous, hash=hash_)
    return number


def _store(checkpoint: int, sealed: Sequence[Sealed]) -> None:
    into = "COPY forecasts_leaf (kind, row_id, checkpoint_id, place, salt, hash) FROM STDIN"
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(into) as copy:
        for place, leaf in enumerate(sealed):
            copy.write_row((*leaf.key, checkpoint, place, leaf.salt, leaf.hash))
