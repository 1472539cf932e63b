"""Production does not start unsafe, and says everything that is wrong at once."""

import os
import subprocess
import sys

import pytest

SAFE = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": "n5kQe8Wb2Lr7Yt4Uz9Xc1Vm6Pa3Sd0FgHj5Kl8Qw2Er7Ty4Ui9Op1",
    "ALLOWED_HOSTS": "tracker.example",
    "DATABASE_URL": "postgresql://tracker@db.example/tracker",
    "REDIS_URL": "redis://cache.example/0",
}


def started(**changes: str) -> subprocess.CompletedProcess[str]:
    named = {name: value for name, value in os.environ.items() if name not in {*SAFE, "DEBUG"}}
    return subprocess.run(
        [sys.executable, "-W", "ignore", "manage.py", "check"],
        env=named | SAFE | changes,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_safe_production_starts() -> None:
    done = started()
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "development-only-" + "0" * 40}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"DEBUG": "true"}, "DEBUG"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS"),
        ({"DATABASE_URL": ""}, "DATABASE_URL"),
        ({"REDIS_URL": ""}, "REDIS_URL"),
        ({"ENVIRONMENT": "prod"}, "ENVIRONMENT"),
    ],
)
def test_an_unsafe_production_is_refused_by_name(changes: dict[str, str], named: str) -> None:
    done = started(**changes)
    assert done.returncode != 0
    assert named in done.stderr


def test_every_fault_is_named_at_once() -> None:
    done = started(SECRET_KEY="short", DEBUG="1", ALLOWED_HOSTS="")
    assert all(named in done.stderr for named in ("SECRET_KEY", "DEBUG", "ALLOWED_HOSTS"))
