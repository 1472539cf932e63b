"""However long a file is, a command holds the same memory."""

from pathlib import Path

import pytest

from benchmarks import archive
from forecasts.models import Estimate
from tests.service import database_address

SMALL, LARGE = 2_000, 50_000
# In MB. Held as rows, the larger file would take more than ten times as much.
NOISE = 6.0


@pytest.mark.django_db(transaction=True)
def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    environment = {"DATABASE_URL": database_address()}
    peaks: dict[str, list[float]] = {"import_archive": [], "export_archive": []}
    for count in (SMALL, LARGE):
        archive.write_archive(tmp_path / f"{count}", count, prefix=f"of{count}")
        peaks["import_archive"].append(archive.run("import_archive", tmp_path / f"{count}", environment).peak)
        peaks["export_archive"].append(archive.run("export_archive", tmp_path / f"{count}-out", environment).peak)
    assert Estimate.objects.count() == SMALL + LARGE
    for small, large in peaks.values():
        assert large - small < NOISE, peaks
