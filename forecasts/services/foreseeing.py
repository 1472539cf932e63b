"""Showing what a write would do before it is done."""

from collections.abc import Callable
from typing import TypeVar

from django.db import transaction

Made = TypeVar("Made")


def foreseen(write: Callable[[], Made]) -> Made:
    """What a write would return: it is made and taken back, so that what is shown is what would happen, and what would
    be refused is refused now. What is read of it later must be read by `write` itself.
    """
    with transaction.atomic():
        made = write()
        transaction.set_rollback(True)
    return made
