"""`manage.py evaluate FILE.csv`: scores any file of probabilities, without a database."""

import contextlib
import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError

from tracker.evaluating.faults import FileFault
from tracker.evaluating.plain import plain
from tracker.evaluating.reading import evaluate_stream
from tracker.evaluating.table import table

STANDARD_INPUT = "-"


def _opened(file: str) -> contextlib.AbstractContextManager[BinaryIO]:
    return contextlib.nullcontext(sys.stdin.buffer) if file == STANDARD_INPUT else Path(file).open("rb")


class Command(BaseCommand):
    help = (
        "Scores a CSV file with the columns probability (0 to 1) and outcome (1 or 0, yes or no, true or false). "
        "Where it has a column forecast, rows of one forecast count as one trial. Needs no database and keeps nothing."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="the file, or - for standard input")
        parser.add_argument("--by", metavar="COLUMN", help="score the rows of each value of this column as well")
        parser.add_argument("--json", action="store_true", help="print one JSON object instead of tables")

    def handle(self, *_: Any, file: str, by: str | None, json: bool, **__: Any) -> None:
        name = "standard input" if file == STANDARD_INPUT else file
        try:
            with _opened(file) as stream:
                evaluated = evaluate_stream(stream, by)
        except FileFault as fault:
            raise CommandError(f"{name}, line {fault.line}: {fault.reason}", returncode=2) from fault
        except OSError as error:
            raise CommandError(f"{name} cannot be read: {error.strerror}.", returncode=2) from error
        self.stdout.write(_as_json(plain(evaluated)) if json else self._encodable(table(evaluated)))

    def _encodable(self, text: str) -> str:
        """Names of groups may hold letters that the terminal's encoding has not."""
        encoding = getattr(self.stdout, "encoding", None) or "utf-8"
        return text.encode(encoding, "backslashreplace").decode(encoding)


def _as_json(scores: dict[str, Any]) -> str:
    return json.dumps(scores, indent=1, allow_nan=False)
