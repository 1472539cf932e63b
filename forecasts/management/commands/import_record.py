"""`manage.py import_record FILE --format fatebook --for NAME`: brings a record from elsewhere along."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from forecasts.importing.formats import FORMATS
from forecasts.importing.reports import Report
from forecasts.models import Forecaster, Import
from forecasts.refusals import Refused
from forecasts.services import imports


class Command(BaseCommand):
    help = (
        "Brings a forecaster's record from elsewhere along, and keeps it apart from what is made here. "
        "Run twice, it changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the export, such as fatebook.csv")
        parser.add_argument("--format", required=True, choices=list(FORMATS), help="where it is from")
        parser.add_argument("--for", required=True, dest="name", metavar="NAME", help="whose record it becomes, here")
        parser.add_argument("--whose", default="", help="whose record of the file, where it names several people")
        parser.add_argument("--dry-run", action="store_true", help="only say what it would do")

    def handle(self, *_: Any, file: Path, name: str, dry_run: bool, **given: Any) -> None:
        owner = Forecaster.objects.filter(username=name).first()
        if owner is None:
            raise CommandError(f"There is no forecaster “{name}”. Create the account first.")
        asked = {"by": owner, "origin": given["format"], "whose": given["whose"], "at": timezone.now()}
        try:
            content = _read(file)
            row = imports.foresee(content=content, **asked) if dry_run else _brought(content, file.name, asked)
        except (OSError, Refused) as refusal:
            raise CommandError(f"Nothing was brought along. {refusal}") from refusal
        self._say(Report.read(row.report), whose=row.whose, dry_run=dry_run)

    def _say(self, report: Report, *, whose: str, dry_run: bool) -> None:
        would = "would be " if dry_run else ""
        for counts, what in ((report.new, f"{would}new"), (report.here, "here already")):
            self.stdout.write(
                f"{counts.forecasts:,} questions, {counts.estimates:,} estimates, {counts.outcomes:,} outcomes {what}."
            )
        self.stdout.write(f"{report.n_rows:,} rows read; probabilities are {report.scale}.")
        for remark in report.remarks:
            self.stdout.write(f"  {remark}")
        if len(report.names) > 1 and not whose:
            self.stdout.write(f"It names {', '.join(report.names)}: say --whose.")
        self.stdout.write(f"{len(report.not_taken):,} not taken{':' if report.not_taken else '.'}")
        for left in report.not_taken:
            self.stdout.write(f"  {left['place']}: {left['reason']}")


def _read(file: Path) -> bytes:
    """One byte more than is taken at most, so that a larger file is refused and not held."""
    with file.open("rb") as opened:
        return opened.read(imports.LARGEST + 1)


def _brought(content: bytes, file_name: str, asked: dict[str, Any]) -> Import:
    row = imports.ask(content=content, file_name=file_name, **asked)
    imports.carry_out(import_id=row.pk, clock=timezone.now)
    row.refresh_from_db()
    if row.state != Import.State.MADE:
        raise Refused(" ".join(row.faults) or "A worker is at it, or it failed and will be tried again; see the log.")
    return row
