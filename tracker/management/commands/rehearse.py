"""`manage.py rehearse`: puts a simulated collection on record, so that every page can be seen at work."""

from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from forecasts.refusals import Refused
from tracker.rehearsal import FORECASTS, SEED
from tracker.rehearsal.staging import answers, rehearse


def count(text: str) -> int:
    """A whole number from 1 to 999, which is how many a slug has room for."""
    if not text.isdecimal() or not 1 <= int(text) <= 999:
        raise ArgumentTypeError(f"“{text}” is not a whole number from 1 to 999.")
    return int(text)


def seed(text: str) -> int:
    if not text.isdecimal() or len(text) > 9:
        raise ArgumentTypeError(f"“{text}” is not a whole number of at most nine digits.")
    return int(text)


class Command(BaseCommand):
    help = (
        "Registers simulated forecasts in the collection “rehearsal”, lets simulated forecasters of known character "
        "estimate, and resolves them. The worker scores them. Run twice, it changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=seed, default=SEED, help="the seed of all chance (default: %(default)s)")
        parser.add_argument(
            "--forecasts", type=count, default=FORECASTS, help="how many that have settled (default: %(default)s)"
        )
        parser.add_argument(
            "--answers", action="store_true", help="only print how the unresolved ones come out, to practise resolving"
        )

    def handle(self, *_: Any, seed: int, forecasts: int, **options: Any) -> None:
        try:
            if options["answers"]:
                for answer in answers(seed=seed):
                    self.stdout.write(f"{answer.slug}: {answer.outcome}, known at {answer.known_at:%Y-%m-%d %H:%M} UTC")
                return
            made = rehearse(seed=seed, forecasts=forecasts, at=timezone.now(), progress=self._show)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(
            f"{made} simulated forecasts put on record." if made else "The rehearsal is on record already."
        )

    def _show(self, done: int, total: int) -> None:
        ending = "\n" if done == total else ""
        # In plain letters: it is no error.
        self.stderr.write(f"\rRehearsing: {done} of {total}", style_func=str, ending=ending)
        self.stderr.flush()
