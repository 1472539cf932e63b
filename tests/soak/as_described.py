"""At least 20,000 requests made of the API's description, by chance; prints how many were answered with what."""

import sys

import pytest
from django.utils import timezone

from tests import factories
from tests.access.describing import alone, described, try_all
from tests.access.staging import staged, ways

REQUESTS = 20_000


# Of the client that schemathesis speaks through, which leaves the files of uploads and downloads open.
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.django_db
def test_no_request_is_answered_otherwise_than_described(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cast, at = factories.Cast(), timezone.now()
    made = staged(cast, at)
    with alone(monkeypatch):
        each = REQUESTS // len(list(described().get_all_operations())) + 1
        counted = try_all(made, ways(cast, at), examples=each, derandomize=False)
    with capsys.disabled():
        sys.stdout.write(f"\n{sum(counted.values()):,} requests: {dict(sorted(counted.items()))}\n")
    assert sum(counted.values()) >= REQUESTS
