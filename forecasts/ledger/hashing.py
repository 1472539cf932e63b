"""Hashes of the ledger: of what a row says, of many leaves as one root, of a checkpoint and what it follows. Pure."""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

LEAF, NODE, CHECKPOINT = b"\0", b"\1", b"\2"
# What the first checkpoint follows.
NOTHING: Final = bytes(32)


def canonical(said: Mapping[str, Any] | list[Any]) -> bytes:
    """JSON that is the same bytes for the same content.

    >>> canonical({"b": 0.1, "a": "ü"}).decode()
    '{"a":"ü","b":0.1}'
    """
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def derived(salt: bytes, purpose: str) -> bytes:
    """16 bytes for one purpose, from which neither the salt nor those for another purpose can be told."""
    return hmac.digest(salt, purpose.encode(), "sha256")[:16]


def text_digest(text: str, salt: bytes) -> bytes:
    return hashlib.sha256(salt + text.encode()).digest()


def leaf_hash(said: Mapping[str, Any]) -> bytes:
    return hashlib.sha256(LEAF + canonical(said)).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The root of the Merkle tree of at least one leaf.

    >>> a, b, c = (leaf_hash({"id": number}) for number in range(3))
    >>> root([a, b, c]) == pair(pair(a, b), c), root([a]) == a
    (True, True)
    """
    level = list(leaves)
    while len(level) > 1:
        level = _above(level)
    return level[0]


def path(leaves: Sequence[bytes], place: int) -> list[tuple[str, bytes]]:
    """What stands beside the way from a leaf to the root, from below: on which side, and its hash.

    >>> a, b, c = (leaf_hash({"id": number}) for number in range(3))
    >>> path([a, b, c], 1) == [("left", a), ("right", c)], path([a, b, c], 2) == [("left", pair(a, b))]
    (True, True)
    """
    level, steps = list(leaves), []
    while len(level) > 1:
        beside = place ^ 1
        if beside < len(level):
            steps.append(("left" if beside < place else "right", level[beside]))
        level, place = _above(level), place // 2
    return steps


def climb(leaf: bytes, steps: Sequence[tuple[str, bytes]]) -> bytes:
    """The root to which a path leads."""
    for side, beside in steps:
        leaf = pair(beside, leaf) if side == "left" else pair(leaf, beside)
    return leaf


def pair(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(NODE + left + right).digest()


def checkpoint_hash(*, number: int, made_at: str, size: int, previous: bytes, root: bytes) -> bytes:
    """Raises ValueError unless both hashes have 32 bytes: otherwise two pairs could be taken for one."""
    if len(previous) != 32 or len(root) != 32:
        raise ValueError("a hash has 32 bytes")
    named = canonical({"number": number, "made_at": made_at, "size": size})
    return hashlib.sha256(CHECKPOINT + previous + root + named).digest()


def _above(level: list[bytes]) -> list[bytes]:
    pairs = [pair(level[place], level[place + 1]) for place in range(0, len(level) - 1, 2)]
    return pairs + level[len(level) - len(level) % 2 :]
