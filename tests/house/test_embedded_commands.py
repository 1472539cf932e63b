"""The commands of the embedded servers, and which of Django's commands start them."""

import contextlib
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import manage

from .servers import bare, eventually, is_gone, processes, run, start

ROOT = Path(manage.__file__).parent
FRESH = [sys.executable, "-m", "config.embedded", "fresh"]


def test_a_command_ends_with_its_own_status(data):
    assert run(data, "sh", "-c", "exit 7").returncode == 7


def test_a_command_that_does_not_exist_is_named(data):
    result = run(data, "no-such-command")
    assert (result.returncode, result.stderr) == (127, "no-such-command: No such file or directory\n")


def test_a_signal_reaches_the_command(data):
    process = start(data, "sh", "-c", "trap 'echo heard; exit 3' TERM; echo ready; while :; do sleep 0.1; done")
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGTERM)
    assert process.communicate()[0] == "heard\n"
    assert process.returncode == 3


@pytest.mark.parametrize("arguments", [[], ["exec"], ["fresh"], ["dance", "now"]])
def test_a_wrong_command_shows_the_right_ones(arguments):
    refused = subprocess.run(
        [sys.executable, "-m", "config.embedded", *arguments], capture_output=True, text=True, check=False
    )
    assert refused.returncode == 2
    assert refused.stderr.startswith("usage:")


@pytest.mark.parametrize("status", [0, 5])
def test_fresh_servers_are_its_own_and_go_with_their_folder(tmp_path, status):
    told = subprocess.run(
        [*FRESH, "sh", "-c", f"ls $FORECAST_TRACKER_DATA; echo $DATABASE_URL $REDIS_URL; exit {status}"],
        env=bare(DATABASE_URL="postgresql://elsewhere/x", REDIS_URL="redis://elsewhere/0", TMPDIR=str(tmp_path)),
        capture_output=True,
        text=True,
        check=False,
    )
    postgres, valkey, urls = told.stdout.splitlines()
    assert (told.returncode, postgres, valkey) == (status, "postgres", "valkey")
    assert "elsewhere" not in urls
    assert list(tmp_path.iterdir()) == []
    assert is_gone(tmp_path)


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 128 + 15), (signal.SIGHUP, 128 + 1)])
def test_fresh_servers_go_when_they_are_interrupted(tmp_path, number, status):
    process = subprocess.Popen([*FRESH, "sleep", "600"], env=bare(TMPDIR=str(tmp_path)))
    eventually(lambda: processes(tmp_path, "standby valkey"))
    # Before it becomes the command a child still bears our own words, and those name the command too.
    eventually(lambda: b"sleep\x00600\x00" in child_commands(process.pid))
    process.send_signal(number)
    assert process.wait() == status
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 128 + 15), (signal.SIGHUP, 128 + 1)])
def test_fresh_servers_go_when_they_are_interrupted_while_they_start(tmp_path, number, status):
    process = subprocess.Popen([*FRESH, "sleep", "600"], env=bare(TMPDIR=str(tmp_path)))
    eventually(lambda: list(tmp_path.iterdir()))
    process.send_signal(number)
    assert process.wait() == status
    assert list(tmp_path.iterdir()) == []


def child_commands(pid):
    """What its children run now; one may be gone before it is asked."""
    commands = []
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        with contextlib.suppress(OSError):
            commands.append(Path(f"/proc/{child}/cmdline").read_bytes())
    return commands


@pytest.mark.parametrize(
    "command",
    [
        "",
        "--help",
        "help migrate",
        "version",
        "check",
        "check --deploy",
        "makemigrations --check",
        "collectstatic --noinput",
        "compilemessages",
        "diffsettings",
        "spectacular",
        "bundle",
        "evaluate forecasts.csv --json",
        "migrate --help",
    ],
)
def test_a_command_that_needs_no_server_is_known(command):
    assert not manage.needs_servers(command.split())


@pytest.mark.parametrize("command", ["migrate", "shell", "register x.toml", "check --database default", "runserver"])
def test_any_other_command_gets_the_servers(command):
    assert manage.needs_servers(command.split())


@pytest.mark.parametrize(("command", "starts"), [("makemigrations --check --dry-run", False), ("showmigrations", True)])
def test_commands_start_servers_only_where_they_need_them(untouched, command, starts):
    done = subprocess.run(
        [sys.executable, "manage.py", *command.split()],
        cwd=ROOT,
        env=bare(FORECAST_TRACKER_DATA=str(untouched)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "migration history" not in done.stderr, "what no server could tell is no matter of concern"
    assert untouched.exists() == starts
