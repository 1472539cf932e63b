"""kill -9 of anything: nothing is lost, nothing needs a hand, nothing stays behind."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from config import embedded

from .servers import eventually, is_gone, kill, parent, processes, read, start, write

VICTIMS = {
    "the supervisor of PostgreSQL": ["supervise postgres"],
    "the supervisor of Valkey": ["supervise valkey"],
    "whoever stands by for PostgreSQL": ["standby postgres"],
    "PostgreSQL itself": ["bin/postgres"],
    "a process of PostgreSQL": ["postgres: background writer"],
    "Valkey itself": ["valkey-server"],
    "both supervisors and both servers": ["supervise", "bin/postgres", "valkey-server"],
}


@pytest.mark.parametrize("words", VICTIMS.values(), ids=VICTIMS.keys())
def test_under_its_users_what_is_killed_comes_back_with_all_it_held(data, words):
    with embedded.up(data):
        write(data)
        victims = [pid for word in words for pid in processes(data, word)]
        assert victims
        kill(victims)
        eventually(lambda: not set(victims) & set(processes(data)))
        eventually(lambda: read(data) == (1, 1))
        eventually(lambda: len(processes(data, "bin/postgres")) == len(processes(data, "valkey-server")) == 1)
    eventually(lambda: is_gone(data))


def test_a_supervisor_may_be_killed_again_and_again(data):
    with embedded.up(data):
        write(data)
        for _ in range(3):
            eventually(lambda: len(processes(data, "-m embedded", "valkey")) == 2)
            (server,) = processes(data, "valkey-server")
            kill([parent(server)])
            eventually(lambda: server not in processes(data))  # noqa: B023  asked at once
            eventually(lambda: read(data) == (1, 1))


def test_everything_killed_at_once_the_next_user_finds_all(data):
    user = start(data, "sleep", "600")
    eventually(lambda: processes(data, "standby valkey"))
    write(data)
    kill([user.pid, *processes(data)])
    user.communicate()
    with embedded.up(data):
        assert read(data) == (1, 1)


def test_a_user_who_is_killed_leaves_nothing_behind(data):
    user = start(data, "sleep", "600")
    eventually(lambda: processes(data, "standby valkey"))
    user.kill()
    user.communicate()
    eventually(lambda: is_gone(data))


def test_a_start_that_was_killed_halfway_is_begun_anew(untouched):
    user = start(untouched, "true")
    eventually((untouched / "postgres" / "cluster.new" / "base").exists)
    kill([user.pid, *processes(untouched)])
    user.communicate()
    assert not (untouched / "postgres" / "cluster").exists()
    with embedded.up(untouched):
        write(untouched)


def test_a_server_that_is_killed_while_it_starts_is_started_again(data):
    user = start(data, "sh", "-c", "echo ready; read line")
    eventually(lambda: processes(data, "bin/postgres -D"))
    kill(processes(data, "bin/postgres -D"))
    assert user.communicate("over\n") == ("ready\n", "")


def test_process_ids_left_in_files_are_not_believed(data):
    with embedded.up(data):
        write(data)
    eventually(lambda: is_gone(data))
    alive = subprocess.Popen(["sleep", "600"])
    home = data / "postgres"
    for name in ("cluster/postmaster.pid", ".s.PGSQL.5432.lock"):
        (home / name).write_text(f"{alive.pid}\n{home / 'cluster'}\n1700000000\n5432\n{home}\n\n\n\n")
    (home / ".s.PGSQL.5432").touch()
    (data / "valkey" / "valkey.sock").touch()
    with embedded.up(data):
        assert read(data) == (1, 1)
    assert alive.poll() is None
    alive.kill()
    alive.wait()


def test_a_server_that_outlives_its_supervisor_is_replaced_by_the_next_user(data, without_setpriv):
    user = start(data, "sleep", "600", PATH=without_setpriv)
    eventually(lambda: processes(data, "standby valkey"))
    write(data)
    orphans = processes(data, "bin/postgres") + processes(data, "valkey-server")
    kill([user.pid, *processes(data, "-m embedded")])
    user.communicate()
    eventually(lambda: not processes(data, "-m embedded"))
    assert set(orphans) <= set(processes(data)), "nothing but a new user ends them where setpriv is missing"
    with embedded.up(data):
        assert read(data) == (1, 1)
        assert not set(orphans) & set(processes(data))


@pytest.fixture
def without_setpriv(tmp_path: Path) -> str:
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("unshare", "sh", "sleep"):
        found = next(Path(place) / name for place in os.get_exec_path() if (Path(place) / name).exists())
        (folder / name).symlink_to(found)
    return str(folder)


def test_a_supervisor_that_is_asked_to_end_stops_its_server_in_good_order(data):
    with embedded.up(data):
        write(data)
        old = processes(data, "bin/postgres")
        os.kill(processes(data, "supervise postgres")[0], signal.SIGTERM)
        eventually(lambda: not set(old) & set(processes(data)))
        eventually(lambda: read(data) == (1, 1))
    assert "was not properly shut down" not in (data / "postgres" / "server.log").read_text()
