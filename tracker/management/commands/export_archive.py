"""`manage.py export_archive DIR`: writes the whole record to a folder of CSV files."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from forecasts.refusals import Refused
from tracker.services import archiving


class Command(BaseCommand):
    help = (
        "Writes the whole record and its scores to a folder of CSV files and a manifest, without loss. It holds what "
        "pages hide, such as estimates on open forecasts; passwords, e-mail and tokens stay out."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR", help="a folder that is empty or not there yet")

    def handle(self, *_: Any, folder: Path, **__: Any) -> None:
        try:
            files = archiving.export(folder.absolute(), at=timezone.now(), progress=self._show)
        except Refused as refusal:
            raise CommandError(f"Nothing was exported. {refusal}") from refusal
        for name, file in files.items():
            self.stdout.write(f"{file.rows:>10,}  {name}")
        self.stdout.write(f"Written to {folder}.")

    def _show(self, file: str, rows: int) -> None:
        self.stderr.write(f"{file}: {rows:,} rows", style_func=str)
