"""`manage.py register FILE.toml`: registers what a catalogue says."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from forecasts.catalog.faults import CatalogError
from forecasts.catalog.reading import read
from forecasts.models import Forecaster
from forecasts.refusals import Refused
from forecasts.services import accounts, cataloguing


class Command(BaseCommand):
    help = "Registers the source, claims and forecasts of a catalogue. Run twice, it changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the catalogue, such as forecasts/catalog/ai_pause.toml")
        parser.add_argument("--by", default="", help="the curator who registers it; without it the account “registrar”")

    def handle(self, *_: Any, file: Path, by: str, **__: Any) -> None:
        try:
            curator = Forecaster.objects.get(username=by) if by else accounts.registrar()
            report = cataloguing.apply(read(file), by=curator, at=timezone.now())
        except Forecaster.DoesNotExist:
            raise CommandError(f"There is no forecaster “{by}”. Create the account first.") from None
        except (CatalogError, Refused) as refusal:
            raise CommandError(f"Nothing was registered.\n{refusal}") from refusal
        self.stdout.write(
            f"{len(report.registered)} registered, {len(report.reworded)} worded anew, "
            f"{len(report.amended)} amended, {len(report.unchanged)} unchanged."
        )
        for slug in report.reworded:
            self.stdout.write(f"  worded anew: {slug}")
