#!/usr/bin/env python
"""Django's commands, on the embedded servers where the environment names no others."""

import contextlib
import os
import sys
import warnings

from django.core.management import execute_from_command_line

from config import embedded

# What these do, they do without a server.
SERVERLESS = {
    "bundle",
    "check",
    "collectstatic",
    "compilemessages",
    "diffsettings",
    "evaluate",
    "findstatic",
    "help",
    "makemessages",
    "makemigrations",
    "spectacular",
    "startapp",
    "version",
}


def needs_servers(arguments: list[str]) -> bool:
    if not arguments or arguments[0].startswith("-") or {"--help", "-h"} & set(arguments):
        return False
    if arguments[0] == "check":
        return any(argument.startswith("--database") for argument in arguments)
    return arguments[0] not in SERVERLESS


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    # makemigrations would like to compare its files with a database, and does without one.
    warnings.filterwarnings("ignore", "Got an error checking a consistent migration history", RuntimeWarning)
    try:
        with embedded.ensure() if needs_servers(sys.argv[1:]) else contextlib.nullcontext():
            execute_from_command_line(sys.argv)
    except embedded.DidNotStart as fault:
        sys.exit(str(fault))


if __name__ == "__main__":
    main()
