"""How processes share out the tests: loaded before the settings, so that each has a queue and a cache of its own.

pytest-django gives each a database of its own in the same way, by its name.
"""

import os

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
if WORKER and "REDIS_URL" in os.environ:
    os.environ["REDIS_URL"] += f"?db={int(WORKER.removeprefix('gw')) + 1}"


# Folders whose tests share a running site.
SHARED = ("tests/browser", "tests/faults")


class Together(LoadScopeScheduling):
    """A file's tests stay together, since they share what is dear to make; so do all that share the running site."""

    def _split_scope(self, nodeid: str) -> str:
        file, _, _ = nodeid.partition("::")
        shared = next((folder for folder in SHARED if file.startswith(f"{folder}/")), None)
        return shared or file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Together:
    return Together(config, log)
