"""Data folders, after whose test no process may be left."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import embedded

from .servers import eventually, is_gone, kill, processes


@pytest.fixture
def untouched(tmp_path: Path) -> Iterator[Path]:
    """A data folder that does not exist yet."""
    folder = tmp_path / "data"
    try:
        yield folder
        eventually(lambda: is_gone(folder), within=20)
    finally:
        kill(processes(folder))


@pytest.fixture
def data(untouched: Path, empty_cluster: Path) -> Path:
    """A data folder that was used before, and holds nothing."""
    shutil.copytree(empty_cluster, untouched / "postgres" / "cluster")
    return untouched


@pytest.fixture(scope="session")
def empty_cluster(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("embedded")
    with embedded.up(folder):
        pass
    eventually(lambda: is_gone(folder))
    return folder / "postgres" / "cluster"
