"""Whatever the description lets somebody send, and whatever it does not, is answered as the description says."""

import pytest
from django.utils import timezone

from tests import factories

from .describing import alone, try_all
from .staging import staged, ways

EXAMPLES = 5


# Of the client that schemathesis speaks through, which leaves the files of uploads and downloads open.
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.django_db
def test_no_request_is_answered_otherwise_than_described(monkeypatch: pytest.MonkeyPatch) -> None:
    cast, at = factories.Cast(), timezone.now()
    made = staged(cast, at)
    with alone(monkeypatch):
        counted = try_all(made, ways(cast, at), examples=EXAMPLES, derandomize=True)
    assert counted["200"] > 30
    assert counted["400"] > 30
