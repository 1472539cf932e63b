"""`manage.py import_archive DIR`: brings an archive into the record."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from forecasts.refusals import Refused
from forecasts.services import accounts
from tracker.services import archiving


class Command(BaseCommand):
    help = (
        "Brings an archive into the record. What is there already is left as it is; a row that differs, or is faulty, "
        "is named with its line and refuses everything. Run twice, it changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR", help="the folder that holds the archive")
        parser.add_argument("--skip-bad", action="store_true", help="import the others where rows are refused")
        parser.add_argument("--score", action="store_true", help="score what was imported before returning")
        parser.add_argument(
            "--by",
            default="",
            help="the curator and resolver whose rows those are that name nobody (default: archivist)",
        )

    def handle(self, *_: Any, folder: Path, by: str, skip_bad: bool, score: bool, **__: Any) -> None:
        try:
            report = archiving.bring(
                folder,
                by=accounts.archivist(by),
                at=timezone.now(),
                listener=self,
                skip_bad=skip_bad,
                score=score,
            )
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        for file in sorted(report.brought | report.known | report.refused):
            self.stdout.write(
                f"{file}: {report.brought[file]:,} imported, {report.known[file]:,} there already, "
                f"{report.refused[file]:,} refused."
            )

    def note(self, text: str) -> None:
        self.stderr.write(text, style_func=str)

    def refused(self, file: str, line: int, reason: str) -> None:
        self.stderr.write(f"{file}:{line}: {reason}")

    def progress(self, what: str, count: int) -> None:
        self.stderr.write(f"{what}: {count:,}", style_func=str)
