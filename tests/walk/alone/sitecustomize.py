"""Loaded first by a Python that has this folder on its path: nothing but one server can be reached from there.

ONLY names its host and port. Whatever else is tried is refused, and noted in the file that REFUSED names.
"""

import os
import sys
from pathlib import Path

host, _, port = os.environ["ONLY"].partition(":")


def watch(event: str, arguments: tuple) -> None:
    if event == "socket.getaddrinfo":
        refuse_unless_there(*arguments[:2])
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        refuse_unless_there(*arguments[1][:2])


def refuse_unless_there(name: object, number: object) -> None:
    if (name, str(number)) == (host, port):
        return
    with Path(os.environ["REFUSED"]).open("a") as noted:
        noted.write(f"{name}:{number}\n")
    raise OSError(f"no network but {host}:{port}")


sys.addaudithook(watch)
