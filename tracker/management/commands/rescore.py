"""`manage.py rescore [SLUG ...]`: scores anew whatever its inputs no longer agree with."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from forecasts.models import Forecast
from tracker.services import folding, scoring


class Command(BaseCommand):
    help = "Reads every resolution in force again, or those of the named forecasts, and scores anew what has changed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slugs", nargs="*", metavar="SLUG", help="forecasts; without any, all that are resolved")

    def handle(self, *_: Any, slugs: list[str], **__: Any) -> None:
        found = Forecast.objects.filter(resolution__isnull=False).order_by("pk")
        if slugs:
            found = found.filter(slug__in=slugs)
            if missing := sorted(set(slugs) - set(found.values_list("slug", flat=True))):
                raise CommandError(f"Not a resolved forecast: {', '.join(missing)}.")
        ids = [id_ for id_ in found.values_list("resolution", flat=True) if id_ is not None]
        written = 0
        for done, count in scoring.score_each(ids, at=timezone.now()):
            written += count
            self.stderr.write(f"\r{done} of {len(ids)}", style_func=str, ending="")
        folding.fold(at=timezone.now())
        self.stderr.write("")
        self.stdout.write(f"{len(ids)} read, {written} scored anew.")
