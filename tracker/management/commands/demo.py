"""`manage.py demo`: makes a fresh database worth looking at, and says where to look."""

import os
import socket
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from forecasts.models import Forecaster, Source
from tracker.rehearsal import FORECASTS

from .rehearse import count

CATALOGUES = settings.BASE_DIR / "forecasts" / "catalog"
# Each signs in with its name and "-demo".
SIGN_INS: dict[str, tuple[str, dict[str, bool]]] = {
    "forecaster": ("estimates", {}),
    "curator": ("also registers and words forecasts, from /curate/", {"is_curator": True}),
    "resolver": ("also resolves, corrects and reopens", {"is_resolver": True}),
    "admin": ("may do everything, in /admin/ too", {"is_staff": True, "is_superuser": True}),
}
PLACES = (
    ("/", "what is open, what moved, what resolved"),
    ("/leaderboards/?scope=collection:rehearsal", "who does best, among the simulated"),
    ("/calibration/?scope=collection:rehearsal", "of what was given 70%, how much happened"),
    ("/resolve/", "what waits for a resolver"),
    ("/admin/", "everything on record"),
    ("/api/v1/docs/", "the same for programs"),
)


def _refuse_if_taken(port: int) -> None:
    """Better now than after a minute's work."""
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError as error:
        raise CommandError(f"Port {port} is taken. Choose another: PORT={port + 1} make demo") from error


class Command(BaseCommand):
    help = "Migrates, registers the catalogues, holds the rehearsal, makes demo sign-ins, and prints where to look."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--port", type=int, default=int(os.environ.get("PORT", "8000")), help="where the web server will listen"
        )
        parser.add_argument("--forecasts", type=count, default=FORECASTS, help="the size of the rehearsal")

    def handle(self, *_: Any, port: int, forecasts: int, **__: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("Demo passwords are public, so this refuses to run in production. Unset ENVIRONMENT.")
        _refuse_if_taken(port)
        call_command("migrate", verbosity=0)
        for catalogue in sorted(CATALOGUES.glob("*.toml")):
            call_command("register", catalogue, stdout=self.stdout)
        call_command("rehearse", forecasts=forecasts)
        sign_ins = [self._sign_in(name) for name in SIGN_INS]
        self._print_summary(f"http://127.0.0.1:{port}", sign_ins)

    def _sign_in(self, name: str) -> str:
        """Make the account, unless somebody has it already: then its password is theirs."""
        does, roles = SIGN_INS[name]
        account, made = Forecaster.objects.get_or_create(username=name, defaults=roles)
        if made:
            account.set_password(f"{name}-demo")
            account.save(update_fields=["password"])
        known = account.check_password(f"{name}-demo")
        return f"  {name:<11} {f'{name}-demo' if known else '(its own password)':<19} {does}"

    def _print_summary(self, address: str, sign_ins: list[str]) -> None:
        sources = [(source.get_absolute_url(), source.title) for source in Source.objects.all()]
        places = [*PLACES[:1], *sources, *PLACES[1:]]
        width = max(len(path) for path, _ in places) + len(address)
        lines = [
            "",
            f"Forecast Tracker will answer at {address}/ in a moment. Ctrl-C stops all of it.",
            "",
            *(f"  {address + path:<{width}}  {shows}" for path, shows in places),
            "",
            "Sign-ins FOR THIS DEMO ONLY. Their passwords are public: never let others reach this server.",
            "",
            *sign_ins,
            "",
            "The collection “Rehearsal (simulated)” is simulated throughout; the worker scores it within minutes.",
            "",
        ]
        self.stdout.write("\n".join(lines))
