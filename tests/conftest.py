"""What every test stands on."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connection

from tests import factories


def pytest_configure() -> None:
    """A fast hash: sign-in is tried, the strength of Django's default is not."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *settings.PASSWORD_HASHERS]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """Let the flush between transactional tests truncate; tests of the TRUNCATE triggers switch them on again."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'refuse_truncate'")
        for (table,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER refuse_truncate")
    return


@pytest.fixture
def cast(db: None) -> factories.Cast:
    """A fixed cast: each role once, and one who must see nothing."""
    return factories.Cast()
