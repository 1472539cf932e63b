"""What the database itself refuses of mailboxes and letters, through the ORM and by SQL."""

import pytest
from django.db import IntegrityError, connection, transaction

from forecasts.models import Mailbox, Rhythm
from tests import factories
from tests.factories import DAY, NOW
from tracker.models import Letter, News

pytestmark = pytest.mark.django_db


@pytest.fixture
def mailbox(cast: factories.Cast) -> Mailbox:
    return Mailbox.objects.create(forecaster=cast.ann, since_at=NOW, next_at=NOW)


def test_nothing_is_told_twice(mailbox: Mailbox) -> None:
    told = {"mailbox": mailbox, "kind": News.CLOSING, "forecast": factories.forecast(), "about_at": NOW}
    Letter.objects.create(**told, told_at=NOW)
    with pytest.raises(IntegrityError, match="letter_tells_once"), transaction.atomic():
        Letter.objects.create(**told, told_at=NOW + DAY)
    with (
        pytest.raises(IntegrityError, match="letter_tells_once"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "INSERT INTO tracker_letter (mailbox_id, kind, forecast_id, about_at, told_at)"
            " SELECT mailbox_id, kind, forecast_id, about_at, now() FROM tracker_letter"
        )


@pytest.mark.parametrize(
    ("changed", "constraint"),
    [
        ({"rhythm": Rhythm.NEVER}, "mailbox_looks_again_unless_never"),
        ({"next_at": None}, "mailbox_looks_again_unless_never"),
        ({"rhythm": "hourly"}, "mailbox_rhythm_is_known"),
    ],
)
def test_a_mailbox_looks_again_unless_it_never_does(
    mailbox: Mailbox, changed: dict[str, object], constraint: str
) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Mailbox.objects.update(**changed)
    (column, value), *_ = changed.items()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE forecasts_mailbox SET {column} = %s", [value])


def test_closing_an_account_takes_its_letters_along(mailbox: Mailbox) -> None:
    Letter.objects.create(mailbox=mailbox, kind=News.DUE, forecast=factories.forecast(), about_at=NOW, told_at=NOW)
    mailbox.delete()
    assert not Letter.objects.exists()
