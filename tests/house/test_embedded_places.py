"""Where the embedded servers keep their files, and whose those are."""

import os
import shutil
import stat
import sys
from pathlib import Path

import pytest

from config import embedded
from config.embedded.servers import Postgres

from .servers import eventually, is_gone, read, run, write

is_root = pytest.mark.skipif(os.geteuid() != 0, reason="shows what root meets")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def test_the_folder_is_private_and_nothing_outside_it_changes(untouched, tmp_path):
    outside = tmp_path / "beside"
    outside.mkdir(mode=0o755)
    before = {path: path.stat() for path in [tmp_path.parent, outside]}, mode(tmp_path)
    with embedded.up(untouched):
        homes = [
            untouched,
            untouched / "postgres",
            untouched / "valkey",
            untouched / "postgres" / "cluster",
            untouched / "valkey" / "store",
        ]
        assert [oct(mode(path)) for path in homes] == ["0o700"] * 5
        sockets = untouched / "postgres" / ".s.PGSQL.5432", untouched / "valkey" / "valkey.sock"
        assert [oct(mode(path)) for path in sockets] == ["0o700"] * 2
        assert {path.lstat().st_uid for path in untouched.rglob("*")} == {os.getuid()}
    assert ({path: path.stat() for path in [tmp_path.parent, outside]}, mode(tmp_path)) == before
    assert {path.name for path in tmp_path.iterdir()} == {"beside", "data"}


@pytest.mark.parametrize("name", ["x" * 140, "a folder, with 100% of 'odd' ünicode? & more"])
def test_a_path_that_no_socket_can_have_gets_a_short_private_one(untouched, name):
    folder = untouched / name
    sockets = Postgres(folder).sockets
    assert sockets.parent == Path("/tmp")
    with embedded.up(folder):
        write(folder)
        assert oct(mode(sockets)) == "0o700"
        assert read(folder) == (1, 1)
    eventually(lambda: is_gone(untouched))
    assert not sockets.exists()


def test_a_short_folder_that_somebody_else_laid_out_is_refused(untouched, tmp_path):
    folder = untouched / ("x" * 140)
    sockets = Postgres(folder).sockets
    sockets.symlink_to(tmp_path)
    try:
        with pytest.raises(embedded.DidNotStart, match=r"not a private folder of ours.*shorter"), embedded.up(folder):
            pass
    finally:
        sockets.unlink()


def test_files_of_another_version_are_refused_and_left_alone(data):
    with embedded.up(data):
        write(data)
    eventually(lambda: is_gone(data))
    version = data / "postgres" / "cluster" / "PG_VERSION"
    version.write_text("17\n")
    with (
        pytest.raises(embedded.DidNotStart, match=r"PostgreSQL 17, and this is PostgreSQL \d+\. Dump it"),
        embedded.up(data),
    ):
        pass
    version.write_text("18\n")
    with embedded.up(data):
        assert read(data) == (1, 1)


def test_a_server_that_cannot_start_says_why(data):
    with embedded.up(data):
        pass
    eventually(lambda: is_gone(data))
    (data / "postgres" / "cluster" / "postgresql.conf").write_text("max_connections = many\n")
    with pytest.raises(embedded.DidNotStart, match=r"ended at its start; see .*server\.log(.|\n)*"), embedded.up(data):
        pass


@is_root
def test_an_ordinary_user_gets_the_same(untouched):
    somebody = ("unshare", "--user", "--map-user=1000", "--map-group=1000")
    asked = "import os, psycopg; print(os.geteuid(), psycopg.connect(os.environ['DATABASE_URL']).info.dbname)"
    result = run(untouched, sys.executable, "-c", asked, prefix=somebody)
    assert result.stdout == "1000 forecast_tracker\n", result.stderr


@is_root
def test_root_without_a_user_namespace_is_told_what_to_do(untouched, tmp_path):
    (tmp_path / "bin").mkdir()
    for name in ("sh", "setpriv"):
        (tmp_path / "bin" / name).symlink_to(shutil.which(name) or name)
    refused = run(untouched, "true", PATH=str(tmp_path / "bin"))
    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1
    assert "DATABASE_URL" in refused.stderr


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").touch()
    with (
        pytest.raises(embedded.DidNotStart, match=r"file.*FORECAST_TRACKER_DATA"),
        embedded.up(tmp_path / "file" / "data"),
    ):
        pass
