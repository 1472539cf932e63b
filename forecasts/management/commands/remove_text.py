"""`manage.py remove_text KIND ID FIELD`: takes away for good a text that a law demands to be gone."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from forecasts.models import Forecaster
from forecasts.refusals import Refused
from forecasts.services import removing


class Command(BaseCommand):
    help = "Takes a text away for good; who did it and why stays on record, and the ledger stays whole."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", help="estimate, evidence, note, resolution or withholding")
        parser.add_argument("row", type=int, metavar="ID")
        parser.add_argument("field", help="such as text or rationale")
        parser.add_argument("--by", required=True, help="the administrator who removes it")
        parser.add_argument("--reason", required=True, help="by which order or law; it stays on record")

    def handle(self, *_: Any, kind: str, row: int, field: str, by: str, reason: str, **__: Any) -> None:
        try:
            account = Forecaster.objects.get(username=by)
            made = removing.remove(kind=kind, row_id=row, field=field, by=account, at=timezone.now(), reason=reason)
        except Forecaster.DoesNotExist:
            raise CommandError(f"There is no forecaster “{by}”.") from None
        except Refused as refused:
            raise CommandError(f"Nothing was removed. {refused.message}") from refused
        self.stdout.write(f"The {made} is gone for good.")
