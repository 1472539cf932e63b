"""What the tests of the record share."""

import pytest
from django.test import Client

from tests.factories import Cast

from .record import Record


@pytest.fixture
def record(db: None) -> Record:
    return Record.filled()


@pytest.fixture
def admin(client: Client, cast: Cast) -> Client:
    client.force_login(cast.admin)
    return client


@pytest.fixture
def staff(cast: Cast) -> Client:
    """A resolver who may enter the admin, and is no superuser."""
    cast.resolver.is_staff = True
    cast.resolver.save()
    entered = Client()
    entered.force_login(cast.resolver)
    return entered
