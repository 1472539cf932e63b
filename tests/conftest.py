"""What every test stands on."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import setup_databases, teardown_databases

from tests import factories


def pytest_configure() -> None:
    """A fast hash: sign-in is tried, the strength of Django's default is not."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *settings.PASSWORD_HASHERS]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What the tests of faults tried, and what they found."""
    told = [
        f"{report.nodeid.rpartition('::')[2]}: {value}"
        for report in terminalreporter.stats.get("", ())
        for name, value in getattr(report, "user_properties", ())
        if name == "tried" and report.when == "teardown"
    ]
    if told:
        terminalreporter.section("faults")
        terminalreporter.write("\n".join(told) + "\n")


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_modify_db_settings: None, django_db_blocker: Any
) -> Iterator[None]:
    """The test database, made also where no test is marked for one: those of the running site are not.

    The flush between transactional tests may truncate; tests of the TRUNCATE triggers switch them on again.
    """
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False, aliases={"default"})
        with connection.cursor() as cursor:
            cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'refuse_truncate'")
            for (table,) in cursor.fetchall():
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER refuse_truncate")
    yield
    with django_db_blocker.unblock():
        teardown_databases(made, verbosity=0)


@pytest.fixture
def cast(db: None) -> factories.Cast:
    """A fixed cast: each role once, and one who must see nothing."""
    return factories.Cast()
