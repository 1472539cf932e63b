"""Proofs that a row of the record was sealed, for whoever may see the row."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from django.db.models import QuerySet

from forecasts.ledger.hashing import canonical, derived, path
from forecasts.ledger.kinds import BY_NAME, Kind, plain, rows, said
from forecasts.models import Checkpoint, Estimate, Evidence, Leaf, Note, Resolution, Viewer, Wording

from .verifying import removed

# What can be proved one by one.
PROVABLE: Final[Mapping[str, QuerySet[Any]]] = {
    "estimate": Estimate.objects.all(),
    "wording": Wording.objects.all(),
    "resolution": Resolution.objects.all(),
    "evidence": Evidence.objects.all(),
    "note": Note.objects.all(),
}


class Unsealable(Exception):
    """The row is there and has no leaf yet: it gets one within a minute."""


def proof(kind: str, row_id: int, *, user: Viewer, at: dt.datetime) -> dict[str, Any] | None:
    """Everything that it takes to check by oneself that the row was sealed; None where `user` can see no such row."""
    row = seen(kind, user=user, at=at).filter(pk=row_id).first()
    return None if row is None else _proof(BY_NAME[kind], row, user)


def seen(kind: str, *, user: Viewer, at: dt.datetime) -> QuerySet[Any]:
    """Those of the rows of a kind that `user` may see."""
    found: Any = PROVABLE[kind].select_related("forecast")
    visible: QuerySet[Any] = found.visible_to(user, at=at) if kind in {"estimate", "note"} else found
    return visible


def _proof(kind: Kind, seen_row: Any, user: Viewer) -> dict[str, Any]:
    leaf = Leaf.objects.filter(kind=kind.number, row_id=seen_row.pk).first()
    if leaf is None:
        raise Unsealable
    checkpoint = Checkpoint.objects.get(pk=leaf.checkpoint_id)
    row, salt = next(rows(kind, [seen_row.pk])), bytes(leaf.salt)
    gone = removed([(kind.number, row.id)]).get((kind.number, row.id), {})
    leaves = Leaf.objects.filter(checkpoint=checkpoint).order_by("place").values_list("hash", flat=True)
    shown = {} if _withheld(seen_row, user) else {name: text for name, text in row.texts.items() if name not in gone}
    return {
        "leaf": canonical(said(kind, row, salt, gone)).decode(),
        "texts": {name: {"salt": derived(salt, name).hex(), "text": text} for name, text in shown.items()},
        "path": [
            {"side": side, "hash": hash_.hex()} for side, hash_ in path([bytes(each) for each in leaves], leaf.place)
        ],
        "checkpoint": told(checkpoint),
    }


def told(checkpoint: Checkpoint) -> dict[str, Any]:
    """As its hash names it."""
    return {
        "number": checkpoint.number,
        "made_at": plain(checkpoint.made_at),
        "size": checkpoint.size,
        "root": bytes(checkpoint.root).hex(),
        "previous": bytes(checkpoint.previous).hex(),
        "hash": bytes(checkpoint.hash).hex(),
    }


def _withheld(row: Any, user: Viewer) -> bool:
    return isinstance(row, Note) and row.text_for(user) is None
