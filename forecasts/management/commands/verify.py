"""`manage.py verify`: goes through the ledger and names whatever is not as it was sealed."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from forecasts.models import Checkpoint, Leaf, Unsealed
from forecasts.queries import verifying


class Command(BaseCommand):
    help = "Compares every row of the record with its leaf, and every checkpoint with its leaves and the one before."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--against",
            type=Path,
            metavar="FILE",
            help="checkpoints that were saved elsewhere: JSON as /api/v1/ledger/checkpoints/ gives it",
        )

    def handle(self, *_: Any, against: Path | None, **__: Any) -> None:
        saved = _saved(against) if against else None
        found = 0
        for fault in verifying.faults(saved=saved, tell=self._tell):
            found += 1
            self.stdout.write(fault)
        self.stderr.write("")
        if found:
            raise CommandError(f"{found} found.", returncode=1)
        last = Checkpoint.objects.order_by("-number").first()
        self.stdout.write(
            f"All is as it was sealed: {Leaf.objects.count():,} rows in {last.number if last else 0:,} checkpoints; "
            f"{Unsealed.objects.count():,} rows wait for the next."
        )
        if last:
            self.stdout.write(f"Checkpoint {last.number} is {bytes(last.hash).hex()}. Keep it elsewhere.")

    def _tell(self, number: int, last: int) -> None:
        self.stderr.write(f"\rcheckpoint {number:,} of {last:,}", style_func=str, ending="")


def _saved(file: Path) -> dict[int, str]:
    try:
        given = json.loads(file.read_text("utf-8"))
        rows = given["results"] if isinstance(given, dict) else given
        return {int(row["number"]): str(row["hash"]) for row in rows}
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.", returncode=2) from error
    except (KeyError, TypeError, ValueError) as error:
        raise CommandError(
            f"{file} is not a list of checkpoints, each with “number” and “hash”, as JSON.", returncode=2
        ) from error
