"""Going through the ledger: whether the record still says what was sealed, and what does not."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Final

from django.db import connection

from forecasts.ledger.hashing import NOTHING, checkpoint_hash, leaf_hash, root
from forecasts.ledger.kinds import BY_NAME, BY_NUMBER, KINDS, Key, Kind, plain, read, said
from forecasts.models import Checkpoint, Leaf, Removal

# Named of each kind; that there are more is said.
NAMED: Final = 100
Tell = Callable[[int, int], None]


def faults(*, saved: Mapping[int, str] | None = None, tell: Tell = lambda _number, _of: None) -> Iterator[str]:
    """Everything that is not as it was sealed, in plain words; nothing where all is well.

    `saved` are hashes of checkpoints by their numbers, kept elsewhere: what whoever rewrites everything cannot reach.
    `tell` is told after each checkpoint how far this is. Memory stays that of one checkpoint.
    """
    previous, expected, last = NOTHING, 1, Checkpoint.objects.count()
    for checkpoint in Checkpoint.objects.order_by("number").iterator(chunk_size=200):
        if checkpoint.number != expected:
            yield f"checkpoint {expected} is missing"
        yield from _faults_of_chain(checkpoint, previous)
        yield from _faults_of_leaves(checkpoint)
        if saved and (was := saved.get(checkpoint.number)) and was != bytes(checkpoint.hash).hex():
            yield f"checkpoint {checkpoint.number} is not the one that was saved"
        previous, expected = bytes(checkpoint.hash), checkpoint.number + 1
        tell(checkpoint.number, last)
    for number in sorted(number for number in saved or {} if number >= expected):
        yield f"checkpoint {number} was saved and is missing"
    for kind in KINDS:
        yield from _faults_outside(kind)


def _faults_of_chain(checkpoint: Checkpoint, previous: bytes) -> Iterator[str]:
    if bytes(checkpoint.previous) != previous:
        yield f"checkpoint {checkpoint.number} does not follow the one before it"
    made = checkpoint_hash(
        number=checkpoint.number,
        made_at=plain(checkpoint.made_at),
        size=checkpoint.size,
        previous=bytes(checkpoint.previous),
        root=bytes(checkpoint.root),
    )
    if made != bytes(checkpoint.hash):
        yield f"checkpoint {checkpoint.number} says something else than its hash"


def _faults_of_leaves(checkpoint: Checkpoint) -> Iterator[str]:
    leaves = list(Leaf.objects.filter(checkpoint=checkpoint).order_by("place"))
    if (
        len(leaves) != checkpoint.size
        or not leaves
        or root([bytes(leaf.hash) for leaf in leaves]) != bytes(checkpoint.root)
    ):
        yield f"checkpoint {checkpoint.number} has other leaves than it was made of"
    keys = [(leaf.kind, leaf.row_id) for leaf in leaves]
    found, gone = read(keys), removed(keys)
    for leaf, key in zip(leaves, keys, strict=True):
        kind, row = BY_NUMBER[leaf.kind], found.get(key)
        if row is None:
            yield f"{kind.name} {leaf.row_id} is missing; checkpoint {checkpoint.number} sealed it"
        elif leaf_hash(said(kind, row, bytes(leaf.salt), gone.get(key, {}))) != bytes(leaf.hash):
            yield f"{kind.name} {leaf.row_id} says something else than checkpoint {checkpoint.number} sealed"


def removed(keys: Iterable[Key]) -> dict[Key, dict[str, bytes]]:
    """The digests of texts that had to go, of those of these rows that lost any."""
    wanted = set(keys)
    gone: dict[Key, dict[str, bytes]] = defaultdict(dict)
    for each in Removal.objects.filter(row_id__in={row_id for _, row_id in wanted}):
        if (key := (BY_NAME[each.kind].number, each.row_id)) in wanted:
            gone[key][each.field] = bytes(each.digest)
    return gone


def _faults_outside(kind: Kind) -> Iterator[str]:
    """Rows that came in without the trigger that has them sealed, and rows that went before they were."""
    unknown = f"""
        SELECT r.id FROM {kind.table} r
        WHERE NOT EXISTS (SELECT FROM forecasts_leaf l WHERE l.kind = %(kind)s AND l.row_id = r.id)
          AND NOT EXISTS (SELECT FROM forecasts_unsealed u WHERE u.kind = %(kind)s AND u.row_id = r.id)
        ORDER BY r.id LIMIT %(most)s"""  # noqa: S608  # the names are ours
    vanished = f"""
        SELECT u.row_id FROM forecasts_unsealed u
        WHERE u.kind = %(kind)s AND NOT EXISTS (SELECT FROM {kind.table} r WHERE r.id = u.row_id)
        ORDER BY u.row_id LIMIT %(most)s"""  # noqa: S608  # the names are ours
    for query, what in ((unknown, "has no leaf and waits for none"), (vanished, "went before it was sealed")):
        found = _ids(query, kind=kind.number, most=NAMED + 1)
        yield from (f"{kind.name} {id_} {what}" for id_ in islice(found, NAMED))
        if len(found) > NAMED:
            yield f"more rows of {kind.name}: each {what}"


def _ids(query: str, **given: Any) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(query, given)
        return [row[0] for row in cursor.fetchall()]
